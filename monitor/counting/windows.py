"""Published counts: cells summed over label-age bins, panes and partitions, for people to look at.

Way of an event: between step 4 and 9. Pure. Late outcomes and corrections are in; detectors read `ripening` instead.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.counting.lattice import Lattice
from monitor.counting.packing import unpack_labelled, unpack_payload
from monitor.counting.partition import PartitionState
from monitor.counting.ripe import LABEL_FREE as FREE
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
    parts: list[tuple[Ints, Ints, Ints, Ints]] = []
    for age_bin in state.cells.bins(model, pane):
        cells = state.cells.counts((model, pane, age_bin))
        parts += _columns_of(cells.key, cells.on_time + cells.late, is_free=age_bin == FREE)
    return _grouped(state, parts)


def closed_table(state: PartitionState, model: int) -> Table:
    """Published counts of all panes of one model that one partition has let go."""
    return _table_of(state, model, state.totals)


def retracted_table(state: PartitionState, model: int) -> Table:
    """What was taken back from published counts of one model in one partition, as if it stood."""
    return _table_of(state, model, state.retracted)


def _table_of(state: PartitionState, model: int, cells: Mapping[tuple[int, int, bool], int]) -> Table:
    parts: list[tuple[Ints, Ints, Ints, Ints]] = []
    for is_free in (True, False):
        items = [(key, n) for (number, key, free), n in cells.items() if number == model and free == is_free]
        pairs = np.array(items, np.int64).reshape(-1, 2)
        parts += _columns_of(pairs[:, 0], pairs[:, 1], is_free=is_free)
    return _grouped(state, parts)


def _columns_of(keys: Ints, published: Ints, *, is_free: bool) -> list[tuple[Ints, Ints, Ints, Ints]]:
    """Source, combination, column and amount of cells with these keys."""
    if is_free:
        source, combination, prediction, _, explained = unpack_payload(keys)
        amounts = [
            (0, published),
            (1, published * prediction),
            (6, published * (explained == Explained.YES)),
            (7, published * prediction * (explained == Explained.YES)),
            (8, published * (explained != Explained.NOT_SENT)),
        ]
    else:
        source, combination, prediction, label = unpack_labelled(keys)
        column = _LABELLED_COLUMN[prediction, label & 1]
        amounts = [(one, published * (column == one)) for one in (2, 3, 4, 5)]
    return [(source, combination, np.full(len(amount), one), amount) for one, amount in amounts]


def _grouped(state: PartitionState, parts: Sequence[tuple[Ints, Ints, Ints, Ints]]) -> Table:
    revisions = tuple(source.revision for source in state.sources.known)
    if not parts:
        return Table(revisions, *(np.empty(0, np.int64),) * 2, np.empty((0, len(COLUMNS)), np.int64))
    revision, combination, column, amount = map(np.concatenate, zip(*parts, strict=True))
    rows, inverse = np.unique(np.stack((revision, combination), axis=1), axis=0, return_inverse=True)
    counts = np.zeros((len(rows), len(COLUMNS)), np.int64)
    np.add.at(counts, (inverse.reshape(-1), column), amount)
    return Table(revisions, rows[:, 0], rows[:, 1], counts)


def window(tables: Iterable[Table], lattice: Lattice) -> dict[str, Ints]:
    """Sums of tables by revision, over the lattice: revision -> array of shape (subgroups, `COLUMNS`)."""
    parts = [table for table in tables if len(table.combination)]
    if not parts:
        return {}
    names: dict[str, int] = {}
    numbers = {known: [names.setdefault(name, len(names)) for name in known] for known in {t.revisions for t in parts}}
    revision = np.concatenate([np.array(numbers[table.revisions])[table.revision] for table in parts])
    combination = np.concatenate([table.combination for table in parts])
    counts = np.concatenate([table.counts for table in parts])
    found = {}
    for name, number in sorted(names.items()):
        mine = revision == number
        if mine.any():
            found[name] = lattice.sum(combination[mine], counts.compress(mine, axis=0))
    return found


def label_age_counts(states: Sequence[PartitionState], model: int) -> Ints:
    """Labelled predictions by label-age bin, of panes that were let go and such as were corrected since, too: they only
    grow.
    """
    counts = np.zeros(len(states[0].rules.edges[model]) - 1, np.int64)
    name = states[0].rules.models[model].name
    for state in states:
        for tallied in (state.tallies, state.taken_back):
            counts += [tallied["label_age", name, str(age_bin)] for age_bin in range(len(counts))]
        for pane in state.cells.panes(model):
            for age_bin in state.cells.bins(model, pane):
                if age_bin != FREE:
                    cells = state.cells.counts((model, pane, age_bin))
                    counts[age_bin] += int((cells.on_time + cells.late).sum())
    return counts
