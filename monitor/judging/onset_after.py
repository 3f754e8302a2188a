"""When a rise after a rollout began: what was seen and expected by day of inference since then, and the credible start.

Way of an event: step 7 keeps it, and asks it once a stream reaches a level. Pure. Unlike `onset` it forgets nothing:
blame by timing turns on whether the rise began with the rollout.
"""

import zlib
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from monitor.judging.rollout import day_ms

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_CREDIBLE: Final = 3.0
"""Nats below the best split at which a start is still credible."""


class Stored(msgspec.Struct, array_like=True):
    """What is stored: how many days, and their sums, compressed."""

    days: int
    sums: bytes


class SeenAfter:
    """Harmful, all and expected events of each stream, by day of inference since a rollout.

    Parameters
    ----------
    start_ms, pane_ms
        Start of the rollout's first pane, and its width; a longer one is a day here.
    rates, subgroups
        How many.
    """

    def __init__(self, start_ms: int, pane_ms: int, rates: int, subgroups: int) -> None:
        self._start_ms, self._day_ms = start_ms, day_ms(pane_ms)
        self._sums = np.zeros((0, rates, subgroups, 3))

    def add(self, pane_ms: Ints, seen: Floats) -> None:
        """Take in one step.

        Parameters
        ----------
        pane_ms
            Start of the pane of each age bin's cells, label-free first; negative: none.
        seen
            Shape (bins, rates, subgroups, 3): harmful, all, expected.
        """
        day = (pane_ms - self._start_ms) // self._day_ms
        missing = int(day.max(initial=-1)) + 1 - len(self._sums)
        if missing > 0:
            self._sums = np.concatenate((self._sums, np.zeros((missing, *self._sums.shape[1:]))))
        for one, sums in zip(day.tolist(), seen, strict=True):
            if one >= 0:
                self._sums[one] += sums

    def onset_ms(self, rate: int, subgroup: int, tilt: float) -> tuple[int, int]:
        """Start of the day from which on the evidence of one bet is largest, and the earliest credible one."""
        k, n, expected = self._sums[:, rate, subgroup].T
        best, earliest = credible_split(k, n, expected, tilt)
        return self._start_ms + best * self._day_ms, self._start_ms + earliest * self._day_ms

    def reset(self, rate: int, subgroup: int) -> None:
        """Forget one stream, as its evidence starts anew."""
        self._sums[:, rate, subgroup] = 0.0

    def stored(self) -> Stored:
        """What to store."""
        return Stored(len(self._sums), zlib.compress(self._sums.tobytes(), level=1))

    def restore(self, stored: Stored) -> None:
        """Take up what was stored. ValueError for another shape."""
        try:
            sums = np.frombuffer(zlib.decompress(stored.sums))
        except zlib.error as error:
            raise ValueError(f"what was seen after a rollout is not whole: {error}") from error
        self._sums = sums.reshape(stored.days, *self._sums.shape[1:]).copy()


def credible_split(k: Floats, n: Floats, expected: Floats, tilt: float) -> tuple[int, int]:
    """Index from which on the log likelihood ratio of a bet, summed to the end, is largest; and the first from which
    on it is at most 3 nats less.

    Parameters
    ----------
    k, n, expected
        Harmful, all and expected events of successive days, at least one.
    tilt
        Log odds ratio of the bet, positive.

    Examples
    --------
    >>> credible_split(np.array([2, 1, 5, 9, 8]), np.full(5, 20), np.full(5, 2.0), tilt=1.0)
    (2, 1)
    >>> credible_split(np.array([0, 0, 0, 9, 8]), np.full(5, 20), np.full(5, 2.0), tilt=1.0)
    (3, 3)

    References
    ----------
    Hinkley, "Inference about the change-point from cumulative sum tests", Biometrika 58 (1971).
    """
    rate = np.divide(expected, n, out=np.zeros(len(n)), where=np.asarray(n) > 0)
    gain = k * tilt - n * np.log1p(rate * np.expm1(tilt))
    to_end = np.cumsum(gain[::-1])[::-1]
    best = len(to_end) - 1 - int(np.argmax(to_end[::-1]))
    return best, int(np.argmax(to_end >= to_end.max() - _CREDIBLE))
