"""Complementary suppression: which subgroups are withheld so that no small count follows from what is shown.

Way of an event: step 9, inside `gate`. Pure.

A small count is hidden by a *swap*: a pattern of +1 and -1 over attribute values that leaves every published sum as it
is except those of withheld subgroups. For black women it is black minus a partner race, times women minus a partner
sex: all margins stay. Such a pattern is a null vector of everything shown, so no sum or difference of shown counts can
give the small count; and a partner is taken only if it holds enough that the small count might be any other small one.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, combinations
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.counting.lattice import CROSS, OVERALL
from monitor.vocabulary import OTHER

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Grouping = tuple[int, ...]

_COVER: Final = 2
"""A partner holds at least this many times `min_cell`: any value of the small count then leaves it plausible."""


class Place(NamedTuple):
    """The attributes a subgroup fixes, by number, and the number of the value of each."""

    grouping: Grouping
    values: tuple[int, ...]


class Places:
    """Where the subgroups of a model lie in the table of their attributes.

    Parameters
    ----------
    names
        (attribute, subgroup) of each, as in labels: single attributes before crossings. A crossing that lacks
        subgroups has folded them into its ``other`` one.

    Examples
    --------
    >>> places = Places((("overall", "overall"), ("sex", "f"), ("sex", "m"), ("age", "old"), ("sex__age", "m__old")))
    >>> places.of[4]
    Place(grouping=(0, 1), values=(1, 0))
    """

    def __init__(self, names: Sequence[tuple[str, str]]) -> None:
        self.attributes: list[str] = []
        slugs: list[list[str]] = []
        for attribute, subgroup in names:
            if attribute != OVERALL and CROSS not in attribute:
                if attribute not in self.attributes:
                    self.attributes.append(attribute)
                    slugs.append([])
                slugs[self.attributes.index(attribute)].append(subgroup)
        self.of = [self._place(slugs, attribute, subgroup) for attribute, subgroup in names]
        self.grids: dict[Grouping, Ints] = {}
        for grouping in dict.fromkeys(place.grouping for place in self.of):
            self.grids[grouping] = np.full([len(slugs[a]) for a in grouping], len(names), np.int64)
        for index, place in enumerate(self.of):
            self.grids[place.grouping][place.values] = index
        for grouping, grid in self.grids.items():
            rest = tuple(slugs[a].index(OTHER) if OTHER in slugs[a] else 0 for a in grouping)
            grid[grid == len(names)] = grid[rest]

    def _place(self, slugs: Sequence[Sequence[str]], attribute: str, subgroup: str) -> Place:
        if attribute == OVERALL:
            return Place((), ())
        grouping = tuple(self.attributes.index(name) for name in attribute.split(CROSS))
        return Place(grouping, tuple(slugs[a].index(s) for a, s in zip(grouping, subgroup.split(CROSS), strict=True)))


places_of = lru_cache(maxsize=64)(Places)
"""Kept, for a model's subgroups are the same at every scrape."""


def withheld(places: Places, counts: Ints, hidden: Bools, min_cell: int) -> Bools:
    """Which subgroups must not be shown.

    Parameters
    ----------
    counts
        Shape (subgroups, columns): what is shown or withheld as one. Columns are sums over the same cases.
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
    small = (table > 0) & (table < min_cell)
    covers = table >= _COVER * min_cell
    out = np.append(hidden | small[:-1].any(axis=1), False)
    search = _Search(places, table, small, covers, out)
    levels = [len(place.grouping) for place in places.of]
    for index in sorted(np.flatnonzero(small.any(axis=1)).tolist(), key=levels.__getitem__):
        search.cover(index)
    return out[:-1]


class _Search(NamedTuple):
    """The table being covered; `out` is changed as partners are withheld."""

    places: Places
    table: Ints
    small: Bools
    covers: Bools
    out: Bools

    def cover(self, index: int) -> None:
        """Withhold partners for every small column of one subgroup."""
        place = self.places.of[index]
        columns = np.flatnonzero(self.small[index]).tolist()
        differing: dict[Grouping, list[int]] = {}
        for column in columns:
            differing.setdefault(self._coarsest_small(place, column), []).append(column)
        for grouping, chosen in differing.items():
            self._withhold(place, *self._partners(place, grouping, chosen), chosen)

    def _coarsest_small(self, place: Place, column: int) -> Grouping:
        """The fewest attributes whose own sum is small already: the other margins must not move with the swap."""
        for grouping in _subsets(place.grouping):
            grid = self.places.grids.get(grouping)
            if grid is not None and self.small[grid[_pick(place, grouping)], column]:
                return grouping
        return place.grouping

    def _partners(self, place: Place, differing: Grouping, columns: Sequence[int]) -> tuple[Grouping, tuple[int, ...]]:
        """Attributes that are swapped, and the partner value of each; fewer are swapped where nothing is big enough."""
        for grouping in reversed(_subsets(differing)):
            grid = self.places.grids.get(grouping)
            if grid is None:
                continue
            own = _pick(place, grouping)
            fits, cost = np.ones(grid.shape, bool), np.zeros(grid.shape)
            for moved in _subsets(tuple(range(len(grouping))))[1:]:
                corner = grid[tuple(slice(None) if axis in moved else own[axis] for axis in range(len(grouping)))]
                corner = np.expand_dims(corner, [axis for axis in range(len(grouping)) if axis not in moved])
                fits = fits & self.covers[corner][..., columns].all(axis=-1)
                # First what is withheld anyway, then the smallest.
                cost = cost + self.table[corner][..., columns].sum(axis=-1) + np.where(self.out[corner], 0, 1e12)
            for axis, value in enumerate(own):
                fits[(slice(None),) * axis + (value,)] = False
            if not grouping or fits.any():
                best = np.unravel_index(int(np.where(fits, cost, np.inf).argmin()), grid.shape) if grouping else ()
                return grouping, tuple(int(value) for value in best)
        return (), ()

    def _withhold(self, place: Place, swapped: Grouping, partners: tuple[int, ...], columns: Sequence[int]) -> None:
        """Withhold every subgroup whose count moves with the swap, in every table that has the swapped attributes."""
        choices: dict[int, tuple[int, ...]] = {a: (v,) for a, v in zip(place.grouping, place.values, strict=True)}
        for attribute, partner in zip(swapped, partners, strict=True):
            choices[attribute] += (partner,)
        for attribute in range(len(self.places.attributes)):
            if attribute not in choices:
                choices[attribute] = (self._fullest(swapped, choices, attribute, columns),)
        for grouping, grid in self.places.grids.items():
            if set(swapped) <= set(grouping):
                self.out[grid[np.ix_(*(choices[a] for a in grouping))]] = True

    def _fullest(
        self, swapped: Grouping, choices: dict[int, tuple[int, ...]], attribute: int, columns: Sequence[int]
    ) -> int:
        """The value of a further attribute at which the swap takes place in deeper tables: where most cases are."""
        grouping = tuple(sorted((*swapped, attribute)))
        if grouping not in self.places.grids:
            grouping = (attribute,)
        grid = self.places.grids[grouping]
        axis = grouping.index(attribute)
        corners = grid[np.ix_(*(range(grid.shape[axis]) if a == attribute else choices[a] for a in grouping))]
        corners = np.moveaxis(corners, axis, 0).reshape(grid.shape[axis], -1)
        return int(self.table[corners][..., columns].sum(axis=-1).min(axis=-1).argmax())


def _subsets(grouping: Grouping) -> list[Grouping]:
    return list(chain.from_iterable(combinations(grouping, size) for size in range(len(grouping) + 1)))


def _pick(place: Place, grouping: Grouping) -> tuple[int, ...]:
    return tuple(place.values[place.grouping.index(attribute)] for attribute in grouping)
