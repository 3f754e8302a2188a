"""Where a stratum of a gap has very many harmful events: the additive factor, its tolerable difference and its guess.

Way of an event: step 7, on behalf of `gap`. Pure. The exact sum over all ways to share K harmful events grows with K;
beyond `MOST_EXACT` the factor of the difference of rates takes its place, with the same guarantee. What is tolerated
there is the reference's own difference in that bin of label age, and its margin.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitor.judging.additive import log_factor

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MOST_EXACT: Final = 5_000
"""Harmful events of both arms together, as expected, that are still summed over exactly."""

_PRIOR: Final = np.array([2.0, 20.0])
"""Harmful and all events that the guess of a base rate starts from."""

_FADING: Final = 2 ** (-1 / 20)
"""By step: what was seen twenty steps ago counts half."""

_SURELY: Final = 1.645


class GapBlocks:
    """Guesses of everybody else's rate, and tolerable differences; arrays have the shape (rates, subgroups, bins).

    Parameters
    ----------
    shape
        Rates, subgroups, coarse bins.

    Examples
    --------
    >>> blocks = GapBlocks((1, 1, 1))
    >>> blocks.open(0, np.array([[[4_000, 800, 40_000, 4_000]]]), tolerance=0.02)
    >>> blocks.tolerance.round(3).tolist()                                     # .20 - .10, and .02
    [[[0.12]]]
    >>> arms, at = np.array([[3_000, 900, 50_000, 5_000]]), np.array([0])
    >>> blocks.log_factor(0, arms, at, at).max() > 20                          # .30 against .10
    np.True_
    """

    def __init__(self, shape: tuple[int, int, int]) -> None:
        self._past = np.zeros((*shape, 2))
        self.tolerance = np.full(shape, np.nan)

    def open(self, rate: int, arms: Ints, tolerance: float) -> None:
        """Renew what one rate tolerates; `arms` of its reference have the shape (subgroups, bins, 4)."""
        n_a, k_a, n_b, k_b = np.moveaxis(arms.astype(float), -1, 0)
        with np.errstate(invalid="ignore", divide="ignore"):  # a bin without a reference is not judged so
            p_a, p_b = k_a / n_a, k_b / n_b
            error = np.sqrt(p_a * (1 - p_a) / n_a + p_b * (1 - p_b) / n_b)
        self.tolerance[rate] = p_a - p_b + np.maximum(tolerance, _SURELY * error)

    def takes(self, rate: int, arms: Ints) -> Bools:
        """Strata that are judged so; `arms` have the shape (revisions, subgroups, bins, 4).

        By the harmful events that are to be expected, from how many events there are and from earlier steps: a choice
        by those that came would let the larger of two factors be taken, and its mean be above 1.
        """
        seen = self._past[rate] + _PRIOR
        expected = (arms[..., 0] + arms[..., 2]) * seen[..., 0] / seen[..., 1]
        many: Bools = (expected > MOST_EXACT) & np.isfinite(self.tolerance[rate])
        return many

    def log_factor(self, rate: int, arms: Ints, group: Ints, age_bin: Ints) -> Floats:
        """log L of every bet of rows of subgroups and bins, shape (rows, bets); the guess is of earlier steps only."""
        seen = self._past[rate, group, age_bin] + _PRIOR
        return log_factor(arms, seen[:, 0] / seen[:, 1], self.tolerance[rate, group, age_bin])

    def note(self, rate: int, arms: Ints) -> None:
        """Take in what everybody else did in a step, after its factors."""
        self._past[rate] = _FADING * self._past[rate] + arms[..., [3, 2]].sum(axis=0)

    def stored(self) -> bytes:
        """What to store; what is tolerated follows from the reference."""
        return self._past.tobytes()

    def restore(self, stored: bytes) -> None:
        """Take up what was stored. ValueError for another shape."""
        self._past = np.frombuffer(stored).reshape(self._past.shape).copy()
