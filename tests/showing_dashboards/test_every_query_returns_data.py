"""Every query of every panel, asked of a real Prometheus that scrapes a monitor while a release harms a subgroup."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from dashboards.pictures.replayed import views
from dashboards.promql import NO_VERDICT, NOT_HEARD, model_verdict_number, verdict_number
from monitor.exporting.catalogue import CATALOGUE, MODEL_VERDICT
from monitor.exporting.samples_of_control import ActedModel, ControlView
from monitor.exporting.view import View
from monitor.judging.verdict import Verdict
from monitor.simulating.library import parse_scenario
from monitor.simulating.scenario import DAY_MS
from tests.parts.prometheus import Prometheus, Start
from tests.showing_dashboards.pages import served, served_control
from tests.showing_dashboards.queries import annotation_queries, boards, filled, panel_queries, variable_queries

CHOSEN = {
    "model": "readmission",
    "revision": "r2",
    "attribute": "race",
    "subgroup": "asian",
    "metric": "false_negative_rate",
    "window": "7d",
}
SCRAPES = 6


@pytest.fixture(scope="module")
def life() -> list[View]:
    """What the monitor said at the end of each day."""
    story = parse_scenario("story", (Path(__file__).parent / "story.yaml").read_text(encoding="utf-8"))
    return list(views(story, DAY_MS))


def seen(server: Prometheus) -> float:
    (sample,) = server.query(f"max({filled(model_verdict_number(), {}, 'the tiles')})")
    return float(sample["value"][1])  # type: ignore[index]


def test_every_query_of_every_panel_returns_data(life: list[View], prometheus: Start) -> None:
    with served(life[-SCRAPES:]) as address:
        server = prometheus({"fairdrift": [address]})
        last_s = life[-1].published_ms / 1_000
        server.wait_for(f"fairdrift_heartbeat_timestamp_seconds{{stage='publish'}} == {last_s}", 60)
        for board in boards():
            for title, expression in panel_queries(board, CHOSEN):
                assert server.query(expression), f"{board['uid']}: {title}: nothing for {expression}"
            for name, selector, label in variable_queries(board, CHOSEN):
                found = {str(sample["metric"].get(label, "")) for sample in server.query(selector)}  # type: ignore[attr-defined]
                assert CHOSEN.get(name, "") in found, f"{board['uid']}: {name}: {found}"
            for _, expression in annotation_queries(board, CHOSEN):
                server.query(expression)
        asked = "".join(expression for board in boards() for _, expression in panel_queries(board, CHOSEN))
        unseen = {series.name for series in CATALOGUE if series.name not in asked}
        assert unseen <= NOT_SHOWN, "a series that no board shows: show it, or say here why not"
        assert seen(server) == Verdict.DEGRADED


NOT_SHOWN = {
    "fairdrift_consumer_position",  # lag says what it means
    "fairdrift_last_arrival_timestamp_seconds",  # newest events and heartbeats tell a stall apart
    "fairdrift_labelled_predictions_total",  # for those who compute their own rates
    "fairdrift_labelled_predictions_retracted_total",
}


def test_each_verdict_shows_as_its_number_and_a_model_that_falls_silent_as_no_verdict(
    life: list[View], prometheus: Start
) -> None:
    (model,) = life[-1].models
    pages = [
        replace(
            life[-1], models=(replace(model, verdicts=tuple(replace(one, verdict=verdict) for one in model.verdicts)),)
        )
        for verdict in Verdict
        for _ in range(2)
    ]
    silent = replace(life[-1], models=(replace(model, verdicts=()),))
    number = filled(verdict_number("model", MODEL_VERDICT), {}, "the tiles")
    with served([*pages, silent]) as address:
        server = prometheus({"fairdrift": [address]})
        server.wait_for(f"({filled(model_verdict_number(), {}, 'the tiles')}) == {NO_VERDICT}")
        (history,) = server.query(f"({number})[1m:1s]")
        shown = [int(value) for _, value in history["values"]]  # type: ignore[attr-defined]
        assert list(dict.fromkeys(shown)) == [verdict.value for verdict in Verdict]
        assert not server.query(number), "and nothing is made up for it"


ACTED = ActedModel("readmission", "auto", held_by=frozenset({"G0", "G9"}), rollbacks={"done": 2, "contested": 1})
CONTROL = ControlView(
    version="0.1.0",
    config_hash="h",
    is_ready=True,
    cycled_ms=1,
    models=(ACTED,),
    gate=None,
    is_gate_in_sync=False,
    entries={},
    is_writable=True,
    checkpoint_ms=None,
)
ROLLBACK_TILES = ("Rollback process", "Guards that hold a rollback", "Rollbacks in this time")


@pytest.mark.parametrize(
    ("control", "shown"),
    [
        (None, [NOT_HEARD] * 3),
        (CONTROL, [1, 2, 0]),
        (replace(CONTROL, is_ready=False), [0, 2, 0]),
        (replace(CONTROL, models=(replace(ACTED, is_paused=True, held_by=frozenset()),)), [2, 0, 0]),
        (replace(CONTROL, models=(replace(ACTED, model="sepsis"),)), [NOT_HEARD] * 3),
    ],
    ids=["no process", "running", "could not act", "paused", "a process for another model"],
)
def test_a_rollback_process_shows_on_the_board_of_its_model_or_is_said_not_to_be_heard(
    life: list[View], prometheus: Start, control: ControlView | None, shown: list[int]
) -> None:
    (board,) = (one for one in boards() if one["uid"] == "fairdrift-model")
    with ExitStack() as running:
        jobs = {"fairdrift": [running.enter_context(served(life[-1:]))]}
        if control is not None:
            jobs["fairdrift-rollback"] = [running.enter_context(served_control(control))]
        server = prometheus(jobs)
        server.wait_for(f"count(count_over_time(fairdrift_build_info[1m]) >= 3) == {len(jobs)}")
        asked = dict(panel_queries(board, CHOSEN))
        found = [server.query(asked[title]) for title in ROLLBACK_TILES]
        assert [round(float(one["value"][1])) for (one,) in found] == shown  # type: ignore[index]
        (mode,) = server.query(asked["Mode"])
        assert mode["metric"] == {"mode": life[-1].models[0].mode}, "that of the monitor, once"
