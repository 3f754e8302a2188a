"""The contest of `python -m replay.rivals`: the same events for all, tuned alike, and losses that are told."""

from math import inf, log

import numpy as np
import pytest

from replay.rivals.contest import RISES, Result, Streams
from replay.rivals.monitor import Monitor, by_window, first_after, per_100k
from replay.rivals.of_river import RIVER
from replay.rivals.ours import GUARANTEED, ORACLE, OURS, d1, d1_by_calendar
from replay.rivals.page import chart, losses, table
from replay.rivals.picture import picture
from replay.rivals.streams import OF_STEP, QUIET, Stream, drawn, fair, jump, season
from replay.rivals.tuning import WANTED, tuned
from replay.rivals.windows import WINDOWS, fixed_bound, mann_whitney, sums, z_test

FAST = (OURS[0], ORACLE, *WINDOWS[:2])


@pytest.fixture(scope="module")
def quiet() -> Stream:
    return drawn(np.random.default_rng(1), 10, 1_500, fair)


@pytest.mark.parametrize("monitor", FAST, ids=lambda monitor: monitor.name)
def test_a_tuned_monitor_is_as_quiet_as_wanted_and_not_much_quieter(monitor: Monitor, quiet: Stream) -> None:
    setting = tuned(monitor, quiet)
    assert setting is not None
    alarms = per_100k(monitor.watch(quiet, setting))
    assert WANTED / 3 <= alarms <= WANTED
    louder = setting - (monitor.quietest - monitor.loudest) / 16
    assert per_100k(monitor.watch(quiet, louder)) > WANTED


@pytest.mark.parametrize("monitor", [*OURS, ORACLE, *WINDOWS, *RIVER], ids=lambda monitor: monitor.name)
def test_every_monitor_sees_a_large_rise(monitor: Monitor) -> None:
    stream = drawn(np.random.default_rng(2), 5, QUIET + 100, jump(0.6))
    setting = 5.0 if monitor.default is None else monitor.default
    assert (first_after(monitor.watch(stream, setting), QUIET) < 100 * OF_STEP).all()


def test_a_monitor_that_no_setting_makes_quiet_is_told_so(quiet: Stream) -> None:
    noisy = Monitor("noisy", lambda stream, _: np.ones(stream.k.shape, bool), 0.0, 1.0)
    assert tuned(noisy, quiet) is None


def test_d1_keeps_its_guarantee_untuned(quiet: Stream) -> None:
    alarms = d1(quiet, GUARANTEED).sum(axis=1)
    assert log(100_000 / OF_STEP) == GUARANTEED
    assert alarms.mean() <= 1_500 / 5_000 + 3 * np.sqrt(0.3 / 10)


def test_a_season_is_no_harm_to_who_has_the_calendar_and_is_to_who_has_not() -> None:
    swinging = drawn(np.random.default_rng(3), 10, 1_500, season, season)
    assert per_100k(d1(swinging, GUARANTEED)) > 5
    assert per_100k(d1_by_calendar(swinging, GUARANTEED)) <= 2


def test_a_window_counts_what_is_in_it() -> None:
    # By hand: of each arm the last 50 rows are two steps and the later half of the one before them.
    subgroup, others = np.zeros((1, 4, OF_STEP), np.uint8), np.zeros((1, 4, OF_STEP), np.uint8)
    subgroup[0, 1, -10:] = 1
    stream = Stream(subgroup, others)
    assert fixed_bound(stream, 0.19).tolist() == [[False, False, True, False]]  # 10 of 50, and still so in step 3
    assert not fixed_bound(stream, 0.20).any()
    assert sums(stream.k, 2)[0, 1:].tolist() == [10, 10, 0]


def test_a_z_test_looks_once_a_week() -> None:
    subgroup = np.zeros((1, 14, OF_STEP), np.uint8)
    subgroup[0, 7:, :5] = 1  # 35 of 140 at .10: (.25 - .10) / sqrt(.09 / 140) = 5.916
    stream = Stream(subgroup, np.zeros_like(subgroup))
    assert np.flatnonzero(z_test(stream, 5.91)).tolist() == [13]
    assert not z_test(stream, 5.92).any()


def test_mann_whitney_says_nothing_before_it_has_a_baseline_and_a_week() -> None:
    stream = drawn(np.random.default_rng(4), 3, 34, jump(0.9, 28))
    assert not mann_whitney(stream, 0.0).any()
    longer = drawn(np.random.default_rng(4), 3, 35, jump(0.9, 28))
    assert mann_whitney(longer, 0.25)[:, 34].all()


def test_an_alarm_that_stays_is_one_alarm() -> None:
    assert by_window(np.array([[2.0, 2.0, 0.0, 2.0]]), 1.0).sum() == 2


def result(name: str, delay: float, in_season: float, found: float = 1.0) -> Result:
    return Result(name, "", 1.0, 1.0, in_season, dict.fromkeys(RISES, delay), dict.fromkeys(RISES, found))


def test_where_a_rival_is_better_it_is_told() -> None:
    ours = [result("fairdrift D1", 200, 5), result("fairdrift D1, learns", 300, 1)]
    told = losses([*ours, result("faster", 150, 9), result("slower", 250, 9, found=0.5)])
    first, second = told.split("Where *fairdrift D1, learns*")
    assert "- faster: .10 → .15 (150 against 200)" in first
    assert "slower" not in first
    assert "slower" in second


def test_what_never_comes_is_shown_as_never_and_at_the_end_of_the_axis() -> None:
    never = result("blind", inf, 0, found=0.1)
    assert "never (10%)" in table([never])
    assert picture(chart([never])).count('cx="860.0"') == 1


def test_all_monitors_see_the_same_events() -> None:
    assert Streams._fields == ("to_tune", "quiet", "swinging", "rising")
    one, again = (drawn(np.random.default_rng(9), 2, 5, fair) for _ in range(2))
    assert (one.subgroup == again.subgroup).all()
