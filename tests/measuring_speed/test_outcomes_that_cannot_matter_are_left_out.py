"""The conditional factor sums over every way in which two arms may share their harm; of large arms over likely ones."""

import numpy as np
import pytest
from scipy.special import gammaln, logsumexp

from monitor.judging import conditional
from monitor.judging.conditional import TILTS, log_factor


def over_all_outcomes(arms: np.ndarray, theta0: float, tilt: float) -> float:
    """The factor of one row from its definition, term by term."""
    n_a, k_a, n_b, k_b = arms.tolist()
    y = np.arange(max(0, k_a + k_b - n_b), min(n_a, k_a + k_b) + 1)
    ways = -sum(gammaln(x + 1.0) for x in (y, n_a - y, k_a + k_b - y, n_b - k_a - k_b + y))
    return float(tilt * k_a - logsumexp(ways + (theta0 + tilt) * y) + logsumexp(ways + theta0 * y))


def rows_of(largest: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Arms of any size with rates of any kind, and log odds ratios that fit them well or not at all."""
    rng = np.random.default_rng(seed)
    n_a, n_b = rng.integers(1, largest, 60), rng.integers(1, 3 * largest, 60)
    p = rng.choice([0.0, 0.002, 0.03, 0.3, 0.9, 1.0], 60)
    k_a, k_b = rng.binomial(n_a, p), rng.binomial(n_b, np.clip(p * rng.uniform(0.2, 3, 60), 0, 1))
    return np.stack((n_a, k_a, n_b, k_b), axis=1), rng.normal(0, 2, 60)


@pytest.mark.parametrize("largest", [20, 700, 20_000])
@pytest.mark.parametrize("tilts", [TILTS, np.array([-0.6])], ids=["evidence", "clearing"])
def test_the_factor_is_that_of_all_outcomes_together(largest: int, tilts: np.ndarray) -> None:
    arms, theta0 = rows_of(largest, seed=largest)
    expected = [[over_all_outcomes(row, one, tilt) for tilt in tilts] for row, one in zip(arms, theta0, strict=True)]
    found, size = log_factor(arms, theta0, tilts), np.abs(theta0) + np.abs(tilts).max()
    speaks = conditional.speaks(arms)
    assert (found[~speaks] == 0).all()
    scale = 1e-11 * (1 + size * arms[:, :2].max(axis=1))[:, None]
    assert (np.abs(found - expected) <= scale)[speaks].all()


def test_ten_times_the_events_are_far_less_than_ten_times_the_outcomes(monkeypatch: pytest.MonkeyPatch) -> None:
    summed: list[int] = []
    whole = conditional._log_sums

    def counting(
        arms: np.ndarray, theta: np.ndarray, lowest: np.ndarray, width: np.ndarray, *, to_ours: bool
    ) -> np.ndarray:
        summed.append(int(width.sum()))
        return whole(arms, theta, lowest, width, to_ours=to_ours)

    monkeypatch.setattr(conditional, "_log_sums", counting)
    for times in (1, 10, 100):
        log_factor(np.array([[2_000, 400, 9_000, 1_700]]) * times, 0.1)
    assert summed[1] < 4 * summed[0]
    assert summed[2] < 4 * summed[1]
