"""What the gate withholds has no sample; verdicts always have theirs."""

from math import hypot

import pytest
from scipy.stats import binomtest

from monitor.exporting import catalogue as c
from monitor.exporting.catalogue import Series
from monitor.exporting.collected import Collected
from monitor.exporting.collector import collected
from monitor.exporting.view import GroupView, WindowCounts
from monitor.judging.verdict import Verdict
from tests.exposing_metrics import populations

OVERALL = WindowCounts(10_000, 3_000, 1_000, 1_500, 5_000, 500, 4_000, 1_500, 10_000)
FEW = WindowCounts(400, 110, 60, 30, 250, 5, 50, 20, 400)
MANY = WindowCounts(4_000, 1_300, 440, 700, 2_000, 200, 2_000, 600, 4_000)
MORE = WindowCounts(5_600, 1_590, 500, 770, 2_750, 295, 1_950, 880, 5_600)


def scrape(*named: tuple[str, str, WindowCounts]) -> Collected:
    groups = [
        GroupView("r1", attribute, name, {"28d": counts}, (7, 30), (0, 0), (1, 2, 3, 40), (0, 0, 0, 0))
        for attribute, name, counts in named
    ]
    return collected(populations.view(populations.model(groups)))


@pytest.fixture
def out() -> Collected:
    return scrape(("overall", "overall", OVERALL), ("sex", "f", FEW), ("sex", "m", MANY), ("sex", "x", MORE))


def values(out: Collected, series: Series, **wanted: str) -> list[float]:
    return [
        value
        for labels, value in out.samples[series]
        if wanted.items() <= dict(zip(series.labels, labels, strict=True)).items()
    ]


def test_a_rate_that_is_withheld_shows_no_number_at_all(out: Collected) -> None:
    numbers = (c.WINDOW_CASES, c.WINDOW_SAMPLES, c.RATE, c.RATE_LOWER, c.RATE_UPPER, c.GAP, c.GAP_LOWER, c.GAP_UPPER)
    for series in (*numbers, c.EVIDENCE):
        assert values(out, series, subgroup="f", metric="false_negative_rate") == []
    # 5 false negatives in sex=f; error and selection would tell them, and so would the smaller of the other two.
    assert values(out, c.RATE, subgroup="f", metric="error_rate") == []
    assert values(out, c.WINDOW_SAMPLES, subgroup="f", metric="selection_rate") == []
    assert values(out, c.RATE, subgroup="m", metric="false_negative_rate") == []
    assert values(out, c.RATE, subgroup="x", metric="false_negative_rate") == [295 / 795]
    assert values(out, c.RATE, subgroup="f", metric="false_positive_rate") == [30 / 280]


def test_a_verdict_shows_for_the_smallest_subgroup_with_one_state_of_five(out: Collected) -> None:
    states = values(out, c.VERDICT, subgroup="f", metric="false_negative_rate")
    assert (len(states), sum(states)) == (len(Verdict), 1)
    assert values(out, c.REFERENCE, subgroup="f", metric="false_negative_rate") == [0.22]


def test_the_worst_stream_is_the_model_s_verdict(out: Collected) -> None:
    assert values(out, c.MODEL_VERDICT, state="DEGRADED") == [1]
    assert sum(values(out, c.MODEL_VERDICT)) == 1


def test_cases_samples_and_limits_are_those_of_the_window(out: Collected) -> None:
    who = {"subgroup": "overall", "metric": "false_negative_rate"}
    assert values(out, c.WINDOW_CASES, **who) == [500]
    assert values(out, c.WINDOW_SAMPLES, **who) == [1_500]
    assert values(out, c.RATE, **who) == [500 / 1_500]
    # An independent implementation of Wilson's limits.
    limits = binomtest(500, 1_500).proportion_ci(method="wilson")
    assert values(out, c.RATE_LOWER, **who) == pytest.approx([limits.low], abs=1e-12)
    assert values(out, c.RATE_UPPER, **who) == pytest.approx([limits.high], abs=1e-12)


def test_a_gap_is_against_everyone_else(out: Collected) -> None:
    (gap,) = values(out, c.GAP, subgroup="x", metric="false_positive_rate")
    assert gap == pytest.approx(770 / 3_520 - (1_500 - 770) / (6_500 - 3_520))
    assert values(out, c.GAP, subgroup="overall") == []
    # Newcombe's method 10, written out from the paper.
    one, rest = (770, 3_520), (1_500 - 770, 6_500 - 3_520)
    sides = [(k / n, binomtest(k, n).proportion_ci(method="wilson")) for k, n in (one, rest)]
    (p, of_one), (q, of_rest) = sides
    below, above = hypot(p - of_one.low, of_rest.high - q), hypot(of_one.high - p, q - of_rest.low)
    who = {"subgroup": "x", "metric": "false_positive_rate"}
    assert values(out, c.GAP_LOWER, **who) == pytest.approx([gap - below], abs=1e-12)
    assert values(out, c.GAP_UPPER, **who) == pytest.approx([gap + above], abs=1e-12)


def test_explained_shares_are_of_the_flagged_and_of_all() -> None:
    out = scrape(("overall", "overall", OVERALL))
    assert values(out, c.EXPLAINED, scope="all") == [0.4]
    assert values(out, c.EXPLAINED, scope="flagged") == [0.5]
    assert values(out, c.COMPLETENESS) == [0.8]


def test_no_samples_make_no_rate_but_a_zero() -> None:
    out = scrape(("overall", "overall", WindowCounts(0, 0, 0, 0, 0, 0)))
    assert set(values(out, c.WINDOW_SAMPLES)) == {0}
    assert values(out, c.RATE) == []
    assert values(out, c.COMPLETENESS) == []


def test_totals_of_people_move_in_steps(out: Collected) -> None:
    assert values(out, c.INFERENCES, subgroup="f") == [0, 22]
    assert values(out, c.LABELLED, subgroup="f", actual="1", predicted="1") == [33]
