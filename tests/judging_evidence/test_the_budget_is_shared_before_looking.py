"""Weights are fixed from settings alone, and no more than the budget is ever shared out."""

import numpy as np
import pytest

from monitor.counting.lattice import Lattice
from monitor.judging.metrics import METRICS
from monitor.judging.rules import DAY_MS, Budget
from monitor.judging.weights import expected_alarms, threshold, weights
from monitor.vocabulary import AttributeCoding, Coding
from tests.judging_evidence.worlds import LATTICE, rules

NAMES = ("race", "sex", "age", "site")
FOUR = Coding(tuple(AttributeCoding(name, {f"{name}1": ("1",), f"{name}2": ("2",)}) for name in NAMES))
ALL = tuple(METRICS)
EACH_WAY = np.array([1 + METRICS[name].two_sided for name in ALL])


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
@pytest.mark.parametrize("metrics", [ALL, ALL[:1], ("error_rate",), ("selection_rate", "error_rate")], ids=str)
def test_all_weights_together_are_at_most_one(metrics: tuple[str, ...], depth: int) -> None:
    weight = weights(metrics, Lattice(FOUR, depth))
    ways = np.array([1 + METRICS[name].two_sided for name in metrics])
    assert (weight > 0).all()
    assert weight.sum(axis=1) @ ways <= 0.5


def test_shares_of_metrics_levels_and_detectors_are_those_of_the_design() -> None:
    lattice = Lattice(FOUR, depth=2, also=[NAMES])
    weight = weights(ALL, lattice)
    level = np.array([group.level for group in lattice.subgroups])
    # .3 for each of the two metrics that may roll back, .4 for the six others, of which two are always on;
    # half for this detector; .95 kept: the shares of section 7 of the statistics.
    shares = weight.sum(axis=1) * EACH_WAY / (0.5 * 0.95)
    assert shares == pytest.approx([0.3, 0.3, *[0.4 / 6] * 6])
    for chosen, share in ((level <= 1, 0.5), (level == 2, 0.3), (level == 4, 0.2)):
        assert weight[0, chosen].sum() == pytest.approx(0.3 * share * 0.5 * 0.95)
        assert np.ptp(weight[0, chosen]) == 0


def test_levels_that_are_not_in_use_give_their_share_to_the_others() -> None:
    lattice = Lattice(FOUR, depth=2)
    level = np.array([group.level for group in lattice.subgroups])
    weight = weights(("false_negative_rate",), lattice)[0]
    assert weight[level == 2].sum() / weight[level <= 1].sum() == pytest.approx(0.3 / 0.5)


def test_a_threshold_counts_the_steps_of_the_budget() -> None:
    # log(91 steps) + log(1 / .01), by hand.
    assert threshold(rules(), np.array(0.01), "page") == pytest.approx(np.log(9_100))
    fewer = rules(budgets={"watch": Budget(1, 7 * DAY_MS), "page": Budget(0.5, 91 * DAY_MS)})
    assert threshold(fewer, np.array(0.01), "page") == pytest.approx(np.log(18_200))


def test_the_alarms_to_expect_are_within_the_budget() -> None:
    found = expected_alarms(rules(metrics=ALL), weights(ALL, LATTICE))
    assert 0 < found["watch"] <= 13
    assert 0 < found["page"] <= 1
    # Only metrics that may page spend the budget of pages, half of it by each detector; everybody has no gap.
    of_rate = (0.6 + 0.8 / 6) * 0.5 * 0.95
    groups = len(LATTICE.subgroups)
    assert found["page"] == pytest.approx(of_rate + of_rate * (groups - 1) / groups)


@pytest.mark.parametrize("name", ["calibration", "fnr"])
def test_a_metric_that_is_not_judged_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"cannot judge \['" + name):
        rules(metrics=("error_rate", name))


def test_a_budget_of_nothing_and_edges_that_fall_are_refused() -> None:
    with pytest.raises(ValueError, match="give a positive budget"):
        rules(budgets={"watch": Budget(0, DAY_MS), "page": Budget(1, DAY_MS)})
    with pytest.raises(ValueError, match="must rise from 0"):
        rules(edges_ms=(0, 2, 1))
