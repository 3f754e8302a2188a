"""When a rise after a rollout began: what was seen and expected by day of inference since then, and the credible start.

Way of an event: step 7 keeps it, and asks it once a stream reaches a level. Pure. Unlike `onset` it forgets nothing:
blame by timing turns on whether the rise began with the rollout.
"""

import zlib

import msgspec
import numpy as np
from numpy.typing import NDArray

from monitor.judging.rollout import day_ms
from monitor.judging.split import credible_split

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


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

    def since(self, start_ms: Ints, streams: tuple[Ints, Ints]) -> tuple[Floats, Floats, Floats]:
        """Harmful, all and expected events of some streams, by rate and subgroup, each from its day on."""
        first = (start_ms - self._start_ms) // self._day_ms
        day = np.arange(len(self._sums))[:, None]
        k, n, expected = (self._sums[:, *streams] * (day >= first)[..., None]).sum(axis=0).T
        return k, n, expected

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
