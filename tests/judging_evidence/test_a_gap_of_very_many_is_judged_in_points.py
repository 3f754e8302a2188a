"""The additive block: where the exact sum over all ways to share the harmful events grows too long."""

from itertools import product

import numpy as np
import pytest
from scipy.special import comb
from scipy.stats import binom

from monitor.judging.additive import log_factor
from monitor.judging.e_detector import NOTHING, folded, log_mixture
from monitor.judging.gap_blocks import MOST_EXACT, GapBlocks
from monitor.judging.judge import Judge
from monitor.judging.metrics import METRICS, Kind
from monitor.judging.verdict import GAP, Evidence
from tests.judging_evidence.worlds import LATTICE, Pane, everyone, judged, people, rules, said


@pytest.mark.parametrize("tolerance", [0.0, 0.1, -0.1])
def test_its_mean_is_at_most_one_for_every_pair_of_tolerable_rates(tolerance: float) -> None:
    # All outcomes of small arms, enumerated, at tolerable pairs on and inside the border, for every bet and guess.
    for (n_a, n_b), guess in product(((1, 1), (2, 5), (4, 3)), (0.15, 0.4)):
        y_a, y_b = (one.ravel() for one in np.meshgrid(np.arange(n_a + 1), np.arange(n_b + 1)))
        arms = np.column_stack((np.full_like(y_a, n_a), y_a, np.full_like(y_b, n_b), y_b))
        rows = np.ones(len(arms))
        factors = np.exp(log_factor(arms, guess * rows, tolerance * rows))
        assert factors.max() > 1
        for p_b, below in product(np.linspace(0.12, 0.85, 12), (0.0, 0.05)):
            p_a = p_b + tolerance - below
            if 0 <= p_a <= 1:
                weight = comb(n_a, y_a) * p_a**y_a * (1 - p_a) ** (n_a - y_a)
                weight = weight * comb(n_b, y_b) * p_b**y_b * (1 - p_b) ** (n_b - y_b)
                assert (weight @ factors).max() <= 1 + 1e-9


def test_a_bad_guess_of_the_base_rate_costs_no_validity_and_a_rise_is_found() -> None:
    rng, blocks = np.random.default_rng(4), GapBlocks((1, 1, 1))
    blocks.open(0, np.array([[[2_000, 400, 60_000, 6_000]]]), 0.02)
    at = np.array([0])

    def run(rate: float, steps: int) -> np.ndarray:
        log_r, seen = np.full((1, 6), NOTHING), []
        for step in range(steps):
            base = 0.05 if step % 2 else 0.15  # the guess is always wrong
            arms = np.array([[2_000, rng.binomial(2_000, base + rate), 60_000, rng.binomial(60_000, base)]])
            log_r = folded(log_r, blocks.log_factor(0, arms, at, at))
            blocks.note(0, arms[:, None, None])
            seen.append(log_mixture(log_r)[0])
        return np.array(seen)

    assert run(0.10, 200).max() < np.log(200)
    assert run(0.20, 20)[-1] > 10


HUGE = people(fn=1_500, tp=6_000, fp=600, tn=3_400)
WORSE = people(fn=1_800, tp=5_700, fp=600, tn=3_400)


def pane(day: int) -> Pane:
    if day < 60:
        return everyone(HUGE)
    (f, _), (m, _) = everyone(HUGE).items()
    return {f: WORSE, m: HUGE}


def gap(judge: Judge, day: int) -> Evidence:
    (women,) = said(judge, day)
    (found,) = [one for one in women.evidence if one.detector == GAP]
    return found


def test_a_judge_with_very_many_events_still_watches_the_gap_and_finds_it() -> None:
    assert sum(2 * HUGE[kind] for kind in METRICS["false_negative_rate"].harmful) < MOST_EXACT
    many = {kind: 3 * n for kind, n in HUGE.items()}
    assert 2 * many[Kind.FALSE_NEGATIVE] > MOST_EXACT

    def larger(day: int) -> Pane:
        return {who: {kind: 3 * n for kind, n in counts.items()} for who, counts in pane(day).items()}

    judge = judged(Judge(rules(), LATTICE, None), larger, range(1, 59))
    quiet = gap(judge, 58).log_e
    assert quiet is not None
    assert quiet < 5
    found = gap(judged(judge, larger, range(59, 66)), 65).log_e
    assert found is not None
    assert found > 12


def test_a_restart_goes_on_with_the_same_guess() -> None:
    def larger(day: int) -> Pane:
        return {who: {kind: 3 * n for kind, n in counts.items()} for who, counts in pane(day).items()}

    whole = judged(Judge(rules(), LATTICE, None), larger, range(1, 66))
    first = judged(Judge(rules(), LATTICE, None), larger, range(1, 50))
    again = Judge(rules(), LATTICE, None)
    again.restore(first.state_bytes())
    assert gap(judged(again, larger, range(50, 66)), 65) == gap(whole, 65)


@pytest.mark.parametrize("tolerance", [-0.6, -0.3, -0.05, 0.0, 0.3, 0.6])
@pytest.mark.parametrize("guess", [0.005, 0.1, 0.5, 0.9])
def test_every_bet_is_a_number_and_valid_at_its_border(tolerance: float, guess: float) -> None:
    """Also of a subgroup that did much better in the reference, whose tolerance is negative."""
    n_a, n_b = 6, 9
    rates = [b for b in (0.02, 0.2, 0.5, 0.8, 0.98) if 0 <= b + tolerance <= 1]
    k_a, k_b = (one.ravel() for one in np.meshgrid(np.arange(n_a + 1), np.arange(n_b + 1)))
    arms = np.stack((np.full(k_a.size, n_a), k_a, np.full(k_a.size, n_b), k_b), axis=1)
    log_l = log_factor(arms, np.full(len(arms), guess), np.full(len(arms), tolerance))
    assert np.isfinite(log_l).all()
    for b in rates:
        chance = binom.pmf(k_a, n_a, b + tolerance) * binom.pmf(k_b, n_b, b)
        assert (chance @ np.exp(log_l) <= 1 + 1e-9).all()
