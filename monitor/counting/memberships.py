"""A short list of places for each combination, found for many combinations at once.

Way of an event: between step 4 and 7: `lattice` keeps subgroups in it, judging attribute values. Pure.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class Memberships:
    """Lists of all combinations that were ever asked for, end to end in one array.

    Parameters
    ----------
    of
        Gives the list of one combination; asked once for each.

    Examples
    --------
    >>> memberships = Memberships(lambda combination: range(combination))
    >>> rows, places = memberships.of_each(np.array([2, 0, 3]))
    >>> rows.tolist(), places.tolist()
    ([0, 0, 2, 2, 2], [0, 1, 0, 1, 2])
    """

    def __init__(self, of: Callable[[int], Sequence[int]]) -> None:
        self._of = of
        self._known: Ints = np.empty(0, np.int64)
        """The combinations, rising; list i begins at `_first[i]` of `_flat` and is `_length[i]` long."""
        self._first: Ints = np.empty(0, np.int64)
        self._length: Ints = np.empty(0, np.int64)
        self._flat: Ints = np.empty(0, np.int64)

    def of_each(self, combinations: Ints) -> tuple[Ints, Ints]:
        """Rows (indexes into `combinations`) and places: parallel arrays, list after list."""
        at = np.searchsorted(self._known, combinations)
        is_new = self._known.take(at, mode="clip") != combinations if len(self._known) else np.ones(len(at), bool)
        if is_new.any():
            self._learn(np.unique(combinations[is_new]))
            at = np.searchsorted(self._known, combinations)
        length = self._length[at]
        rows = np.repeat(np.arange(len(at)), length)
        begun = np.cumsum(length) - length
        return rows, self._flat[np.arange(len(rows)) + (self._first[at] - begun)[rows]]

    def _learn(self, combinations: Ints) -> None:
        lists = [self._of(one) for one in combinations.tolist()]
        length = np.array([len(one) for one in lists], np.int64)
        first = len(self._flat) + np.cumsum(length) - length
        self._flat = np.concatenate((self._flat, np.array([place for one in lists for place in one], np.int64)))
        known = np.concatenate((self._known, combinations))
        order = np.argsort(known)
        self._known = known[order]
        self._first = np.concatenate((self._first, first))[order]
        self._length = np.concatenate((self._length, length))[order]
