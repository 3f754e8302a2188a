"""Who the people of a combination are: their subgroups, and their attribute values as places in a regression.

Way of an event: step 7, between `tally` and everything that asks for subgroups. Pure.
"""

import numpy as np
from numpy.typing import NDArray

from monitor.counting.lattice import Lattice
from monitor.counting.memberships import Memberships

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
        self._attribute_values = Memberships(self._values_of)

    def members(self, combinations: Ints) -> tuple[Ints, Ints]:
        """Rows and subgroups of every membership: parallel arrays, in the order of the combinations."""
        return self.lattice.memberships.of_each(combinations % self._size)

    def with_any(self, combinations: Ints, counts: Ints) -> NDArray[np.bool_]:
        """Subgroups in which any of these counts is not 0, shape (subgroups,)."""
        rows, groups = self.members(combinations)
        found = np.zeros(len(self.lattice.subgroups), bool)
        found[groups[counts[rows] > 0]] = True
        return found

    def attribute_values(self, combinations: Ints) -> tuple[Ints, Ints]:
        """Rows and attribute values, numbered from 0 to `values` - 1 over all attributes."""
        return self._attribute_values.of_each(combinations)

    def _values_of(self, combination: int) -> tuple[int, ...]:
        season, plain = divmod(combination, self._size)
        codes = self.lattice.coding.read(plain)
        of_season = () if self._first_season is None else (self._first_season + season,)
        own = (places[slug] for places, code in zip(self._places, codes, strict=True) for slug in code.slugs)
        return (*own, *of_season)
