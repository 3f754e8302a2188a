"""Fold a batch of events of one topic into the state of its partition.

Way of an event: step 3 and 4; `service` calls `fold` once a batch. Pure. Columns for the plain case, one id at a time
for the rest; which way a row takes changes nothing but the time it costs (a test compares them).
"""

from collections.abc import Sequence
from operator import attrgetter
from typing import cast

import numpy as np
from numpy.typing import NDArray

from monitor.counting.columns import Columns
from monitor.counting.history import NO_MODEL, Described, History, Learnt, Said, Stored, add
from monitor.counting.packing import have_combination, pack, pack_many
from monitor.counting.partition import PartitionState
from monitor.counting.tallies import KINDS
from monitor.events import Attributes, Event, Inference, Outcome

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

_TIME, _ID = attrgetter("event_time_ms"), attrgetter("prediction_id")
_LABEL, _MODEL = attrgetter("label"), attrgetter("model")


def _id_by_model(event: Event) -> str:
    return f"{event.model}\n{event.prediction_id}"


class Fold:
    """How the batches of a feed change the states of its partitions.

    Parameters
    ----------
    ids_by_model
        Whether a prediction id is unique in its model only, not in the feed.
    plain
        Fold the plain case in columns. False takes every event one by one: the readable reference, and slower.

    Examples
    --------
    >>> from monitor.counting.rules import CountingRules, ModelRules
    >>> from monitor.vocabulary import AttributeCoding, Coding
    >>> coding = Coding((AttributeCoding("sex", {"f": ("F",), "m": ("M",)}),))
    >>> state = PartitionState(CountingRules((ModelRules("m", coding, 10, 40),), horizon_ms=40, allowed_lateness_ms=5))
    >>> fold = Fold()
    >>> fold.fold(state, "outcomes", [Outcome("p1", 1_017, label=1)])  # it has overtaken its inference
    >>> fold.fold(state, "inferences", [Inference("p1", "m", "r1", 1_003, combination=0, prediction=1)])
    >>> state.cells.bins(model=0, pane=100), state.cells.counts((0, 100, 1)).on_time.tolist()
    ([-1, 1], [1])
    """

    def __init__(self, *, ids_by_model: bool = False, plain: bool = True) -> None:
        self._ids_by_model, self._plain = ids_by_model, plain

    def fold(self, state: PartitionState, topic: str, events: Sequence[Event]) -> None:
        """Take in the events of one topic of this partition, in log order."""
        if not events:
            return
        times = np.fromiter(map(_TIME, events), np.int64, len(events))
        marks = state.topic(topic).frontier.advance(times)
        state.tally("late", topic, count=int((times < marks).sum()))
        taken, kinds = _Taken(events, times, marks), set(map(type, events))
        for kind in sorted(kinds, key=KINDS.__getitem__):
            is_kind = np.fromiter((type(e) is kind for e in events), bool, len(events)) if len(kinds) > 1 else None
            self._fold_kind(state, topic, kind, taken if is_kind is None else taken.where(is_kind))

    def _fold_kind(self, state: PartitionState, topic: str, kind: type[Event], taken: "_Taken") -> None:
        oldest = np.maximum(taken.marks - state.rules.memory_ms, state.gone_before_ms)
        held = taken.times >= oldest
        if not held.all():
            state.evict_on_arrival(topic, KINDS[kind], taken.where(~held).events)
            taken = taken.where(held)
        if not taken.events:
            return
        ids = list(map(_id_by_model if self._ids_by_model else _ID, taken.events))
        columns = Columns(state, topic, state.rows.slots(ids), taken.times, taken.marks)
        done = np.zeros(len(ids), bool)
        if self._plain and kind is Inference:
            done = self._inferences(columns, cast("Sequence[Inference]", taken.events))
        elif self._plain and kind is Outcome:
            done = self._outcomes(columns, cast("Sequence[Outcome]", taken.events))
        _one_by_one(columns, taken.events, ~done)
        state.touch(columns.slots)

    def _inferences(self, columns: Columns, events: Sequence[Inference]) -> Mask:
        payload = pack_many(columns.state.sources.numbers(events), events)
        waits = columns.state.rules.attributes_wait_ms is not None
        return columns.inferences(payload, np.zeros(len(events), bool) if waits else have_combination(payload))

    def _outcomes(self, columns: Columns, events: Sequence[Outcome]) -> Mask:
        labels = np.fromiter(map(_LABEL, events), np.int64, len(events))
        numbers = columns.state.rules.numbers
        named = set(map(_MODEL, events))
        number_of = {model: NO_MODEL if model is None else numbers[model] for model in named}
        models = np.fromiter(map(number_of.__getitem__, map(_MODEL, events)), np.int64, len(events))
        return columns.outcomes(labels, models)


class _Taken:
    """Events in log order, with their times and the watermark of the topic before each."""

    def __init__(self, events: Sequence[Event], times: Ints, marks: Ints) -> None:
        self.events, self.times, self.marks = events, times, marks

    def where(self, mask: Mask) -> "_Taken":
        """Those that a mask chooses."""
        events = [event for event, keep in zip(self.events, mask.tolist(), strict=True) if keep]
        return _Taken(events, self.times[mask], self.marks[mask])


def _one_by_one(columns: Columns, events: Sequence[Event], rest: Mask) -> None:
    """The rest: conflicts, corrections, late outcomes, ids that come twice in a batch."""
    for place in np.flatnonzero(rest).tolist():
        event, mark = events[place], int(columns.marks[place])
        change = _Change(columns.state, columns.topic, event, mark)
        changed = columns.state.absorb(int(columns.slots[place]), change)
        result = "duplicate" if not changed else "conflict" if change.is_conflict else "accepted"
        columns.tally(KINDS[type(event)], result)


class _Change:
    """What one event adds to a history. `is_conflict`: another inference of the id was known."""

    def __init__(self, state: PartitionState, topic: str, event: Event, mark: int) -> None:
        self._state, self._topic, self._event = state, topic, event
        self._is_late = event.event_time_ms < mark
        self._held_from_ms = mark - state.rules.memory_ms if self._is_late else 0
        self.is_conflict = False

    def __call__(self, history: History) -> bool:
        state, event, late, held_from_ms = self._state, self._event, self._is_late, self._held_from_ms
        if isinstance(event, Inference):
            self.is_conflict = bool(history.inferences)
            payload = pack(state.sources.number(event), event)
            return add(history.inferences, Said(event.event_time_ms, payload, late), state.settlement.rank)
        if isinstance(event, Outcome):
            model = NO_MODEL if event.model is None else state.rules.numbers[event.model]
            topic = state.topic_number(self._topic)
            return add(history.outcomes, Learnt(event.event_time_ms, event.label, model, late, held_from_ms, topic))
        if isinstance(event, Attributes):
            new = Described(event.event_time_ms, event.combinations, late, held_from_ms)
            return add(history.attributes, new)
        return add(history.explanations, Stored(event.event_time_ms, late, held_from_ms))
