"""The lint of every board: what a person needs is there, and nothing that Grafana would have to guess."""

import itertools
import re
from typing import Any

import pytest

from dashboards import looks
from monitor.exporting.control_catalogue import EVERY
from monitor.judging.verdict import Verdict
from tests.showing_dashboards.queries import Board, boards

ALL = pytest.mark.parametrize("board", boards(), ids=lambda board: board["uid"])

# The panels of Grafana that are no Angular plug-ins and that these boards use.
KNOWN_PANELS = {"text", "stat", "table", "timeseries", "state-timeline"}

COUNTERS = {
    *(series.name for series in EVERY if series.kind == "counter"),
    *(f"{series.name}_bucket" for series in EVERY if series.kind == "histogram"),
}
NAMES = COUNTERS | {series.name for series in EVERY if series.kind == "gauge"}


def drawn(board: Board) -> list[dict[str, Any]]:
    """Every panel but the text."""
    return [panel for panel in board["panels"] if panel["type"] != "text"]


def expressions(board: Board) -> list[str]:
    targets = [target["expr"] for panel in drawn(board) for target in panel["targets"]]
    return targets + [one["target"]["expr"] for one in board["annotations"]["list"] if "target" in one]


def test_the_boards_are_four_and_called_by_their_question() -> None:
    assert [board["uid"] for board in boards()] == [
        *("fairdrift-fleet", "fairdrift-model", "fairdrift-subgroup", "fairdrift-health"),
    ]
    assert all(board["description"].endswith("?") for board in boards())


@ALL
def test_a_board_can_be_provisioned_anywhere(board: Board) -> None:
    assert board["id"] is None
    assert not {"__inputs", "__requires", "rows"} & set(board)
    assert (board["schemaVersion"], board["editable"], board["refresh"]) == (39, False, "1m")
    assert board["templating"]["list"][0]["type"] == "datasource"
    for asked in (*drawn(board), *(target for panel in drawn(board) for target in panel["targets"])):
        assert asked["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    for variable in board["templating"]["list"]:
        assert None not in variable.values()
        assert variable.get("current", {"text": "first"})["text"]


@ALL
def test_the_first_panel_is_text_that_asks_the_question_of_the_board(board: Board) -> None:
    first, *others = board["panels"]
    assert first["type"] == "text"
    assert first["title"] == board["description"]
    assert len(first["options"]["content"]) > 200, "how to read it"
    assert board["description"] not in first["options"]["content"], "the title asks already"
    assert "text" not in {panel["type"] for panel in others}


@ALL
def test_every_panel_says_what_it_shows_and_in_which_unit(board: Board) -> None:
    assert len({panel["title"] for panel in board["panels"]}) == len(board["panels"])
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    for panel in drawn(board):
        assert panel["type"] in KNOWN_PANELS, panel["title"]
        assert panel["title"], panel
        assert panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["targets"], panel["title"]
        assert not {"maxDataPoints", "interval"} & set(panel), panel["title"]
        letters = [target["refId"] for target in panel["targets"]]
        assert letters == list("ABCDEFGHIJKLMNOP"[: len(letters)]), panel["title"]
        assert all("step" not in target for target in panel["targets"])


@ALL
def test_panels_lie_beside_each_other_and_never_on_each_other(board: Board) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        at = panel["gridPos"]
        cells = set(itertools.product(range(at["x"], at["x"] + at["w"]), range(at["y"], at["y"] + at["h"])))
        assert not taken & cells, panel["title"]
        assert at["x"] + at["w"] <= 24, panel["title"]
        taken |= cells
    assert len(taken) == 24 * (1 + max(y for _, y in taken)), "no holes"


@ALL
def test_lines_are_never_stacked(board: Board) -> None:
    for panel in drawn(board):
        if panel["type"] == "timeseries":
            assert panel["fieldConfig"]["defaults"]["custom"]["stacking"]["mode"] == "none"
            assert panel["fieldConfig"]["defaults"]["custom"]["spanNulls"] is False


@ALL
def test_a_time_line_of_verdicts_has_their_colours_and_their_words(board: Board) -> None:
    """With the colour mode *thresholds* Grafana merges values by threshold, and the mappings are forgotten."""
    for panel in drawn(board):
        if panel["type"] == "state-timeline":
            assert panel["fieldConfig"]["defaults"]["color"] == {"mode": "fixed", "fixedColor": looks.GREY}
            assert panel["fieldConfig"]["defaults"]["mappings"] == looks.VERDICT_WORDS
            assert panel["options"]["showValue"] == "auto"
            assert panel["options"]["legend"]["showLegend"]


@ALL
def test_only_series_of_the_catalogue_are_asked_for(board: Board) -> None:
    queries = [variable["query"] for variable in board["templating"]["list"]]
    for expression in (*expressions(board), *queries):
        assert set(re.findall(r"fairdrift_\w+", expression)) <= NAMES, expression
    assert all("fairdrift_" in expression for expression in expressions(board))


@ALL
def test_counters_are_shown_as_rates_or_increases_over_an_interval_that_grafana_chooses(board: Board) -> None:
    for expression in expressions(board):
        for name in re.findall(r"fairdrift_\w+", expression):
            if name in COUNTERS:
                inside = rf"(rate|increase)\({name}\{{[^}}]*\}}\[\$__(rate_interval|range)\]\)"
                assert re.search(inside, expression), expression
        assert not re.search(r"rate\([^)]*\[(?!\$__rate_interval\])", expression), expression


@ALL
def test_only_healthy_and_complete_is_green(board: Board) -> None:
    """Undecided, stale, unknown and absent look different from healthy, and from each other."""
    for panel in drawn(board):
        defaults = panel["fieldConfig"]["defaults"]
        overridden = [
            one["value"]
            for override in panel["fieldConfig"]["overrides"]
            for one in override["properties"]
            if one["id"] == "mappings"
        ]
        assert defaults["thresholds"]["steps"][0] == {"color": looks.GREY, "value": None}, panel["title"]
        if panel["type"] in ("stat", "table"):
            assert defaults["noValue"], panel["title"]
        for mappings in (defaults.get("mappings") or [], *overridden):
            green = [text for text, colour in shown(mappings) if colour == "green"]
            assert set(green) <= {"HEALTHY", "exact", "complete", "running"}, panel["title"]


def shown(mappings: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """(Text, colour) of every mapped value."""
    results = []
    for mapping in mappings:
        options = mapping["options"]
        results += [options["result"]] if mapping["type"] == "special" else list(options.values())
    return [(result["text"], result["color"]) for result in results]


def test_every_verdict_has_a_colour_of_its_own() -> None:
    texts = dict(shown(looks.VERDICT_WORDS))
    assert set(texts) == {*(verdict.name for verdict in Verdict), "NO VERDICT", "NO DATA"}
    assert len(set(texts.values())) == len(Verdict) + 1, "the two that are grey say that nothing is known"
    assert [text for text, colour in texts.items() if colour == "green"] == ["HEALTHY"]
    options = {key: one for mapping in looks.VERDICT_WORDS for key, one in mapping["options"].items()}
    assert {verdict: options[str(verdict.value)]["text"] for verdict in Verdict} == {v: v.name for v in Verdict}


def test_links_lead_to_boards_that_exist_and_carry_model_and_subgroup() -> None:
    uids = {board["uid"] for board in boards()}
    text = "".join(str(board) for board in boards())
    links = set(re.findall(r"/d/([\w-]+)\?([^'\"]+)", text))
    assert {uid for uid, _ in links} == {"fairdrift-model", "fairdrift-subgroup"}
    assert {uid for uid, _ in links} <= uids
    for uid, carried in links:
        variables = {
            variable["name"] for board in boards() if board["uid"] == uid for variable in board_variables(board)
        }
        given = set(re.findall(r"var-(\w+)=|\$\{(\w+):queryparam\}", carried))
        names = {one or other for one, other in given}
        assert names <= variables
        assert names >= ({"model", "attribute", "subgroup", "revision", "metric"} if "subgroup" in uid else {"model"})
    for board in boards():
        assert [(link["type"], link["tags"], link["includeVars"]) for link in board["links"]] == [
            ("dashboards", ["fairdrift"], True)
        ]
        assert "fairdrift" in board["tags"]


def board_variables(board: Board) -> list[dict[str, Any]]:
    return list(board["templating"]["list"])


@ALL
def test_every_variable_is_used_and_every_one_that_is_used_exists(board: Board) -> None:
    names = {variable["name"] for variable in board_variables(board)}
    used = set(re.findall(r"\$\{?(\w+)", str(board))) - {"__rate_interval", "__range", "__data", "__field"}
    assert {name for name in used if not name.startswith("__")} == names
