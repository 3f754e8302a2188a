"""Where the subgroups of a model lie in the table of its attributes, read back from their names.

Way of an event: step 9, for `covering`. Pure.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.counting.lattice import CROSS, OVERALL
from monitor.vocabulary import OTHER

Ints = NDArray[np.int64]
Grouping = tuple[int, ...]
Values = tuple[int, ...]


class Place(NamedTuple):
    """The attributes a subgroup fixes, by number, and the number of the value of each."""

    grouping: Grouping
    values: Values


class Places:
    """The table of a model's attributes, with its margins.

    `of` has the place of each subgroup, `tables` the subgroup at each place: where a crossing has folded one, its
    ``other`` subgroup; where there is none at all `nobody`, the number after the last. `sizes` are numbers of values.
    `parents` and `children` are the sums that hold: one subgroup, and those of one more attribute it is made of (shape
    (sums, longest), `nobody` where there is none or it was folded).

    Parameters
    ----------
    names
        (attribute, subgroup) of each, as in labels.

    Examples
    --------
    >>> places = Places((("overall", "overall"), ("sex", "f"), ("sex", "m"), ("age", "old"), ("sex__age", "m__old")))
    >>> places.of[4]
    Place(grouping=(0, 1), values=(1, 0))
    >>> places.tables[0, 1][1, 0], places.nobody
    (4, 5)
    >>> places.parents.tolist(), places.children.tolist()
    ([0, 0, 3, 1, 2], [[1, 2], [3, 5], [5, 4], [5, 5], [4, 5]])
    """

    def __init__(self, names: Sequence[tuple[str, str]]) -> None:
        slugs: dict[str, list[str]] = {}
        for attribute, subgroup in names:
            if attribute != OVERALL and CROSS not in attribute:
                slugs.setdefault(attribute, []).append(subgroup)
        numbers = {attribute: number for number, attribute in enumerate(slugs)}
        values = [{slug: number for number, slug in enumerate(of)} for of in slugs.values()]
        self.nobody = len(names)
        self.sizes = [len(of) for of in values]
        self.of: list[Place] = []
        self.tables: dict[Grouping, dict[Values, int]] = {}
        for index, (attribute, subgroup) in enumerate(names):
            place = Place((), ())
            if attribute != OVERALL:
                grouping = tuple(numbers[name] for name in attribute.split(CROSS))
                place = Place(
                    grouping, tuple(values[a][s] for a, s in zip(grouping, subgroup.split(CROSS), strict=True))
                )
            self.of.append(place)
            self.tables.setdefault(place.grouping, {})[place.values] = index
        self.parents, self.children = self._sums()
        for grouping, table in self.tables.items():
            rest = table.get(tuple(values[a].get(OTHER, -1) for a in grouping), self.nobody)
            for coordinates in product(*(range(self.sizes[a]) for a in grouping)):
                table.setdefault(coordinates, rest)

    def _sums(self) -> tuple[Ints, Ints]:
        sums: list[tuple[int, list[int]]] = []
        for grouping, table in self.tables.items():
            for axis in range(len(grouping)):
                margin = self.tables.get(grouping[:axis] + grouping[axis + 1 :], {})
                for values, parent in margin.items():
                    line = [(*values[:axis], value, *values[axis:]) for value in range(self.sizes[grouping[axis]])]
                    sums.append((parent, [table.get(one, self.nobody) for one in line]))
        longest = max((len(children) for _, children in sums), default=0)
        filled = [children + [self.nobody] * (longest - len(children)) for _, children in sums]
        return np.array([parent for parent, _ in sums], np.int64), np.array(filled, np.int64).reshape(
            len(sums), longest
        )


places_of = lru_cache(maxsize=64)(Places)
"""Kept, for a model's subgroups are the same at every scrape."""
