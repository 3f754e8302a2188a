"""When a rise began: what was seen and expected of each stream by inference time, and the split that fits best.

Way of an event: step 7 keeps it, step 8 asks it about streams at watch level. Pure. An estimate, in slices of time; no
alarm depends on it. Rates since an onset are chosen for being high, hence optimistic for whoever blames.
"""

import zlib
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from monitor.counting.ripe import RipeCells
from monitor.judging.rules import DAY_MS, JudgingRules
from monitor.judging.split import credible_split

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

SLICES: Final = 64
_BEFORE_MS: Final = 90 * DAY_MS
"""How far behind the oldest label that may still come an onset is looked for."""


class Stored(msgspec.Struct, array_like=True):
    """What is stored: the newest slice, and the sums, compressed."""

    newest: int
    sums: bytes


def pane_of_each_bin(cells: RipeCells, bins: int) -> Ints:
    """Start of the pane of each age bin's cells, label-free first; -1: none. A step with cells is one pane long."""
    pane_ms: Ints = np.full(bins + 1, -1)
    pane_ms[cells.age_bin + 1] = cells.pane_start_ms
    return pane_ms


class SeenBySlice:
    """Harmful, all and expected events of each stream in slices of inference time, the newest `SLICES` of them.

    Parameters
    ----------
    rules
        Pane and horizon: they make the width of a slice.
    rates, subgroups
        How many.
    """

    def __init__(self, rules: JudgingRules, rates: int, subgroups: int) -> None:
        span_panes = -(-(rules.horizon_ms + _BEFORE_MS) // rules.pane_ms)
        self.width_ms = -(-span_panes // SLICES) * rules.pane_ms
        self._newest = -1
        self._sums = np.zeros((SLICES, rates, subgroups, 3))

    def add(self, pane_ms: Ints, seen: Floats) -> None:
        """Take in one step.

        Parameters
        ----------
        pane_ms
            Start of the pane of each age bin's cells, label-free first; negative: none.
        seen
            Shape (bins, rates, subgroups, 3): harmful, all, expected.
        """
        for start_ms, sums in zip(pane_ms.tolist(), seen, strict=True):
            one = start_ms // self.width_ms
            if start_ms < 0 or one <= self._newest - SLICES:
                continue
            begun = range(max(self._newest, one - SLICES) + 1, one + 1)
            self._sums[[late % SLICES for late in begun]] = 0.0
            self._newest = max(self._newest, one)
            self._sums[one % SLICES] += sums

    def onset_ms(self, rate: int, subgroup: int, tilt: float) -> tuple[int, int]:
        """Start of the slice from which on the evidence of one bet is largest, and of the earliest credible one."""
        order = np.arange(self._newest - SLICES + 1, self._newest + 1)
        k, n, expected = self._sums[order % SLICES, rate, subgroup].T
        best, earliest = credible_split(k, n, expected, tilt)
        return int(order[best]) * self.width_ms, int(order[earliest]) * self.width_ms

    def reset(self, rates: list[int], subgroup: int) -> None:
        """Forget some streams, as their evidence starts anew."""
        self._sums[:, rates, subgroup] = 0.0

    def stored(self) -> Stored:
        """What to store."""
        return Stored(self._newest, zlib.compress(self._sums.tobytes(), level=1))

    def restore(self, stored: Stored) -> None:
        """Take up what was stored. ValueError for another shape."""
        try:
            sums = np.frombuffer(zlib.decompress(stored.sums)).reshape(self._sums.shape).copy()
        except zlib.error as error:
            raise ValueError(f"what was seen is not whole: {error}") from error
        self._newest, self._sums = stored.newest, sums
