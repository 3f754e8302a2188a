"""The contest on scenarios: rivals as quiet as they are said to be, ours the real replay, and how it is counted."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from monitor.exporting.moments import rfc3339
from monitor.simulating.comparison import PAGE, WATCH, heard_of
from monitor.simulating.labelled import labelled_of
from monitor.simulating.library import load_scenario
from monitor.simulating.naive.heard import Alarm, Heard
from monitor.simulating.naive.monitors import MONITORS
from monitor.simulating.scenario import DAY_MS, Scenario
from monitor.simulating.truth import moment_of
from replay.scenarios import contest
from replay.scenarios.contest import Run, label
from replay.scenarios.measured import AS_IT_COMES, OUR_BUDGET, OUR_MEASURE, Quiet
from replay.scenarios.ours import timeline_of
from replay.scenarios.stories import story
from replay.scenarios.tuning import BUDGET_PER_YEAR, Setting, per_year, settings_for

SHORT = replace(load_scenario("fair"), days=120)


@pytest.fixture(scope="module")
def fair() -> list[Scenario]:
    return [replace(SHORT, seed=seed) for seed in (1, 2)]


def test_a_tuned_rival_is_as_quiet_as_we_promise_or_were_and_one_as_it_comes_has_its_own_setting(
    fair: list[Scenario],
) -> None:
    ours = Quiet(PAGE, OUR_BUDGET, None, 2, 1.0)
    streams = [(labelled_of(one), range(one.start_ms + DAY_MS, one.end_ms + 1, DAY_MS)) for one in fair]
    wanted = {OUR_BUDGET: BUDGET_PER_YEAR, OUR_MEASURE: 2.0, AS_IT_COMES: float("inf")}
    found = settings_for(fair, ours)
    assert [(one.name, one.tuning) for one in found[:3]] == [
        (MONITORS[0].name, tuning) for tuning in (AS_IT_COMES, OUR_BUDGET, OUR_MEASURE)
    ]
    for one in found:
        assert one.monitor is not None
        assert one.setting is not None
        assert per_year(one.monitor, one.setting, streams) <= wanted[one.tuning]
        assert one.tuning != AS_IT_COMES or one.setting == one.monitor.default
    loud = [one for one in found if one.tuning == OUR_BUDGET and one.setting > one.monitor.loudest]
    for one in loud:
        louder = one.setting - (one.monitor.quietest - one.monitor.loudest) / 100
        assert per_year(one.monitor, louder, streams) > BUDGET_PER_YEAR / 2, one.name


def test_what_we_say_is_the_timeline_of_a_replay_and_is_not_played_twice(tmp_path: Path) -> None:
    tiny = replace(SHORT, days=40, events_per_day=30.0)
    lines = timeline_of(tiny, tmp_path)
    assert {line["kind"] for line in lines} == {"verdict"}
    assert timeline_of(tiny) == lines
    (path,) = tmp_path.iterdir()
    path.write_text(json.dumps({"kind": "kept"}) + "\n")
    assert timeline_of(tiny, tmp_path) == [{"kind": "kept"}]
    assert timeline_of(replace(tiny, seed=9), tmp_path) != [{"kind": "kept"}]


def line(day: int, verdict: str, previous: str, value: str, blame: str | None = None) -> dict[str, object]:
    """Of a timeline of *missing_labels*, where hispanic patients' labels go missing from day 75 on."""
    time = rfc3339(load_scenario("missing_labels").start_ms + day * DAY_MS)
    named = {"attribute": "race", "value": value, "metric": "error_rate", "revision": "r1"}
    return {"kind": "verdict", "event_time": time, "verdict": verdict, "previous": previous, "blame": blame, **named}


def run_of(*lines: dict[str, object]) -> Run:
    heard = {(name, OUR_BUDGET): one for name, one in heard_of(lines).items()}
    return Run(moment_of(load_scenario("missing_labels")), lines, heard)


def test_alarms_about_anyone_count_from_the_moment_on_and_in_how_many_runs_there_were_any() -> None:
    loud = run_of(
        line(60, "HEALTHY", "INCONCLUSIVE", "white"),
        line(70, "DEGRADED", "HEALTHY", "white"),
        line(80, "DEGRADED", "HEALTHY", "black"),
        line(90, "DEGRADED", "HEALTHY", "hispanic"),
        line(95, "DEGRADED", "SUSPECT", "asian"),
    )
    wrong = contest._wrong(story("missing_labels"), [loud, run_of()], Setting(PAGE, OUR_BUDGET, None, None))
    assert (wrong.runs, wrong.runs_with, wrong.alarms) == (2, 1, 3)
    watch = contest._wrong(story("missing_labels"), [loud, run_of()], Setting(WATCH, OUR_BUDGET, None, None))
    assert watch.alarms == 2, "from SUSPECT to DEGRADED is no new ticket"


def test_what_we_say_is_told_of_those_to_whom_it_happens_and_of_others_once_a_run() -> None:
    one = run_of(
        line(70, "SUSPECT", "HEALTHY", "hispanic"),
        line(80, "SUSPECT", "HEALTHY", "hispanic"),
        line(85, "HEALTHY", "SUSPECT", "hispanic"),
        line(90, "SUSPECT", "HEALTHY", "hispanic"),
        line(91, "INCONCLUSIVE", "HEALTHY", "black"),
        line(92, "INCONCLUSIVE", None, "asian"),
        line(93, "DEGRADED", "SUSPECT", "hispanic", "revision"),
    )
    told = contest._said(story("missing_labels"), [one, run_of()])
    assert told.phrases == {
        "error_rate of others: INCONCLUSIVE": 1,
        "error_rate of those: DEGRADED, blame revision": 1,
        "error_rate of those: SUSPECT": 1,
    }
    assert (told.runs, told.blamed) == (2, 1)


def test_half_of_the_runs_without_an_alarm_make_a_delay_without_end() -> None:
    truth = moment_of(load_scenario("sudden_drift"))
    at_ms = load_scenario("sudden_drift").start_ms + 90 * DAY_MS
    key = ("DDM", AS_IT_COMES)
    found = Run(truth, (), {key: Heard(0, (Alarm(at_ms, "race", "black", "false_negative_rate"),))})
    never = Run(truth, (), {key: Heard(0, (Alarm(at_ms, "race", "white", "false_negative_rate"),))})
    which = Setting("DDM", AS_IT_COMES, MONITORS[-1], 3.0)
    often = contest._found(story("sudden_drift"), [found, found, never], which)
    assert (often.runs, often.found, often.days) == (3, 2, 10.0)
    seldom = contest._found(story("sudden_drift"), [found, never, never], which)
    assert (seldom.found, seldom.days) == (1, float("inf"))
    assert label(*key) in {row.monitor for row in found.judged.rows}
