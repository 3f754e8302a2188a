"""PSI, KS, chi-square and river's detectors: each with its trap, and with numbers computed another way."""

import numpy as np
import pytest
from river.drift import ADWIN, PageHinkley
from scipy.stats import chi2, chi2_contingency, ks_2samp

from monitor.judging.annotating.mix import LIMIT, chi_square
from monitor.judging.annotating.score_shift import FEWEST, ks_distance, psi
from monitor.judging.annotating.second_opinion import MOST_KEPT, RECENT, SecondOpinion

EVEN = np.full(20, 500)


def test_psi_is_the_sum_of_its_definition_over_tenths_of_the_reference() -> None:
    window = np.arange(1, 21) * 1_000
    before, now = np.full(10, 0.1), window.reshape(10, 2).sum(axis=1) / window.sum()
    found = psi(EVEN, window)
    assert found is not None
    assert found.value == pytest.approx(float(((now - before) * np.log(now / before)).sum()), abs=2e-3)
    assert found.limit == pytest.approx(chi2.ppf(0.95, 9) * (1 / window.sum() + 1 / EVEN.sum()))


def test_without_drift_psi_is_over_its_own_limit_in_about_one_of_twenty_windows_and_over_a_fixed_one_far_more() -> None:
    rng, over, over_fixed = np.random.default_rng(1), 0, 0
    reference = rng.multinomial(5_000, np.full(20, 0.05))
    for window in rng.multinomial(FEWEST, np.full(20, 0.05), 1_000):
        found = psi(reference, window)
        assert found is not None
        over += found.value > found.limit
        over_fixed += found.value > 0.05
    assert 20 <= over <= 90
    assert over_fixed > 200


@pytest.mark.parametrize("statistic", [psi, ks_distance])
def test_few_scores_are_told_nothing_of(statistic: object) -> None:
    assert statistic(EVEN, np.full(20, 9)) is None  # type: ignore[operator]
    assert statistic(np.full(20, 9), EVEN) is None  # type: ignore[operator]
    assert statistic(EVEN, np.full(20, 10)) is not None  # type: ignore[operator]


def test_scores_that_were_all_alike_have_moved_when_others_come() -> None:
    alike = np.r_[np.zeros(19, int), 900]
    same, others = psi(alike, alike), psi(alike, alike[::-1])
    assert same is not None
    assert others is not None
    assert same.value == 0
    assert others.value > 5


def test_an_empty_tenth_is_a_large_shift_and_no_infinite_one() -> None:
    found = psi(EVEN, np.r_[np.zeros(10, int), np.full(10, 50)])
    assert found is not None
    assert 1 < found.value < 10


def test_the_ks_distance_is_that_of_the_scores_behind_the_bins() -> None:
    rng = np.random.default_rng(2)
    before, now = rng.integers(0, 20, 3_000), rng.binomial(19, 0.5, 2_000)
    found = ks_distance(np.bincount(before, minlength=20), np.bincount(now, minlength=20))
    assert found == pytest.approx(ks_2samp(before, now).statistic)


def test_the_chi_square_is_that_of_the_table_of_two_by_two() -> None:
    table = np.array([[120, 880], [400, 3_600]])
    assert chi_square(120, 1_000, 400, 4_000) == pytest.approx(chi2_contingency(table, correction=False).statistic)
    assert pytest.approx(chi2.ppf(0.95, 1), abs=1e-6) == LIMIT
    assert chi_square(0, 1_000, 0, 4_000) is None


def rates() -> list[float]:
    rng = np.random.default_rng(3)
    return [*(rng.binomial(50, 0.1, 250) / 50).tolist(), *(rng.binomial(50, 0.6, 27) / 50).tolist()]


def test_detectors_of_river_say_what_river_says_when_fed_once_a_step() -> None:
    opinion = SecondOpinion()
    for rate in rates():
        opinion.take(rate)
    expected = {}
    for name, detector in (
        ("adwin", ADWIN(clock=1, grace_period=10)),  # type: ignore[no-untyped-call]
        ("page_hinkley", PageHinkley(alpha=1.0, mode="up", threshold=1.0, min_instances=10)),
    ):
        fired = []
        for place, rate in enumerate(rates()):
            detector.update(rate)
            if detector.drift_detected:
                fired.append(place)
        expected[name] = sum(place >= len(rates()) - RECENT for place in fired)
    assert opinion.signals() == expected
    assert min(expected.values()) >= 1


@pytest.mark.parametrize("asked_at", [(), (1, 30, 200), tuple(range(0, 900, 7))], ids=["at the end", "thrice", "often"])
def test_when_they_are_asked_and_restarts_change_nothing(asked_at: tuple[int, ...]) -> None:
    rng = np.random.default_rng(4)
    stream = (rng.binomial(50, np.r_[np.full(870, 0.1), np.full(30, 0.6)]) / 50).tolist()
    opinion, plain, running = SecondOpinion(), SecondOpinion(), SecondOpinion()
    for place, rate in enumerate(stream):
        opinion.take(rate)
        plain.take(rate)
        running.take(rate)
        if place in asked_at:
            assert running.signals() == opinion.signals()
            opinion = SecondOpinion(opinion.rates)  # as after a restart: fed again, nothing of river is stored
    assert len(opinion.rates) <= MOST_KEPT
    assert opinion.signals() == plain.signals() == running.signals()
    assert sum(opinion.signals().values()) >= 1


def test_a_release_that_is_bad_from_its_first_event_is_not_seen_by_them() -> None:
    opinion = SecondOpinion([0.6] * 200)
    assert opinion.signals() == {"adwin": 0, "page_hinkley": 0}
