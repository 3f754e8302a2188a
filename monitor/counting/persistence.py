"""The state of a partition as packed blobs: what a poll touched, and slices of the whole.

Way of an event: step 5; `service` puts them into the store. Pure.

A change holds absolute values, so applying one twice, or an old one before a newer one, ends in the same state: a
snapshot may be made slice by slice while changes go on.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import islice, repeat
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from monitor.counting.cells import Group
from monitor.counting.history import Described, History, Learnt, Said, Stored
from monitor.counting.lateness import Frontier
from monitor.counting.partition import PartitionState, Progress
from monitor.counting.rows import COLUMNS, SLICE_ROWS
from monitor.counting.rules import CountingRules
from monitor.counting.sources import Source

Ints = NDArray[np.int64]

PANE_SLICES: Final = 32
"""Slices of a snapshot among which panes are dealt."""

PastTuple = tuple[list[Said], list[Learnt], list[Described], list[Stored]]


class RowsBlob(msgspec.Struct, array_like=True):
    """Rows by slot; an empty id is a slot that was freed."""

    slots: bytes
    ids: list[str]
    columns: list[bytes]
    histories: list[tuple[int, PastTuple]]


class CellsBlob(msgspec.Struct, array_like=True):
    """Cells as stored, group after group; 0 is a cell that was let go. `groups` has (model, pane, age bin, cells)."""

    groups: bytes
    keys: bytes
    values: bytes


class Rest(msgspec.Struct, array_like=True):
    """Everything small, whole in each change. `extra` belongs to the loop."""

    sources: list[Source]
    progress: dict[str, tuple[int, int | None]]
    gone_before_ms: int
    tallies: list[tuple[tuple[str, ...], int]]
    retracted: list[tuple[tuple[int, int, bool], int]]
    taken_back: list[tuple[tuple[str, ...], int]]
    extra: bytes


class Change(msgspec.Struct, array_like=True):
    """What one commit changed. `totals` only if a pane was let go."""

    rows: RowsBlob
    cells: CellsBlob
    dropped: list[tuple[int, int]]
    totals: list[tuple[tuple[int, int, bool], int]] | None
    rest: Rest


class Slice(msgspec.Struct, array_like=True):
    """One slice of the snapshot: rows of a range of slots, or the panes dealt to it, and the totals in slice 1."""

    number: int
    rows: RowsBlob | None
    cells: CellsBlob
    totals: list[tuple[tuple[int, int, bool], int]] | None


def take_change(state: PartitionState, extra: bytes = b"") -> bytes:
    """What changed since this was last called, packed."""
    slots = np.unique(np.concatenate(state.touched_rows)) if state.touched_rows else np.empty(0, np.int64)
    change = Change(
        rows=_rows_blob(state, slots),
        cells=_cells_blob(state, state.cells.touched),
        dropped=state.dropped_panes,
        totals=list(state.totals.items()) if state.dropped_panes else None,
        rest=Rest(
            sources=state.sources.known,
            progress={t: (p.next_offset, p.frontier.largest_ms) for t, p in state.progress.items()},
            gone_before_ms=state.gone_before_ms,
            tallies=list(state.tallies.items()),
            retracted=list(state.retracted.items()),
            taken_back=list(state.taken_back.items()),
            extra=extra,
        ),
    )
    packed = msgspec.msgpack.encode(change)
    state.touched_rows, state.dropped_panes = [], []
    state.cells.touched = {}
    return packed


def slice_numbers(state: PartitionState) -> list[int]:
    """Numbers of the slices that a snapshot of this state has now: even for rows, odd for panes."""
    return sorted([*range(0, 2 * state.rows.slices, 2), *range(1, 2 * PANE_SLICES, 2)])


def take_slice(state: PartitionState, number: int) -> bytes:
    """One slice of the snapshot, packed. A slice of something that is no more is empty."""
    if number % 2:
        mine = (group for group in state.cells.groups() if group[1] % PANE_SLICES == number // 2)
        cells = _cells_blob(state, {group: state.cells.packed(group) for group in mine})
        totals = list(state.totals.items()) if number == 1 else None
        return msgspec.msgpack.encode(Slice(number, None, cells, totals))
    first = number // 2 * SLICE_ROWS
    slots = np.arange(first, min(first + SLICE_ROWS, len(state.rows.ids)))
    return msgspec.msgpack.encode(Slice(number, _rows_blob(state, slots), _cells_blob(state, {}), None))


def restore(rules: CountingRules, slices: Sequence[bytes], changes: Sequence[bytes]) -> tuple[PartitionState, bytes]:
    """The state that the blobs describe, and the loop's own bytes of the last change.

    Raises
    ------
    msgspec.MsgspecError, ValueError, KeyError
        for blobs that are not whole: the caller rebuilds by rewinding.
    """
    state, extra = PartitionState(rules), b""
    for packed in slices:
        part = msgspec.msgpack.decode(packed, type=Slice)
        if part.rows:
            _put_rows(state, part.rows)
        _put_cells(state, part.cells)
        if part.totals is not None:
            state.totals.update(dict(part.totals))
    for packed in changes:
        change = msgspec.msgpack.decode(packed, type=Change)
        _put_rows(state, change.rows)
        for model, pane in change.dropped:
            state.cells.drop(model, pane)
        _put_cells(state, change.cells)
        if change.totals is not None:
            state.totals.clear()
            state.totals.update(dict(change.totals))
    if changes:
        extra = _put_rest(state, change.rest)
    state.rows.restored()
    state.expiry.note(state.rows, state.rows.held())
    state.cells.touched = {}
    return state, extra


def _put_rest(state: PartitionState, rest: Rest) -> bytes:
    for source in rest.sources:
        state.sources.put(source)
    lateness = state.rules.allowed_lateness_ms
    for topic, (next_offset, largest) in rest.progress.items():
        state.progress[topic] = Progress(next_offset, Frontier(lateness, largest))
        state.topics.append(topic)
    state.gone_before_ms = rest.gone_before_ms
    state.tallies.update(dict(rest.tallies))
    state.retracted.update(dict(rest.retracted))
    state.taken_back.update(dict(rest.taken_back))
    return rest.extra


def _rows_blob(state: PartitionState, slots: Ints) -> RowsBlob:
    rows = state.rows
    held = ((slot, rows.histories[slot]) for slot in slots.tolist() if slot in rows.histories) if rows.histories else ()
    histories = [(slot, (h.inferences, h.outcomes, h.attributes, h.explanations)) for slot, h in held]
    columns = [getattr(rows, name)[slots].tobytes() for name, _, _ in COLUMNS]
    return RowsBlob(slots.tobytes(), [rows.ids[slot] for slot in slots.tolist()], columns, histories)


def _put_rows(state: PartitionState, blob: RowsBlob) -> None:
    slots = np.frombuffer(blob.slots, np.int64)
    for slot, one in zip(slots.tolist(), blob.ids, strict=True):
        state.rows.put(slot, one)
        state.rows.histories.pop(slot, None)
    for (name, kind, _), column in zip(COLUMNS, blob.columns, strict=True):
        getattr(state.rows, name)[slots] = np.frombuffer(column, kind)
    for slot, past in blob.histories:
        state.rows.histories[slot] = History(*past)


def _cells_blob(state: PartitionState, keys_of: Mapping[Group, Collection[int]]) -> CellsBlob:
    groups: list[int] = []
    keys: list[int] = []
    values: list[int] = []
    for group, some in keys_of.items():
        groups += (*group, len(some))
        keys += some
        values += map(state.cells.packed(group).get, some, repeat(0))
    return CellsBlob(*(np.array(column, np.int64).tobytes() for column in (groups, keys, values)))


def _put_cells(state: PartitionState, blob: CellsBlob) -> None:
    items = zip(_ints(blob.keys), _ints(blob.values), strict=True)
    groups = np.frombuffer(blob.groups, np.int64).reshape(-1, 4).tolist()
    for model, pane, age_bin, count in groups:
        state.cells.put((model, pane, age_bin), islice(items, count))
    if next(items, None) is not None:
        raise ValueError("cells without a group")


def _ints(packed: bytes) -> list[int]:
    numbers: list[int] = np.frombuffer(packed, np.int64).tolist()
    return numbers
