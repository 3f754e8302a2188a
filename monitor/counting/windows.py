"""Published counts: cells summed over label-age bins, panes and partitions, for people to look at.

Way of an event: between step 4 and 9. Pure. Late outcomes and corrections are in; detectors read `ripening` instead.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.counting.history import FREE
from monitor.counting.lattice import Lattice
from monitor.counting.packing import unpack_labelled, unpack_payload
from monitor.counting.partition import PartitionState
from monitor.events import Explained

Ints = NDArray[np.int64]

COLUMNS: Final = (
    "n",
    "n_predicted_positive",
    "tp",
    "fp",
    "tn",
    "fn",
    "explained",
    "explained_flagged",
    "explained_sent",
)
"""Columns of a table of published counts."""

_LABELLED_COLUMN: Final = np.array([[4, 5], [3, 2]])
"""Column by (prediction, label)."""


class Table(NamedTuple):
    """Published counts by revision and combination: parallel arrays, and `counts` of shape (rows, `COLUMNS`)."""

    revisions: tuple[str, ...]
    revision: Ints
    combination: Ints
    counts: Ints


def pane_table(state: PartitionState, model: int, pane: int) -> Table:
    """Published counts of one pane of one model in one partition."""
    sources: list[Ints] = []
    combinations: list[Ints] = []
    columns: list[Ints] = []
    amounts: list[Ints] = []
    for age_bin in state.cells.bins(model, pane):
        cells = state.cells.counts((model, pane, age_bin))
        published = cells.on_time + cells.late
        if age_bin == FREE:
            source, combination, prediction, _, explained = unpack_payload(cells.key)
            parts = [(0, published), (1, published * prediction)]
            parts += [(6, published * (explained == Explained.YES))]
            parts += [(7, published * prediction * (explained == Explained.YES))]
            parts += [(8, published * (explained != Explained.NOT_SENT))]
        else:
            source, combination, prediction, label = unpack_labelled(cells.key)
            column = _LABELLED_COLUMN[prediction, label & 1]
            parts = [(one, published * (column == one)) for one in (2, 3, 4, 5)]
        for one, amount in parts:
            sources.append(source)
            combinations.append(combination)
            columns.append(np.full(len(amount), one))
            amounts.append(amount)
    revisions = tuple(source.revision for source in state.sources.known)
    if not sources:
        return Table(revisions, *(np.empty(0, np.int64),) * 2, np.empty((0, len(COLUMNS)), np.int64))
    return _grouped(revisions, *map(np.concatenate, (sources, combinations, columns, amounts)))


def _grouped(revisions: tuple[str, ...], revision: Ints, combination: Ints, column: Ints, amount: Ints) -> Table:
    rows, inverse = np.unique(np.stack((revision, combination), axis=1), axis=0, return_inverse=True)
    counts = np.zeros((len(rows), len(COLUMNS)), np.int64)
    np.add.at(counts, (inverse.reshape(-1), column), amount)
    return Table(revisions, rows[:, 0], rows[:, 1], counts)


def window(tables: Iterable[Table], lattice: Lattice) -> dict[str, Ints]:
    """Sums of tables by revision, over the lattice: revision -> array of shape (subgroups, `COLUMNS`)."""
    parts: dict[str, tuple[list[Ints], list[Ints]]] = {}
    for table in tables:
        for number in np.unique(table.revision).tolist():
            mask = table.revision == number
            combinations, counts = parts.setdefault(table.revisions[number], ([], []))
            combinations.append(table.combination[mask])
            counts.append(table.counts[mask])
    return {
        revision: lattice.sum(np.concatenate(combinations).tolist(), np.concatenate(counts))
        for revision, (combinations, counts) in sorted(parts.items())
    }


def label_age_counts(states: Sequence[PartitionState], model: int) -> Ints:
    """Published labelled predictions of the panes that are held, by label-age bin."""
    counts = np.zeros(len(states[0].rules.edges[model]) - 1, np.int64)
    for state in states:
        for pane in state.cells.panes(model):
            for age_bin in state.cells.bins(model, pane):
                if age_bin != FREE:
                    cells = state.cells.counts((model, pane, age_bin))
                    counts[age_bin] += int((cells.on_time + cells.late).sum())
    return counts
