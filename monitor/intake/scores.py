"""A score -> one of a few equal bins.

Way of an event: step 2. Pure.
"""

from collections.abc import Sequence

import numpy as np

from monitor.events import SCORE_BINS


class ScoreBins:
    """Equal bins of the range from `low` to `high`; a score beyond it falls into the end bin.

    Examples
    --------
    >>> bins = ScoreBins(0.0, 1.0)
    >>> [bins.bin(score) for score in (0.0, 0.049, 0.05, 0.999, 1.0, -3.0, 1e308, None)]
    [0, 0, 1, 19, 19, 0, 19, 20]
    >>> bins.many([0.5, None])
    [10, 20]
    """

    __slots__ = ("_high", "_low", "_scale")

    def __init__(self, low: float, high: float) -> None:
        self._low, self._high, self._scale = low, high, SCORE_BINS / (high - low)

    def bin(self, score: float | None) -> int:
        """The bin, 0 to `SCORE_BINS` - 1, or `SCORE_BINS` for None."""
        if score is None:
            return SCORE_BINS
        if score >= self._high:
            return SCORE_BINS - 1
        if score < self._low:
            return 0
        return min(int((score - self._low) * self._scale), SCORE_BINS - 1)

    def many(self, scores: Sequence[float | None]) -> list[int]:
        """`bin` for many."""
        given = np.array(scores, np.float64)  # None becomes NaN, which no score is
        without = np.isnan(given)
        inside = np.clip(np.where(without, self._low, given), self._low, self._high)
        bins = np.minimum(((inside - self._low) * self._scale).astype(np.int64), SCORE_BINS - 1)
        found: list[int] = np.where(without, SCORE_BINS, bins).tolist()
        return found
