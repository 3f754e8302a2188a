"""Blocks: cells of two revisions that serve at once, kept together until both arms have enough to speak.

Way of an event: step 7, from ripe cells to `concurrent`. Pure. A small arm wastes what a step tells where the other arm
has nobody, so cells are added up over steps. When a block closes is decided by numbers of events alone, never by what
became of them: evidence stays valid.
"""

from bisect import bisect_right
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from monitor.judging.rules import DAY_MS

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

LONGEST_MS: Final = 7 * DAY_MS
"""A block closes after this at the latest."""

_PARTNERS: Final = 3
"""Events of the stable arm for each of the new one at which a block closes."""

_NOTICED: Final = 3.29
"""Standard errors at which a change of the traffic split is taken for one: 0.1 % of changes by chance."""

_EMPTY: Final = -1


class Splits:
    """How two revisions share the traffic, and from which panes on they share it otherwise.

    Examples
    --------
    >>> splits = Splits()
    >>> for start_ms, new, stable in ((0, 10, 90), (1, 8, 92), (2, 50, 50), (3, 52, 48)):
    ...     splits.note(start_ms, new, stable)
    >>> [splits.at(start_ms) for start_ms in (0, 1, 2, 3)]
    [0, 0, 1, 1]
    """

    def __init__(self) -> None:
        self.changes_ms: list[int] = []
        self._new, self._all = 0, 0

    def note(self, start_ms: int, new: int, stable: int) -> None:
        """Take in the inferences of a pane."""
        here = new + stable
        if self._all and here and self._differs(new, here):
            self.changes_ms.append(start_ms)
            self._new, self._all = 0, 0
        self._new, self._all = self._new + new, self._all + here

    def _differs(self, new: int, here: int) -> bool:
        pooled = (self._new + new) / (self._all + here)
        spread = float(np.sqrt(pooled * (1 - pooled) * (1 / self._all + 1 / here)))
        return abs(new / here - self._new / self._all) > _NOTICED * spread

    def at(self, start_ms: int) -> int:
        """The number of the split that a pane has."""
        return bisect_right(self.changes_ms, start_ms)

    def stored(self) -> tuple[list[int], int, int]:
        """What to store."""
        return self.changes_ms, self._new, self._all

    def restore(self, stored: tuple[list[int], int, int]) -> None:
        """Take up what was stored."""
        changes, self._new, self._all = stored
        self.changes_ms = list(changes)


class Stored(msgspec.Struct, array_like=True):
    """What is stored: arms, time and split of the open blocks."""

    arms: bytes
    opened_ms: bytes
    split: bytes


class Blocks:
    """The open blocks: one for each rate, subgroup and coarse age bin.

    Parameters
    ----------
    rates, subgroups, bins
        How many.

    Examples
    --------
    >>> blocks = Blocks(rates=1, subgroups=1, bins=1)
    >>> blocks.add(DAY_MS, 0, np.array([[[[2, 1, 4, 1]]]]))[0].tolist()              # two need six partners
    []
    >>> blocks.add(2 * DAY_MS, 0, np.array([[[[0, 0, 3, 0]]]]))[0].tolist()
    [[2, 1, 7, 1]]
    """

    def __init__(self, rates: int, subgroups: int, bins: int) -> None:
        self._arms = np.zeros((rates, subgroups, bins, 4), np.int64)
        self._opened_ms = np.full((rates, subgroups, bins), _EMPTY)
        self._split = np.zeros((rates, subgroups, bins), np.int64)

    def add(self, end_ms: int, split: int, arms: Ints) -> tuple[Ints, Ints]:
        """Take in cells of one step from panes of one split; gives the blocks that close.

        Parameters
        ----------
        arms
            n_a, k_a, n_b, k_b of the new and the stable revision, shape (rates, subgroups, bins, 4).

        Returns
        -------
        Arms of the closed blocks, shape (blocks, 4), and their rate and subgroup, shape (blocks, 2).
        """
        comes = arms[..., [0, 2]].any(axis=-1)
        changed = self._close(comes & (self._opened_ms != _EMPTY) & (self._split != split))
        self._opened_ms[comes & (self._opened_ms == _EMPTY)] = end_ms
        self._split[comes] = split
        self._arms += arms
        n_a, n_b = self._arms[..., 0], self._arms[..., 2]
        is_old = (self._opened_ms != _EMPTY) & (end_ms - self._opened_ms >= LONGEST_MS)
        full = self._close(((n_a >= 1) & (n_b >= _PARTNERS * n_a)) | is_old)
        return np.concatenate((changed[0], full[0])), np.concatenate((changed[1], full[1]))

    def _close(self, which: Bools) -> tuple[Ints, Ints]:
        closed, place = self._arms[which], np.argwhere(which)[:, :2]
        self._arms[which], self._opened_ms[which] = 0, _EMPTY
        return closed, place

    def reset(self, rate: int, subgroup: int) -> None:
        """Empty the blocks of one stream."""
        self._arms[rate, subgroup], self._opened_ms[rate, subgroup] = 0, _EMPTY

    def stored(self) -> Stored:
        """What to store."""
        return Stored(self._arms.tobytes(), self._opened_ms.tobytes(), self._split.tobytes())

    def restore(self, stored: Stored) -> None:
        """Take up what was stored. ValueError for another shape."""
        shape = self._split.shape
        self._arms = np.frombuffer(stored.arms, np.int64).reshape(*shape, 4).copy()
        self._opened_ms = np.frombuffer(stored.opened_ms, np.int64).reshape(shape).copy()
        self._split = np.frombuffer(stored.split, np.int64).reshape(shape).copy()
