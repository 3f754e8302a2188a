"""The naive monitor computes what it says it does, and both are judged by when they spoke and of whom."""

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace
from rich.console import Console

from monitor.exporting.naming import Name
from monitor.simulating.comparison import PAGE, WATCH, Comparison, compare, compare_run
from monitor.simulating.labelled import Labelled, read_labelled
from monitor.simulating.library import load_scenario
from monitor.simulating.naive.heard import Alarm, Heard
from monitor.simulating.naive.monitors import MONITORS
from monitor.simulating.naive.windows import fixed_bound, gap, weekly_z_test, z_score
from monitor.simulating.scenario import DAY_MS
from monitor.simulating.table import comparison_table
from monitor.simulating.truth import Moment, moment_of
from monitor.simulating.writer import write_stream
from tests.simulating_streams.conftest import Stream

WOMEN, MEN = Name("sex", "f"), Name("sex", "m")
HARMED = ("sex", "female", "false_negative_rate")


def rows(*days: list[tuple[str, int, int, int]]) -> Labelled:
    """Labelled predictions day by day, as (sex, prediction, label, how many), each at noon."""
    flat = [(day, *one[:3]) for day, said in enumerate(days) for one in said for _ in range(one[3])]
    sex = np.array([one[1] for one in flat])
    return Labelled(
        np.array([one[0] * DAY_MS + DAY_MS // 2 for one in flat], dtype=np.int64),
        np.array([one[2] for one in flat], dtype=np.int64),
        np.array([one[3] for one in flat], dtype=np.int64),
        {WOMEN: sex == "f", MEN: sex == "m"},
    )


def ends(days: int) -> range:
    return range(DAY_MS, days * DAY_MS + 1, DAY_MS)


EVEN = [("f", 0, 1, 5), ("f", 1, 1, 45), ("m", 0, 1, 5), ("m", 1, 1, 45)]
UNEVEN = [("f", 0, 1, 11), ("f", 1, 1, 39), ("m", 0, 1, 5), ("m", 1, 1, 45)]
"""Of fifty women and fifty men who come back, five and five are missed; eleven and five: a gap of .12."""


def test_a_fixed_bound_alarms_once_while_a_rate_stays_out_and_again_after_it_was_in() -> None:
    said = fixed_bound(rows(EVEN, UNEVEN, UNEVEN, EVEN, UNEVEN), ends(5))
    mine = [one.time_ms // DAY_MS for one in said.alarms if one.value == "f" and one.metric == "false_negative_rate"]
    assert mine == [2, 5]
    assert said.from_ms == DAY_MS


def test_a_fixed_bound_looks_at_the_last_hundred_rows_only_and_waits_for_them() -> None:
    half = [(sex, prediction, label, n // 5) for sex, prediction, label, n in EVEN]
    said = fixed_bound(rows(half, half, half, half, half), ends(5))
    assert said == Heard(5 * DAY_MS, ())
    assert fixed_bound(rows(UNEVEN, EVEN, half), ends(3)).alarms[-1].time_ms == DAY_MS


def test_a_gap_on_the_bound_is_within_it() -> None:
    on_it = [("f", 0, 1, 10), ("f", 1, 1, 40), ("m", 0, 1, 5), ("m", 1, 1, 45)]
    assert fixed_bound(rows(on_it), ends(1)).alarms == ()


def test_each_rate_counts_its_own_cases() -> None:
    # No woman comes back: there is no false negative rate of theirs, and all their errors are false positives.
    said = fixed_bound(rows([("f", 1, 0, 20), ("f", 0, 0, 30), ("m", 0, 0, 45), ("m", 1, 1, 5)]), ends(1))
    assert {(one.value, one.metric) for one in said.alarms} == {
        (value, metric) for value in "fm" for metric in ("false_positive_rate", "error_rate")
    }


def test_the_z_test_takes_a_week_at_a_time() -> None:
    quiet: list[list[tuple[str, int, int, int]]] = [
        [("f", 0, 1, 1), ("f", 1, 1, 9), ("m", 0, 1, 1), ("m", 1, 1, 9)]
    ] * 7
    loud: list[list[tuple[str, int, int, int]]] = [[("f", 0, 1, 4), ("f", 1, 1, 6), ("m", 0, 1, 1), ("m", 1, 1, 9)]] * 7
    said = weekly_z_test(rows(*quiet, *loud), ends(14))
    assert said.from_ms == 7 * DAY_MS
    assert {one.time_ms for one in said.alarms} == {14 * DAY_MS}


def test_the_z_test_has_its_textbook_value() -> None:
    # (28/70 - 7/70) / sqrt(1/4 * 3/4 * 2/70) = .3 / sqrt(3/560): 4.098780 by bc
    k, n, k_others, n_others = np.array([[28, 0, 1], [70, 5, 10], [7, 0, 3], [70, 7, 10]])
    assert z_score(k, n, k_others, n_others)[:2] == pytest.approx([4.098780, 0.0], abs=1e-6)
    assert gap(k, n, k_others, n_others)[2] == -0.2


def line(day: int, verdict: str, previous: str | None, key: tuple[str, str, str] = HARMED) -> dict[str, str | None]:
    """Of the timeline; days after the start of the canary's story, whose moment is day 75 of 120."""
    time = np.datetime64("2026-01-01") + np.timedelta64(day, "D")
    attribute, value, metric = key
    named = {"attribute": attribute, "value": value, "metric": metric}
    return {"event_time": f"{time}T00:00:00Z", "kind": "verdict", "verdict": verdict, "previous": previous, **named}


def row(found: Comparison, monitor: str) -> tuple[float, int, float | None, float | None]:
    (mine,) = [one for one in found.rows if one.monitor == monitor]
    return mine.quiet_days, mine.false_alarms, mine.false_alarms_per_year, mine.delay_days


@pytest.fixture
def canary() -> Moment:
    return moment_of(load_scenario("canary"))


def test_ours_is_counted_from_its_first_verdict_that_says_something(canary: Moment) -> None:
    said = [line(10, "INCONCLUSIVE", None), line(25, "HEALTHY", "INCONCLUSIVE"), line(95, "DEGRADED", "HEALTHY")]
    assert row(compare(canary, said, {}), PAGE) == (50.0, 0, 0.0, 20.0)


def test_a_change_from_suspect_to_degraded_is_a_page_and_no_second_watch(canary: Moment) -> None:
    said = [line(25, "HEALTHY", None), line(80, "SUSPECT", "HEALTHY"), line(90, "DEGRADED", "SUSPECT")]
    found = compare(canary, said, {})
    assert row(found, WATCH) == (50.0, 0, 0.0, 5.0)
    assert row(found, PAGE) == (50.0, 0, 0.0, 15.0)


def test_every_alarm_before_the_moment_is_false_whomever_it_names(canary: Moment) -> None:
    other = ("sex", "male", "error_rate")
    said = [line(25, "HEALTHY", None), line(30, "DEGRADED", "HEALTHY", other), line(40, "SUSPECT", "HEALTHY")]
    found = compare(canary, said, {})
    assert row(found, PAGE) == (50.0, 1, 7.3, None)  # 365.25 / 50
    assert row(found, WATCH) == (50.0, 2, 14.6, None)


def test_an_alarm_about_somebody_else_finds_nothing(canary: Moment) -> None:
    said = [line(25, "HEALTHY", None), line(90, "DEGRADED", "HEALTHY", ("sex", "male", "false_negative_rate"))]
    assert row(compare(canary, said, {}), PAGE)[3] is None


def test_the_same_alarm_under_two_revisions_is_one(canary: Moment) -> None:
    twice = [{**line(40, "DEGRADED", "HEALTHY"), "revision": revision} for revision in ("r1", "r2")]
    assert row(compare(canary, [line(25, "HEALTHY", None), *twice], {}), PAGE)[1] == 1


def test_lines_about_actions_are_no_verdicts(canary: Moment) -> None:
    assert row(compare(canary, [{"kind": "action", "event_time": "2026-02-01T00:00:00Z"}], {}), PAGE)[1] == 0


def test_a_monitor_that_never_spoke_has_no_rate_of_false_alarms(canary: Moment) -> None:
    found = compare(canary, [line(10, "INCONCLUSIVE", None)], {"mute": Heard(None, ())})
    assert row(found, PAGE) == row(found, "mute") == (0.0, 0, None, None)


def test_where_nobody_is_harmed_all_alarms_are_false_up_to_the_end() -> None:
    shift = moment_of(load_scenario("population_shift"))
    start_ms = load_scenario("population_shift").start_ms
    alarm = Alarm(start_ms + 100 * DAY_MS, "age_band", "80_plus", "share")
    found = compare(shift, [], {"naive": Heard(start_ms + 50 * DAY_MS, (alarm,))})
    assert row(found, "naive") == (100.0, 1, 3.7, None)


@pytest.mark.parametrize("name", ["bad_revision", "demo"])
def test_a_stream_is_read_back_as_it_was_written(name: str, tmp_path: Path, stream: Callable[[str], Stream]) -> None:
    write_stream(load_scenario(name), tmp_path)
    labelled = read_labelled(tmp_path, moment_of(load_scenario(name)))
    cases = stream(name).cases
    is_known = cases.label >= 0
    assert len(labelled.label) == is_known.sum()
    assert (np.diff(labelled.arrived_ms) >= 0).all()
    for value in ("female", "male"):
        wanted = is_known & (cases.attributes["sex"] == value)
        mine = labelled.members[Name("sex", value)]
        assert labelled.label[mine].sum() == cases.label[wanted].sum()
        assert (labelled.label[mine] * (1 - labelled.prediction[mine])).sum() == (
            cases.label[wanted] * (1 - cases.prediction[wanted])
        ).sum()
    young = [age is not None and age < 45 for age in cases.attributes["age"]]
    assert labelled.members[Name("age_band", "18_45")].sum() == (is_known & np.array(young)).sum()


def test_a_run_is_compared_from_its_folders(tmp_path: Path) -> None:
    story = load_scenario("bad_revision")
    write_stream(replace(story, events_per_day=60.0), tmp_path / "stream")
    said = [line(25, "HEALTHY", None), line(90, "DEGRADED", "HEALTHY", ("age_band", "18_45", "false_negative_rate"))]
    (tmp_path / "replayed").mkdir()
    (tmp_path / "replayed" / "timeline.ndjson").write_text("".join(json.dumps(one) + "\n" for one in said))
    found = compare_run(tmp_path / "stream", tmp_path / "replayed")
    assert [one.monitor for one in found.rows] == [PAGE, WATCH, *(f"naive: {one.name}" for one in MONITORS)]
    assert row(found, PAGE) == (50.0, 0, 0.0, 15.0)
    assert row(found, f"naive: {MONITORS[0].name}")[1] > 20  # a fair model is out of such bounds most of the time
    assert msgspec.json.decode(msgspec.json.encode(found), type=Comparison) == found


def test_the_table_says_never_and_unknown_instead_of_a_number(canary: Moment) -> None:
    console = Console(width=120, record=True)
    console.print(comparison_table(compare(canary, [], {})))
    text = console.export_text()
    assert "canary: false_negative_rate of sex = female moves on 2026-03-17" in text
    assert "never" in text
    assert "unknown" in text
    console.print(comparison_table(compare(moment_of(load_scenario("fair")), [], {})))
    assert "fair: nothing happens" in console.export_text()


def test_a_stream_without_moment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"moment\.json"):
        compare_run(tmp_path)
