"""The subgroup lattice: everyone, single attributes, crossings to depth k; and sums of cells over it.

Way of an event: between step 4 and 7: cells know combinations, people and detectors know subgroups. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import prod

import numpy as np
from numpy.typing import ArrayLike, NDArray

from monitor.counting.memberships import Memberships
from monitor.vocabulary import Coding

OVERALL = "overall"
CROSS = "__"


@dataclass(frozen=True, slots=True)
class Subgroup:
    """A named tuple of attribute values. `level` is the number of attributes in it; `overall` is 0."""

    attribute: str
    slug: str
    level: int


class Lattice:
    """All subgroups of a model, declared before the first event.

    Parameters
    ----------
    coding
        The attributes and their codes.
    depth
        Deepest crossing of all attributes, at least 1.
    also
        Further crossings by name, deeper than `depth`.

    Raises
    ------
    ValueError
        for a depth below 1, or an attribute in `also` that is not coded.

    Examples
    --------
    >>> from monitor.vocabulary import AttributeCoding
    >>> coding = Coding((AttributeCoding("sex", {"f": ("F",), "m": ("M",)}), AttributeCoding("age", bands=(0, 65))))
    >>> lattice = Lattice(coding, depth=2)
    >>> person = coding.encode({"sex": "M", "age": 70})
    >>> [f"{g.attribute}={g.slug}" for g in map(lattice.subgroups.__getitem__, lattice.members(person))]
    ['overall=overall', 'sex=m', 'age=65_plus', 'sex__age=m__65_plus']
    """

    def __init__(self, coding: Coding, depth: int, also: Sequence[Sequence[str]] = ()) -> None:
        names = [attribute.name for attribute in coding.attributes]
        unknown = sorted({name for crossing in also for name in crossing} - set(names))
        if depth < 1 or unknown:
            raise ValueError(f"need depth >= 1 and known attributes, got {depth=}, not coded: {unknown}")
        self.coding = coding
        self._groupings: list[tuple[int, ...]] = [()]
        for level in range(1, min(depth, len(names)) + 1):
            self._groupings += combinations(range(len(names)), level)
        for crossing in also:
            grouping = tuple(sorted(names.index(name) for name in crossing))
            if grouping not in self._groupings:
                self._groupings.append(grouping)
        subgroups: list[Subgroup] = []
        self._index: dict[tuple[tuple[int, ...], tuple[str, ...]], int] = {}
        for grouping in self._groupings:
            for slugs in product(*(coding.attributes[a].slugs for a in grouping)):
                self._index[grouping, slugs] = len(subgroups)
                subgroups.append(
                    Subgroup(
                        CROSS.join(names[a] for a in grouping) or OVERALL, CROSS.join(slugs) or OVERALL, len(grouping)
                    )
                )
        self.subgroups = tuple(subgroups)
        self.memberships = Memberships(self.members)

    def members(self, combination: int) -> tuple[int, ...]:
        """Indexes of the subgroups that one combination belongs to, each once, in order."""
        codes = self.coding.read(combination)
        return tuple(
            self._index[grouping, slugs]
            for grouping in self._groupings
            for slugs in product(*(codes[a].slugs for a in grouping))
        )

    def sum(self, cells: ArrayLike, counts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Sums over every subgroup.

        `cells` are combinations, shape (cells,), each as often as wanted; `counts` has shape (cells, ...), the result
        (subgroups, ...).
        """
        combinations, place = np.unique(np.asarray(cells, np.int64), return_inverse=True)
        columns = np.ascontiguousarray(counts.reshape(len(counts), prod(counts.shape[1:])).T, float)
        rows, groups = self.memberships.of_each(combinations)
        total = np.empty((len(self.subgroups), len(columns)), np.int64)
        for column, amount in enumerate(columns):  # float sums of whole numbers: exact below 2**53
            of_each = np.bincount(place, amount, len(combinations))
            total[:, column] = np.bincount(groups, of_each[rows], len(self.subgroups))
        return total.reshape(len(self.subgroups), *counts.shape[1:])
