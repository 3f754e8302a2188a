"""The naive monitors of `fairdrift simulate`: Mann-Whitney, river's detectors, and the streams that all of them see."""

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from river.drift.binary import DDM
from scipy.stats import mannwhitneyu

from monitor.exporting.naming import Name
from monitor.simulating.labelled import Labelled, labelled_of, read_labelled
from monitor.simulating.library import load_scenario, scenario_names
from monitor.simulating.naive.heard import Heard
from monitor.simulating.naive.mann_whitney import lower_shift, mann_whitney
from monitor.simulating.naive.monitors import MONITORS
from monitor.simulating.naive.of_river import DETECTORS, heard_by
from monitor.simulating.scenario import DAY_MS
from monitor.simulating.truth import moment_of
from monitor.simulating.writer import write_stream

MISSED = ("false_negative_rate",)


def by_day(missed: list[int], men: int = 0, of: int = 10) -> Labelled:
    """Of ten women who come back each day, so many are missed; of as many men always the same number."""
    days = np.repeat(np.arange(len(missed)), 2 * of)
    place = np.tile(np.arange(2 * of), len(missed))
    prediction = (place % of >= np.where(place < of, np.repeat(missed, 2 * of), men)).astype(np.int64)
    members = {Name("sex", "f"): place < of, Name("sex", "m"): place >= of}
    return Labelled(days * DAY_MS + DAY_MS // 2, prediction, np.ones_like(prediction), members)


def ends(days: int) -> range:
    return range(DAY_MS, days * DAY_MS + 1, DAY_MS)


@pytest.mark.parametrize("name", [name for name in scenario_names() if name != "demo"])
def test_a_stream_that_is_only_drawn_is_the_stream_that_is_written(name: str, tmp_path: Path) -> None:
    story = load_scenario(name)
    story = replace(story, events_per_day=story.events_per_day / 5)
    write_stream(story, tmp_path)
    written, drawn = read_labelled(tmp_path, moment_of(story)), labelled_of(story)
    assert len(drawn.label) > 500
    for column in ("arrived_ms", "prediction", "label"):
        assert (getattr(written, column) == getattr(drawn, column)).all()
    assert set(written.members) == set(drawn.members)
    assert all((written.members[one] == drawn.members[one]).all() for one in drawn.members)


def test_a_stream_with_faults_is_not_drawn_without_them() -> None:
    with pytest.raises(ValueError, match="demo has faults"):
        labelled_of(load_scenario("demo"))


def test_a_shift_beyond_its_interval_is_one_that_the_test_rejects() -> None:
    # The interval is the inverse of the test: what lies below it is rejected at 1 % to the one side. Without correction
    # for continuity, as the interval has none; the two differ by less than one pair.
    rng = np.random.default_rng(5)
    for _ in range(20):
        later, base = rng.random(7) + 1.0, rng.random(28) + 0.9
        lower = lower_shift(later[None, :], base[None, :])[0] * base.mean()
        for shift, is_rejected in ((lower - 0.05, True), (lower + 0.05, False)):
            p = mannwhitneyu(
                later - shift, base, alternative="greater", method="asymptotic", use_continuity=False
            ).pvalue
            assert (p < 0.0125) == is_rejected or 0.0075 < p < 0.0125


def test_mann_whitney_compares_a_week_with_the_first_four() -> None:
    said = mann_whitney(by_day([1, 2] * 14 + [1, 2] * 3 + [2] + [5, 6] * 3 + [6]), ends(42), metrics=MISSED)
    assert said.from_ms == 35 * DAY_MS
    assert [(alarm.time_ms // DAY_MS, alarm.value) for alarm in said.alarms] == [(42, "f")]


def test_mann_whitney_says_nothing_of_a_stream_too_short_or_a_week_without_cases() -> None:
    assert mann_whitney(by_day([1] * 34), ends(34)) == Heard(None, ())
    silent = by_day([2] * 28)
    assert mann_whitney(silent, ends(42)) == Heard(35 * DAY_MS, ())


def test_detectors_of_river_hear_each_subgroup_by_itself_and_in_the_order_of_arrival() -> None:
    stream = by_day([1] * 60 + [9] * 20)
    said = heard_by(DETECTORS[2], 3.0, stream, MISSED)
    assert {(alarm.attribute, alarm.value) for alarm in said.alarms} == {("sex", "f")}
    alone = DDM(drift_threshold=3.0)
    first = None
    for place, missed in enumerate([int(one < count) for count in [1] * 60 + [9] * 20 for one in range(10)]):
        alone.update(missed)
        if alone.drift_detected and first is None:
            first = place // 10
    assert said.alarms[0].time_ms == first * DAY_MS + DAY_MS // 2
    assert first >= 60


@pytest.mark.parametrize("monitor", MONITORS, ids=lambda monitor: monitor.name)
def test_each_sees_a_large_rise_of_one_subgroup_and_is_quieter_at_its_quietest(monitor) -> None:
    stream = by_day([1, 2] * 30 + [8, 9] * 30, men=1)
    said = monitor.watch(stream, ends(120), monitor.default, MISSED)
    late = [alarm for alarm in said.alarms if alarm.time_ms > 60 * DAY_MS and alarm.value == "f"]
    assert late
    fair = by_day([0] * 400)
    by_chance = (np.random.default_rng(3).random(len(fair.label)) >= 0.3).astype(np.int64)
    fair = Labelled(fair.arrived_ms, by_chance, fair.label, fair.members)
    quiet, loud = (
        len(monitor.watch(fair, ends(400), one, MISSED).alarms) for one in (monitor.quietest, monitor.loudest)
    )
    assert quiet == 0 < loud


@pytest.mark.parametrize("monitor", MONITORS, ids=lambda monitor: monitor.name)
def test_a_stream_without_any_label_is_heard_in_silence(monitor) -> None:
    nothing = np.zeros(0, dtype=np.int64)
    assert monitor.watch(Labelled(nothing, nothing, nothing, {}), ends(60), monitor.default, MISSED).alarms == ()
