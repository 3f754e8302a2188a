"""The short form of `make campaign-statistics`: few runs. A figure may miss by three standard errors.

A median has no such error: its bounds are wide enough for few runs.
"""

import pytest

from replay.campaign.everything import SIMULATIONS, kept, measured
from replay.campaign.figure import Figure

SHORT = {
    "label_delay": 4,
    "canary": 100,
    "unequal_age": 100,
    "slow_bug": 12,
    "earlier_trend": 2,
    "overdispersed": 30,
    "season": 8,
    "silent_labels": 60,
    "compared_twice": 10,
    "sharing": 100,
}


def test_every_simulation_has_a_short_form() -> None:
    assert set(SHORT) == set(SIMULATIONS)


@pytest.mark.parametrize("name", SHORT)
def test_what_is_promised_is_measured(name: str) -> None:
    for figure in measured(name, SHORT[name]):
        print(figure)
        assert figure.near, figure


def test_a_clear_split_of_traffic_is_seen_for_what_it_is() -> None:
    # Nothing was promised: the bound is wide above what the full form measured (none, 20 % and 1 % of 1 000).
    clear = [one for one in measured("sharing", 100) if "1% of 1000" in one.what or "20% of 1000" in one.what]
    assert [one.measured for one in clear] == [0.0, 0.0]


def test_a_subgroup_of_few_labels_is_seldom_stale_and_one_of_five_a_day_never() -> None:
    # Nothing was promised: the full form measured .17 episodes a year, and none.
    found = {one.what: one.measured for one in measured("silent_labels", 60)}
    assert 0.0 < found["0.5 labels a day, 56 days of reference: false episodes a year"] <= 0.5
    assert found["5 labels a day, 56 days of reference: false episodes a year"] == 0.0


def test_a_broken_promise_is_not_kept() -> None:
    broken = Figure("12", "rejects", 0.02, 0.001, 4_000, high=0.01)
    assert not kept([broken])
    assert not broken.near
    assert kept([broken._replace(measured=0.01)])


def test_few_runs_that_miss_by_chance_are_near_and_not_kept() -> None:
    by_chance = Figure("12", "rejects", 0.02, 0.005, 150, high=0.01)
    assert by_chance.near
    assert not by_chance.passes


def test_the_same_seed_measures_the_same() -> None:
    assert measured("sharing", 20) == measured("sharing", 20)
