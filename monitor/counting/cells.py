"""The one table of cells: what was counted, on time and late, by pane and label-age bin.

Way of an event: step 4. Pure.

A cell's two counts are one integer, ``on_time << 32 + late``: adding two of them adds both. Published counts are
their sum; evidence reads *on time* only. *Late* may be negative: a correction after ripeness takes back from it what
the evidence has already read.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

ON_TIME: Final = 1 << 32
LATE: Final = 1
_HALF: Final = 1 << 31

Group = tuple[int, int, int]
"""Model number, pane, age bin (-1: label-free)."""


class Counts(NamedTuple):
    """Columns of one group: key, on-time count, late count."""

    key: Ints
    on_time: Ints
    late: Ints


def split(packed: Ints) -> tuple[Ints, Ints]:
    """On-time and late counts of packed ones.

    >>> on_time, late = split(np.array([3 * ON_TIME + 2, 1 * ON_TIME - 1]))
    >>> on_time.tolist(), late.tolist()
    ([3, 1], [2, -1])
    """
    on_time = packed + _HALF >> 32
    return on_time, packed - (on_time << 32)


class Cells:
    """Sparse cells, grouped by model, pane and age bin. `touched` collects cells that changed since they were last
    stored, `changed` panes (model number, pane) that changed since they were last published; their readers empty them.

    Examples
    --------
    >>> cells = Cells()
    >>> cells.add((0, 7, 2), key=5, packed=ON_TIME)
    >>> cells.counts((0, 7, 2)).on_time.tolist()
    [1]
    """

    def __init__(self) -> None:
        self._groups: dict[Group, dict[int, int]] = {}
        self._panes: dict[tuple[int, int], set[int]] = {}
        self.touched: dict[Group, set[int]] = {}
        self.changed: set[tuple[int, int]] = set()

    def add(self, group: Group, key: int, packed: int) -> None:
        """Add to one cell; a cell of nothing is let go."""
        cells = self._group(group)
        value = cells.get(key, 0) + packed
        if value:
            cells[key] = value
        else:
            cells.pop(key, None)
        self.touched.setdefault(group, set()).add(key)

    def add_many(self, model: int, age_bin: Ints | None, pane: Ints, key: Ints, packed: Ints) -> None:
        """Add positive amounts to many cells of one model; `age_bin` None: label-free. Columns of equal length."""
        if not len(key):
            return
        bins = np.full(len(key), -1, np.int64) if age_bin is None else age_bin
        order = np.lexsort((key, bins, pane))
        pane, bins, key, packed = pane[order], bins[order], key[order], packed[order]
        begins_group = np.concatenate(([True], (pane[1:] != pane[:-1]) | (bins[1:] != bins[:-1])))
        begins_cell = begins_group.copy()
        begins_cell[1:] |= key[1:] != key[:-1]
        starts = np.flatnonzero(begins_cell)
        keys, sums = key[starts].tolist(), np.add.reduceat(packed, starts).tolist()
        firsts = np.flatnonzero(begins_group[starts])
        panes, bins_of = pane[starts[firsts]].tolist(), bins[starts[firsts]].tolist()
        ends = [*firsts[1:].tolist(), len(keys)]
        for one_pane, one_bin, first, end in zip(panes, bins_of, firsts.tolist(), ends, strict=True):
            group = (model, one_pane, one_bin)
            cells = self._group(group)
            self.touched.setdefault(group, set()).update(keys[first:end])
            for one, amount in zip(keys[first:end], sums[first:end], strict=True):
                cells[one] = cells.get(one, 0) + amount

    def _group(self, group: Group) -> dict[int, int]:
        self.changed.add(group[:2])
        cells = self._groups.get(group)
        if cells is None:
            cells = self._groups[group] = {}
            self._panes.setdefault(group[:2], set()).add(group[2])
        return cells

    def counts(self, group: Group) -> Counts:
        """One group, by rising key."""
        cells = self._groups.get(group, {})
        keys = sorted(cells)
        on_time, late = split(np.fromiter((cells[key] for key in keys), np.int64, len(keys)))
        return Counts(np.array(keys, np.int64), on_time, late)

    def packed(self, group: Group) -> Mapping[int, int]:
        """One group as it is stored."""
        return self._groups.get(group, {})

    def panes(self, model: int) -> list[int]:
        """Panes of a model that hold anything, rising."""
        return sorted(pane for number, pane in self._panes if number == model)

    def bins(self, model: int, pane: int) -> list[int]:
        """Age bins of a pane that hold anything, rising; -1 first."""
        return sorted(self._panes.get((model, pane), ()))

    def groups(self) -> Iterator[Group]:
        """Every group."""
        return iter(self._groups)

    def drop(self, model: int, pane: int) -> None:
        """Let a pane go."""
        self.changed.add((model, pane))
        for age_bin in self._panes.pop((model, pane), ()):
            self._groups.pop((model, pane, age_bin), None)
            self.touched.pop((model, pane, age_bin), None)

    def put(self, group: Group, items: Iterable[tuple[int, int]]) -> None:
        """Restore: set cells of a group as they were stored; 0 lets a cell go."""
        cells = self._group(group)
        for key, value in items:
            if value:
                cells[key] = value
            else:
                cells.pop(key, None)
