"""Published counts by pane, kept until something in a pane changes.

Way of an event: between step 4 and 9.
"""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from monitor.counting.partition import PartitionState
from monitor.counting.windows import COLUMNS, Table, closed_table, pane_table, retracted_table

Ints = NDArray[np.int64]


class PaneBook:
    """The tables of one feed, over all its partitions."""

    def __init__(self) -> None:
        self._states: dict[int, PartitionState] = {}
        self._tables: dict[int, dict[tuple[int, int], Table]] = {}

    def refresh(self, states: Mapping[int, PartitionState]) -> None:
        """Forget the tables of panes that changed since this was last called."""
        for number, state in states.items():
            if self._states.get(number) is not state:
                self._states[number], self._tables[number] = state, {}
            for changed in state.cells.changed:
                self._tables[number].pop(changed, None)
            state.cells.changed.clear()

    def held(self, model: int, panes: range | None = None) -> Iterator[tuple[int, Table]]:
        """These panes of a model (None: all that are held) with their tables, partition by partition."""
        for number, state in sorted(self._states.items()):
            held = state.cells.panes(model)
            tables = self._tables[number]
            for pane in held if panes is None else [pane for pane in held if pane in panes]:
                if (model, pane) not in tables:
                    tables[model, pane] = pane_table(state, model, pane)
                yield pane, tables[model, pane]

    def tables(self, model: int, panes: range | None = None) -> list[Table]:
        """Tables of these panes of a model (None: of all that are held), partition by partition."""
        return [table for _, table in self.held(model, panes)]

    def totals(self, model: int) -> list[Table]:
        """Tables of everything ever counted of a model."""
        return self.tables(model) + [closed_table(state, model) for _, state in sorted(self._states.items())]

    def retracted(self, model: int) -> list[Table]:
        """Tables of what was taken back from published counts of a model, partition by partition."""
        return [retracted_table(state, model) for _, state in sorted(self._states.items())]


def by_combination(tables: Iterable[Table]) -> tuple[Ints, Ints]:
    """Sums over revisions: combinations and their counts, shape (combinations, `COLUMNS`)."""
    parts = [table for table in tables if len(table.combination)]
    if not parts:
        return np.empty(0, np.int64), np.empty((0, len(COLUMNS)), np.int64)
    combinations, inverse = np.unique(np.concatenate([t.combination for t in parts]), return_inverse=True)
    counts = np.zeros((len(combinations), len(COLUMNS)), np.int64)
    np.add.at(counts, inverse, np.concatenate([t.counts for t in parts]))
    return combinations, counts
