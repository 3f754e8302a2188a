"""The end of the way: rows and panes that nothing can change any more are let go, and what became of them is counted.

Pure. Called by `service` after each batch with the partition's watermark; what leaves depends on the watermark only.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.counting.packing import source_of
from monitor.counting.partition import PartitionState
from monitor.counting.rows import ABSENT, HAS_HISTORY
from monitor.counting.windows import Table, pane_table

Ints = NDArray[np.int64]


class ClosedPane(NamedTuple):
    """A pane whose counts are final."""

    model: int
    pane: int
    table: Table


def let_go(state: PartitionState, watermark_ms: int, judged_ms: int) -> list[ClosedPane]:
    """Let go of rows and panes older than the watermark less the feed's memory.

    `judged_ms`: panes that the judge has not read to the end are kept: only those ripe in every bin by this time go.
    """
    before = state.expiry.floor(watermark_ms - state.rules.memory_ms)
    _let_rows_go(state, state.expiry.due(state.rows, before))
    closed = []
    for model, rules in enumerate(state.rules.models):
        last_bin = len(state.rules.edges[model]) - 2
        for pane in state.cells.panes(model):
            if (pane + 1) * rules.pane_ms > before or state.rules.ripe_ms(model, pane, last_bin) > judged_ms:
                break
            closed.append(ClosedPane(model, pane, pane_table(state, model, pane)))
            _close(state, model, pane)
    return closed


def enforce_cap(state: PartitionState) -> int | None:
    """Drop the oldest rows beyond `max_pending`; gives the largest time dropped, None if none was: a flag to raise."""
    excess = len(state.rows) - state.rules.max_pending
    if excess <= 0:
        return None
    slots = state.expiry.oldest(state.rows, excess)
    newest = int(state.rows.times(slots).max())
    state.tallies["unpaired", "evicted"] += int((state.rows.inference_ms[slots] == ABSENT).sum())
    _let_rows_go(state, slots[state.rows.inference_ms[slots] != ABSENT])
    _forget(state, slots[state.rows.inference_ms[slots] == ABSENT])
    return newest


def _let_rows_go(state: PartitionState, slots: Ints) -> None:
    rows = state.rows
    plain = slots[(rows.flags[slots] & HAS_HISTORY) == 0]
    age = rows.outcome_ms[plain] - rows.inference_ms[plain]
    said, learnt = rows.inference_ms[plain] != ABSENT, rows.outcome_ms[plain] != ABSENT
    labelled = said & learnt & (age >= 0) & (age <= state.rules.horizon_ms)
    for payload in rows.payload[plain[said & ~labelled]].tolist():
        _expire(state, payload)
    state.tallies["unpaired", "no_inference"] += int((learnt & ~said).sum())
    for slot in slots[(rows.flags[slots] & HAS_HISTORY) != 0].tolist():
        history = rows.histories[slot]
        settled = state.settlement.settle(history)
        if settled.said is None:
            state.tallies["unpaired", "no_inference"] += len(history.outcomes)
        elif settled.label is None:
            _expire(state, settled.said.key)
    _forget(state, slots)


def _expire(state: PartitionState, payload: int) -> None:
    source = state.sources.known[source_of(payload)]
    state.tallies["expired", source.model, source.revision] += 1
    state.tallies["pending", source.model] -= 1


def _forget(state: PartitionState, slots: Ints) -> None:
    if len(slots):
        state.rows.drop(slots)
        state.touched_rows.append(slots)


def _close(state: PartitionState, model: int, pane: int) -> None:
    for age_bin in state.cells.bins(model, pane):
        cells = state.cells.counts((model, pane, age_bin))
        for key, count in zip(cells.key.tolist(), (cells.on_time + cells.late).tolist(), strict=True):
            state.totals[model, key, age_bin < 0] += count
    state.cells.drop(model, pane)
    state.dropped_panes.append((model, pane))
