"""The end of the way: rows and panes that nothing can change any more are let go, and what became of them is counted.

Pure. Called by `service` after each batch with the partition's watermark; what leaves depends on the watermark only.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.counting.history import NO_MODEL
from monitor.counting.packing import source_of, sources_of, without_score
from monitor.counting.partition import PartitionState
from monitor.counting.rows import ABSENT, HAS_HISTORY, split_said_many
from monitor.counting.windows import Table, pane_table

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


class ClosedPane(NamedTuple):
    """A pane whose counts are final."""

    model: int
    pane: int
    table: Table


def let_go(state: PartitionState, watermark_ms: int, judged_ms: Sequence[int]) -> list[ClosedPane]:
    """Let go of rows and panes older than the watermark less the feed's memory.

    An id is forgotten with its row: should a *different* inference of it come later than that, it is a new id.

    `judged_ms`, by number of the model: panes that its judge has not read to the end are kept; only those ripe in every
    bin by this time go.
    """
    before = state.expiry.floor(watermark_ms - state.rules.memory_ms)
    state.gone_before_ms = max(state.gone_before_ms, before)
    _let_rows_go(state, state.expiry.due(before), "no_inference")
    closed = []
    for model, rules in enumerate(state.rules.models):
        last_bin = len(state.rules.edges[model]) - 2
        for pane in state.cells.panes(model):
            if (pane + 1) * rules.pane_ms > before or state.rules.ripe_ms(model, pane, last_bin) > judged_ms[model]:
                break
            closed.append(ClosedPane(model, pane, pane_table(state, model, pane)))
            _close(state, model, pane)
    return closed


def enforce_cap(state: PartitionState) -> int | None:
    """Drop the oldest rows beyond `max_pending`; gives the largest time dropped, None if none was.

    A flag to raise: counts of panes that begin at or before that time may miss something, or count it twice. As in
    `let_go`, a different inference of a forgotten id is a new id, wherever its pane.
    """
    excess = len(state.rows) - state.rules.max_pending
    if excess <= 0:
        return None
    slots = state.expiry.oldest(state.rows, excess)
    newest = int(state.rows.times(slots).max())
    state.tally("capped", count=len(slots))
    _let_rows_go(state, slots, "evicted")
    return newest


def _let_rows_go(state: PartitionState, slots: Ints, reason: str) -> None:
    """Forget rows; inferences without an outcome expire, outcomes without an inference are unpaired for a reason."""
    rows = state.rows
    has_history = (rows.flags[slots] & HAS_HISTORY) != 0
    plain = slots[~has_history]
    said, learnt = rows.inference_ms[plain] != ABSENT, rows.outcome_ms[plain] != ABSENT
    both = plain[said & learnt]
    without_label = np.concatenate((plain[said & ~learnt], both[~_belongs(state, both)]))
    for source, count in zip(*np.unique(sources_of(rows.payload[without_label]), return_counts=True), strict=True):
        _expire(state, int(source), int(count))
    _, _, topics = split_said_many(rows.said[plain[learnt & ~said]])
    for topic, count in zip(*np.unique(topics, return_counts=True), strict=True):
        state.tally("unpaired", state.topics[topic], reason, count=int(count))
    for slot in slots[has_history].tolist():
        history = rows.history(slot)
        settled = state.settlement.settle(history)
        if settled.said is None:
            for outcome in history.outcomes:
                state.tally("unpaired", state.topics[outcome.topic], reason, count=1)
        elif settled.label is None:
            _expire(state, source_of(settled.said.key), 1)
    if len(slots):
        rows.drop(slots)
        state.touched_rows.append(slots)


def _belongs(state: PartitionState, slots: Ints) -> Mask:
    """Whether the outcome belongs to the inference, in plain rows with both: as `settlement` has it."""
    rows = state.rows
    _, named, _ = split_said_many(rows.said[slots])
    model = np.array(state.sources.models, np.int64)[sources_of(rows.payload[slots])]
    age = rows.outcome_ms[slots] - rows.inference_ms[slots]
    belongs: Mask = ((named == NO_MODEL) | (named == model)) & (age >= 0) & (age <= state.rules.horizon_ms)
    return belongs


def _expire(state: PartitionState, number: int, count: int) -> None:
    source = state.sources.known[number]
    state.tally("expired", source.model, source.revision, count=count)
    state.tally("pending", source.model, count=-count)


def _close(state: PartitionState, model: int, pane: int) -> None:
    for age_bin in state.cells.bins(model, pane):
        cells = state.cells.counts((model, pane, age_bin))
        published = cells.on_time + cells.late
        for key, count in zip(cells.key.tolist(), published.tolist(), strict=True):
            state.totals[model, key if age_bin < 0 else without_score(key), age_bin < 0] += count
        if age_bin >= 0:
            state.tallies["label_age", state.rules.models[model].name, str(age_bin)] += int(published.sum())
    state.cells.drop(model, pane)
    state.dropped_panes.append((model, pane))
