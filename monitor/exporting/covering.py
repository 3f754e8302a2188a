"""Complementary suppression: which subgroups are withheld so that no small count follows from what is shown.

Way of an event: step 9, inside `gate`. Pure.

A small count is hidden by a *swap*: a pattern of +1 and -1 over attribute values that leaves every published sum as it
is, except those of withheld subgroups. For black women it is black minus a partner race, times women minus a partner
sex: all margins stay. The swap is a null vector of everything shown, so no sum or difference of shown counts gives the
small one. A partner holds enough that the small count might be any other small one. Last, what a shown subgroup leaves
over beyond its shown parts must not be small either.

References
----------
Cox, "Suppression methodology and statistical disclosure control", JASA 75 (1980): circuits of withheld cells.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, combinations, product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitor.exporting.places import Grouping, Place, Places, Values

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_COVER: Final = 2
"""A partner holds at least this many times `min_cell`: any small count then leaves it plausible."""


def withheld(places: Places, counts: Ints, hidden: Bools, min_cell: int) -> Bools:
    """Which subgroups must not be shown.

    Parameters
    ----------
    counts
        Shape (subgroups, columns), at most 62 columns: what is shown or withheld as one.
    hidden
        Shape (subgroups,): those withheld already, for another reason.

    Examples
    --------
    >>> places = Places((("overall", "overall"), ("race", "a"), ("race", "b"), ("race", "c")))
    >>> withheld(places, np.array([[533], [3], [500], [30]]), np.zeros(4, bool), 11).tolist()
    [False, True, False, True]
    """
    # One more row stands for subgroups that a table lacks: never small, never a partner.
    table = np.vstack((counts, np.zeros((1, counts.shape[1]), np.int64)))
    cover = _Cover(places, table, np.append(hidden, False), min_cell)
    levels = [len(place.grouping) for place in places.of]
    for index in sorted(cover.small, key=levels.__getitem__):
        cover.hide(index)
    cover.hide_small_rests()
    return np.array(cover.out[:-1])


class _Cover:
    """The table being covered. `out` grows; columns are sets of bits."""

    def __init__(self, places: Places, table: Ints, hidden: Bools, min_cell: int) -> None:
        bits = 1 << np.arange(table.shape[1])
        small = ((table > 0) & (table < min_cell)) @ bits
        self.small = {index: int(small[index]) for index in np.flatnonzero(small).tolist()}
        self.out: list[bool] = (hidden | (small > 0)).tolist()
        self._places, self._table, self._min_cell = places, table, min_cell
        self._covers: list[int] = ((table >= _COVER * min_cell) @ bits).tolist()
        self._size: list[int] = table.sum(axis=1).tolist()
        self._fullest: dict[tuple[Values, ...], int] = {}

    def hide(self, index: int) -> None:
        """Withhold partners for every small column of one subgroup."""
        place = self._places.of[index]
        columns: dict[Grouping, int] = {}
        for bit in _bits(self.small[index]):
            margin = self._coarsest_small(place, bit)
            columns[margin] = columns.get(margin, 0) | bit
        for margin, needed in columns.items():
            self._withhold(place, *self._partners(place, margin, needed))

    def _coarsest_small(self, place: Place, bit: int) -> Grouping:
        """The fewest attributes whose own sum is small already: only their other margins must stay."""
        for grouping in _subsets(place.grouping):
            table = self._places.tables.get(grouping)
            if table is not None and self.small.get(table[_pick(place, grouping)], 0) & bit:
                return grouping
        return place.grouping

    def _partners(self, place: Place, margin: Grouping, needed: int) -> tuple[Grouping, Values]:
        """Attributes that are swapped, and the partner value of each; fewer are swapped where nothing is big enough.

        Best if all that is withheld with the subgroup is big enough, else at least what is withheld with its margin.
        """
        for depth in (place.grouping, margin):
            for swapped in reversed(_subsets(margin)):
                if swapped in self._places.tables and swapped:
                    partners = self._cheapest(place, swapped, depth if set(depth) >= set(swapped) else swapped, needed)
                    if partners is not None:
                        return swapped, partners
        return (), ()

    def _cheapest(self, place: Place, swapped: Grouping, depth: Grouping, needed: int) -> Values | None:
        """Partner values that withhold least, all subgroups down to `depth` big enough; None if there are none."""
        spots = [
            (self._places.tables[grouping], _pick(place, grouping), tuple(grouping.index(a) for a in swapped))
            for grouping in _subsets(depth)
            if grouping in self._places.tables and all(a in grouping for a in swapped)
        ]
        choices = []
        for number, attribute in enumerate(swapped):
            own = place.values[place.grouping.index(attribute)]
            fitting = [value for value in range(self._places.sizes[attribute]) if value != own]
            for table, values, axes in spots:
                before, after = values[: axes[number]], values[axes[number] + 1 :]
                fitting = [v for v in fitting if self._covers[table[*before, v, *after]] & needed == needed]
            choices.append(fitting)
        best: tuple[int, Values] | None = None
        for partners in product(*choices):
            corners = [table[at] for table, values, axes in spots for at in _moved(values, axes, partners)]
            if all(self._covers[corner] & needed == needed for corner in corners):
                # What is withheld anyway costs nothing; then the smallest.
                cost = sum(self._size[corner] for corner in corners if not self.out[corner])
                if best is None or cost < best[0]:
                    best = (cost, partners)
        return None if best is None else best[1]

    def _withhold(self, place: Place, swapped: Grouping, partners: Values) -> None:
        """Withhold every subgroup whose count moves with the swap, in every table that has the swapped attributes."""
        choices: dict[int, Values] = {a: (v,) for a, v in zip(place.grouping, place.values, strict=True)}
        for attribute, partner in zip(swapped, partners, strict=True):
            choices[attribute] += (partner,)
        for grouping, table in self._places.tables.items():
            if all(attribute in grouping for attribute in swapped):
                for attribute in grouping:
                    if attribute not in choices:
                        choices[attribute] = (self._further(swapped, choices, attribute),)
                for at in product(*(choices[attribute] for attribute in grouping)):
                    self.out[table[at]] = True

    def _further(self, swapped: Grouping, choices: dict[int, Values], attribute: int) -> int:
        """The value of a further attribute at which the swap takes place in deeper tables: where most cases are."""
        key = (swapped, *(choices[a] for a in swapped), (attribute,))
        if key in self._fullest:
            return self._fullest[key]
        grouping = tuple(sorted((*swapped, attribute)))
        if grouping not in self._places.tables:
            grouping = (attribute,)
        table = self._places.tables[grouping]

        def thinnest(value: int) -> int:
            corners = product(*((value,) if a == attribute else choices[a] for a in grouping))
            return min(self._size[table[at]] for at in corners)

        self._fullest[key] = max(range(self._places.sizes[attribute]), key=thinnest)
        return self._fullest[key]

    def hide_small_rests(self) -> None:
        """Withhold a further part, or the whole, where a shown subgroup is small beyond its shown parts."""
        parents, children = self._places.parents, self._places.children
        while True:
            out = np.array(self.out)
            rests = self._table[parents] - np.where(out[children][..., None], 0, self._table[children]).sum(axis=1)
            is_small = ((rests > 0) & (rests < self._min_cell)) & ~out[parents][:, None]
            lines, columns = np.nonzero(is_small)
            if not len(lines):
                return
            parts = [c for c in children[lines[0]].tolist() if self._table[c, columns[0]] >= self._min_cell]
            shown = [part for part in parts if not self.out[part]]
            self.out[min(shown, key=self._size.__getitem__, default=int(parents[lines[0]]))] = True


def _bits(columns: int) -> Iterator[int]:
    while columns:
        bit = columns & -columns
        yield bit
        columns ^= bit


@lru_cache(maxsize=1_000)
def _subsets(grouping: Grouping) -> tuple[Grouping, ...]:
    return tuple(chain.from_iterable(combinations(grouping, size) for size in range(len(grouping) + 1)))


@lru_cache(maxsize=100_000)
def _pick(place: Place, grouping: Grouping) -> Values:
    return tuple(place.values[place.grouping.index(attribute)] for attribute in grouping)


def _moved(values: Values, axes: Grouping, partners: Values) -> Iterator[Values]:
    """The places one gets to by moving along some of the axes, each to its partner."""
    for moves in product((False, True), repeat=len(axes)):
        at = list(values)
        for axis, partner, is_moved in zip(axes, partners, moves, strict=True):
            if is_moved:
                at[axis] = partner
        if any(moves):
            yield tuple(at)
