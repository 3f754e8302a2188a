"""Who the people of a combination are: their subgroups, and their attribute values as places in a regression.

Way of an event: step 7, between `tally` and everything that asks for subgroups. Pure.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from monitor.counting.lattice import Lattice

Ints = NDArray[np.int64]


class _Lists:
    """A short list of places for each combination, found for many combinations at once.

    Parameters
    ----------
    of
        Gives the list of one combination; asked once for each.
    """

    def __init__(self, of: Callable[[int], Sequence[int]]) -> None:
        self._of = of
        self._known: Ints = np.empty(0, np.int64)
        """Combinations that were asked for, rising; list i is `_flat[_first[i]]` and the `_length[i] - 1` behind it."""
        self._first: Ints = np.empty(0, np.int64)
        self._length: Ints = np.empty(0, np.int64)
        self._flat: Ints = np.empty(0, np.int64)

    def of_each(self, combinations: Ints) -> tuple[Ints, Ints]:
        """Rows and places, list after list."""
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


class People:
    """Subgroups and attribute values of combinations, looked up once each.

    Examples
    --------
    >>> from monitor.vocabulary import AttributeCoding, Coding
    >>> coding = Coding((AttributeCoding("sex", {"f": ("F",), "m": ("M",)}),))
    >>> people = People(Lattice(coding, depth=1))
    >>> rows, groups = people.members(np.array([coding.encode({"sex": "M"}), coding.encode({"sex": "F"})]))
    >>> rows.tolist(), [people.lattice.subgroups[g].slug for g in groups.tolist()]
    ([0, 0, 1, 1], ['overall', 'm', 'overall', 'f'])
    """

    def __init__(self, lattice: Lattice) -> None:
        self.lattice = lattice
        self._places: list[dict[str, int]] = []
        self.values = 0
        for attribute in lattice.coding.attributes:
            self._places.append({slug: self.values + index for index, slug in enumerate(attribute.slugs)})
            self.values += len(attribute.slugs)
        self._members, self._values = _Lists(lattice.members), _Lists(self._values_of)

    def members(self, combinations: Ints) -> tuple[Ints, Ints]:
        """Rows and subgroups of every membership: parallel arrays, in the order of the combinations."""
        return self._members.of_each(combinations)

    def attribute_values(self, combinations: Ints) -> tuple[Ints, Ints]:
        """Rows and attribute values, numbered from 0 to `values` - 1 over all attributes."""
        return self._values.of_each(combinations)

    def _values_of(self, combination: int) -> tuple[int, ...]:
        codes = self.lattice.coding.read(combination)
        return tuple(places[slug] for places, code in zip(self._places, codes, strict=True) for slug in code.slugs)
