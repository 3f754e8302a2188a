"""Who the people of a combination are: their subgroups, and their attribute values as places in a regression.

Way of an event: step 7, between `tally` and everything that asks for subgroups. Pure.
"""

import numpy as np
from numpy.typing import NDArray

from monitor.counting.lattice import Lattice

Ints = NDArray[np.int64]


class People:
    """Subgroups and attribute values of combinations, looked up once each.

    Parameters
    ----------
    lattice
        The subgroups.
    seasons
        Of the calendar key, as `seasonal_key.in_season` puts them before a combination: one more attribute of what is
        expected, and no subgroup. 1: there is no key.

    Examples
    --------
    >>> from monitor.vocabulary import AttributeCoding, Coding
    >>> coding = Coding((AttributeCoding("sex", {"f": ("F",), "m": ("M",)}),))
    >>> people = People(Lattice(coding, depth=1))
    >>> rows, groups = people.members(np.array([coding.encode({"sex": "M"}), coding.encode({"sex": "F"})]))
    >>> rows.tolist(), [people.lattice.subgroups[g].slug for g in groups.tolist()]
    ([0, 0, 1, 1], ['overall', 'm', 'overall', 'f'])
    """

    def __init__(self, lattice: Lattice, seasons: int = 1) -> None:
        self.lattice, self._size = lattice, lattice.coding.size
        self._places: list[dict[str, int]] = []
        self.values = 0
        for attribute in lattice.coding.attributes:
            self._places.append({slug: self.values + index for index, slug in enumerate(attribute.slugs)})
            self.values += len(attribute.slugs)
        self._first_season = self.values if seasons > 1 else None
        self.values += seasons if seasons > 1 else 0
        self._values: dict[int, tuple[int, ...]] = {}

    def members(self, combinations: Ints) -> tuple[Ints, Ints]:
        """Rows and subgroups of every membership: parallel arrays, in the order of the combinations."""
        found = [self.lattice.members(one % self._size) for one in combinations.tolist()]
        return _flat(found)

    def with_any(self, combinations: Ints, counts: Ints) -> NDArray[np.bool_]:
        """Subgroups in which any of these counts is not 0, shape (subgroups,)."""
        rows, groups = self.members(combinations)
        found = np.zeros(len(self.lattice.subgroups), bool)
        found[groups[counts[rows] > 0]] = True
        return found

    def attribute_values(self, combinations: Ints) -> tuple[Ints, Ints]:
        """Rows and attribute values, numbered from 0 to `values` - 1 over all attributes."""
        return _flat([self._values_of(one) for one in combinations.tolist()])

    def _values_of(self, combination: int) -> tuple[int, ...]:
        known = self._values.get(combination)
        if known is None:
            season, plain = divmod(combination, self._size)
            codes = self.lattice.coding.read(plain)
            of_season = () if self._first_season is None else (self._first_season + season,)
            own = (places[slug] for places, code in zip(self._places, codes, strict=True) for slug in code.slugs)
            known = self._values[combination] = (*own, *of_season)
        return known


def _flat(found: list[tuple[int, ...]]) -> tuple[Ints, Ints]:
    rows = np.repeat(np.arange(len(found)), [len(one) for one in found])
    return rows, np.fromiter((one for some in found for one in some), np.int64, len(rows))
