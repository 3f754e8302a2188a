"""Fold a batch of events of one topic into the state of its partition.

Way of an event: step 3 and 4; `service` calls `fold` once a batch. Pure. Columns for the plain case, one id at a time
for the rest; which way a row takes changes nothing but the time it costs (a test compares them).
"""

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from monitor.counting.cells import LATE, ON_TIME
from monitor.counting.history import (
    Described,
    History,
    Learnt,
    Said,
    add_attributes,
    add_inference,
    add_outcome,
)
from monitor.counting.packing import pack
from monitor.counting.partition import LABEL_OF, PartitionState
from monitor.counting.rows import ABSENT, HAS_HISTORY, LATE_INFERENCE, join_said
from monitor.events import TO_COME, Attributes, Event, Explanation, Inference, Label, Outcome

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

LOWEST = int(np.iinfo(np.int64).min)
NAMES = {Inference: "inference", Outcome: "outcome", Attributes: "attributes", Explanation: "explanation"}


class Fold:
    """How the batches of a feed change the states of its partitions.

    Parameters
    ----------
    ids_by_model
        Whether a prediction id is unique in its model only, not in the feed.
    plain
        Fold the plain case in columns. False takes every event one by one: the readable reference, and slower.
    """

    def __init__(self, *, ids_by_model: bool = False, plain: bool = True) -> None:
        self._ids_by_model = ids_by_model
        self._plain = plain

    def fold(self, state: PartitionState, topic: str, events: Sequence[Event]) -> None:
        """Take in the events of one topic of this partition, in log order."""
        if not events:
            return
        times = np.fromiter((e.event_time_ms for e in events), np.int64, len(events))
        before = state.topic(topic).frontier.advance(times)
        state.tallies["late", topic] += int((times < before).sum())
        kinds = {type(e) for e in events}
        for kind in sorted(kinds, key=NAMES.__getitem__):
            if len(kinds) == 1:
                chosen, at, marks = list(events), times, before
            else:
                mask = np.fromiter((type(e) is kind for e in events), bool, len(events))
                chosen = [e for e in events if type(e) is kind]
                at, marks = times[mask], before[mask]
            held = at >= np.where(marks == LOWEST, LOWEST, marks - state.rules.memory_ms)
            if not held.all():
                state.tallies["evicted", topic, NAMES[kind]] += int((~held).sum())
                chosen = [e for e, keep in zip(chosen, held.tolist(), strict=True) if keep]
                at, marks = at[held], marks[held]
            if chosen:
                slots = state.rows.slots([self._id(e) for e in chosen])
                batch = _Batch(state, topic, slots, at, marks)
                if kind is Inference:
                    self._inferences(batch, cast("list[Inference]", chosen))
                elif kind is Outcome:
                    self._outcomes(batch, cast("list[Outcome]", chosen))
                else:
                    batch.one_by_one(chosen, np.ones(len(chosen), bool))

    def _id(self, event: Event) -> str:
        return f"{event.model}\n{event.prediction_id}" if self._ids_by_model else event.prediction_id

    def _inferences(self, batch: "_Batch", events: list[Inference]) -> None:
        state, rows, slots = batch.state, batch.state.rows, batch.slots
        number = state.sources.number
        payload = np.fromiter((pack(number(e), e) for e in events), np.int64, len(events))
        repeats = (rows.inference_ms[slots] == batch.times) & (rows.payload[slots] == payload) & batch.without_history
        fresh = batch.alone & (rows.inference_ms[slots] == ABSENT) & batch.without_history & self._plain
        if state.rules.attributes_wait_ms is not None or any(e.combination == TO_COME for e in events):
            fresh[:] = False
        batch.tally("inference", "duplicate", int(repeats.sum()))
        batch.new_inferences(fresh, payload)
        batch.one_by_one(events, ~(fresh | repeats))

    def _outcomes(self, batch: "_Batch", events: list[Outcome]) -> None:
        rows, slots = batch.state.rows, batch.slots
        numbers = batch.state.rules.numbers
        models = (ABSENT if e.model is None else numbers[e.model] for e in events)
        said = np.fromiter((join_said(e.label, m) for e, m in zip(events, models, strict=True)), np.int64, len(events))
        repeats = (rows.outcome_ms[slots] == batch.times) & (rows.said[slots] == said) & batch.without_history
        fresh = batch.alone & (rows.outcome_ms[slots] == ABSENT) & batch.without_history & ~batch.late & self._plain
        if any(e.model is not None for e in events):
            fresh[:] = False
        batch.tally("outcome", "duplicate", int(repeats.sum()))
        batch.new_outcomes(fresh, said)
        batch.one_by_one(events, ~(fresh | repeats))


class _Batch:
    """Events of one kind, in columns: slots, event times, and the watermark of the topic before each."""

    def __init__(self, state: PartitionState, topic: str, slots: Ints, times: Ints, marks: Ints) -> None:
        self.state, self.topic, self.slots, self.times, self.marks = state, topic, slots, times, marks
        self.late = times < marks
        self.without_history = (state.rows.flags[slots] & HAS_HISTORY) == 0
        _, inverse, counts = np.unique(slots, return_inverse=True, return_counts=True)
        self.alone = counts[inverse] == 1

    def tally(self, kind: str, result: str, count: int = 1) -> None:
        if count:
            self.state.tallies["events", self.topic, kind, result] += count

    def new_inferences(self, fresh: Mask, payload: Ints) -> None:
        """Rows that hear of an inference for the first time."""
        rows, slots = self.state.rows, self.slots[fresh]
        if not len(slots):
            return
        times, late, payload = self.times[fresh], self.late[fresh], payload[fresh]
        rows.inference_ms[slots], rows.payload[slots] = times, payload
        rows.flags[slots] = np.where(late, LATE_INFERENCE, 0)
        self._written(slots, "inference")
        for model, mask in self._models(payload):
            pane = times[mask] // self.state.rules.models[model].pane_ms
            self.state.cells.add_many(model, None, pane, payload[mask], np.where(late[mask], LATE, ON_TIME))
            self.state.tallies["pending", self.state.rules.models[model].name] += int(mask.sum())
        waiting = rows.outcome_ms[slots] != ABSENT
        if waiting.any():
            self._join(slots[waiting])

    def new_outcomes(self, fresh: Mask, said: Ints) -> None:
        """Rows that hear of an outcome for the first time, on time."""
        rows, slots = self.state.rows, self.slots[fresh]
        if not len(slots):
            return
        rows.outcome_ms[slots], rows.said[slots] = self.times[fresh], said[fresh]
        self._written(slots, "outcome")
        partner = rows.inference_ms[slots] != ABSENT
        if partner.any():
            self._join(slots[partner])

    def _written(self, slots: Ints, kind: str) -> None:
        self.tally(kind, "accepted", len(slots))
        self.state.touched_rows.append(slots)
        self.state.expiry.note(self.state.rows, slots)

    def _models(self, payload: Ints) -> list[tuple[int, Mask]]:
        model = np.array(self.state.sources.models, np.int64)[payload >> 44]
        return [(int(number), model == number) for number in np.unique(model)]

    def _join(self, slots: Ints) -> None:
        """Rows that now have both: count the labelled prediction."""
        state, rows, rules = self.state, self.state.rows, self.state.rules
        payload, age = rows.payload[slots], rows.outcome_ms[slots] - rows.inference_ms[slots]
        admitted = (age >= 0) & (age <= rules.horizon_ms)
        state.tallies["unpaired", "negative_age"] += int((age < 0).sum())
        state.tallies["unpaired", "beyond_horizon"] += int((age > rules.horizon_ms).sum())
        label = rows.said[slots].astype(np.int64) & 7
        late = (rows.flags[slots] & LATE_INFERENCE) != 0
        for model, mask in self._models(payload):
            name = rules.models[model].name
            state.tallies["pending", name] -= int((mask & admitted).sum())
            chosen = mask & admitted & (label != Label.VOID)
            for one, text in LABEL_OF.items():
                state.tallies["labels_late", name, text] += int((chosen & late & (label == one)).sum())
            pane = rows.inference_ms[slots[chosen]] // rules.models[model].pane_ms
            edges = rules.edges[model]
            bins = np.minimum(np.searchsorted(edges, age[chosen], side="right") - 1, len(edges) - 2)
            key = payload[chosen] >> 7 << 2 | label[chosen]
            state.cells.add_many(model, bins, pane, key, np.where(late[chosen], LATE, ON_TIME))

    def one_by_one(self, events: Sequence[Event], mask: Mask) -> None:
        """The rest: conflicts, corrections, late outcomes, ids that come twice in a batch."""
        for place in np.flatnonzero(mask).tolist():
            event, slot = events[place], int(self.slots[place])
            kind = NAMES[type(event)]
            known = self._is_known(slot, kind)
            changed = self.state.absorb(slot, self._change(event, place))
            result = "duplicate" if not changed else "conflict" if known and kind == "inference" else "accepted"
            self.tally(kind, result)

    def _is_known(self, slot: int, kind: str) -> bool:
        return kind == "inference" and bool(self.state.rows.history(slot).inferences)

    def _change(self, event: Event, place: int) -> "_Change":
        return _Change(self.state, event, bool(self.late[place]), int(self.marks[place]))


class _Change:
    """What one event adds to a history."""

    def __init__(self, state: PartitionState, event: Event, is_late: bool, mark: int) -> None:
        self._state, self._event, self._is_late, self._mark = state, event, is_late, mark

    def __call__(self, history: History) -> bool:
        event, late = self._event, self._is_late
        if isinstance(event, Inference):
            payload = pack(self._state.sources.number(event), event)
            return add_inference(history, Said(event.event_time_ms, payload, late))
        if isinstance(event, Outcome):
            model = ABSENT if event.model is None else self._state.rules.numbers[event.model]
            held_from = self._mark - self._state.rules.memory_ms if late else 0
            return add_outcome(history, Learnt(event.event_time_ms, event.label, model, late, held_from))
        if isinstance(event, Attributes):
            return add_attributes(history, Described(event.event_time_ms, event.combinations, late))
        known = history.explained_ms
        history.explained_ms = event.event_time_ms if known is None else min(known, event.event_time_ms)
        return known != history.explained_ms
