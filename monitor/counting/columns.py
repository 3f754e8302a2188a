"""The plain case of a batch in columns: first inference, first outcome on time, and plain repeats.

Way of an event: step 3 and 4, on behalf of `fold`. Pure. What it does must equal `settlement` on the same rows.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from monitor.counting.bins import age_bins
from monitor.counting.cells import LATE, ON_TIME
from monitor.counting.history import NO_MODEL
from monitor.counting.packing import labelled_keys, sources_of
from monitor.counting.partition import PartitionState
from monitor.counting.rows import ABSENT, HAS_HISTORY, LATE_INFERENCE, join_said_many, split_said_many
from monitor.counting.tallies import LABEL_OF
from monitor.events import Label

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Columns:
    """Events of one kind of a batch, in log order.

    Parameters
    ----------
    state, topic
        Where they belong and what they came by.
    slots, times, marks
        Row, event time, and watermark of the topic before each; equal lengths.
    """

    def __init__(self, state: PartitionState, topic: str, slots: Ints, times: Ints, marks: Ints) -> None:
        self.state, self.topic, self.slots, self.times, self.marks = state, topic, slots, times, marks
        self._late = times < marks
        self._without_history = (state.rows.flags[slots] & HAS_HISTORY) == 0
        self._alone = _alone(slots)

    def tally(self, kind: str, result: str, count: int = 1) -> None:
        self.state.tally("events", self.topic, kind, result, count=count)

    def inferences(self, payload: Ints, may: Mask) -> Mask:
        """Count inferences of ids that heard of none, where they may; gives the mask of those that are done."""
        rows, slots = self.state.rows, self.slots
        is_same = (rows.inference_ms[slots] == self.times) & (rows.payload[slots] == payload) & self._without_history
        repeats: Mask = is_same & (self._late | ((rows.flags[slots] & LATE_INFERENCE) == 0))
        fresh: Mask = may & self._alone & self._without_history & (rows.inference_ms[slots] == ABSENT)
        self.tally("inference", "duplicate", int(repeats.sum()))
        self._new_inferences(self.slots[fresh], self.times[fresh], payload[fresh], self._late[fresh])
        return fresh | repeats

    def outcomes(self, labels: Ints, models: Ints) -> Mask:
        """Count on-time outcomes of ids that heard of none; gives the mask of those that are done."""
        rows, slots = self.state.rows, self.slots
        said = join_said_many(labels, models, self.state.topic_number(self.topic))
        repeats: Mask = (rows.outcome_ms[slots] == self.times) & (rows.said[slots] == said) & self._without_history
        fresh: Mask = self._alone & self._without_history & ~self._late & (rows.outcome_ms[slots] == ABSENT)
        self.tally("outcome", "duplicate", int(repeats.sum()))
        self.tally("outcome", "accepted", int(fresh.sum()))
        new = slots[fresh]
        rows.outcome_ms[new], rows.said[new] = self.times[fresh], said[fresh]
        self._join(new[rows.inference_ms[new] != ABSENT])
        return fresh | repeats

    def _new_inferences(self, slots: Ints, times: Ints, payload: Ints, late: Mask) -> None:
        state, rows = self.state, self.state.rows
        self.tally("inference", "accepted", len(slots))
        rows.inference_ms[slots], rows.payload[slots] = times, payload
        rows.flags[slots] = np.where(late, LATE_INFERENCE, 0)
        for model, mask in self._by_model(payload):
            pane = times[mask] // state.rules.models[model].pane_ms
            state.cells.add_many(model, None, pane, payload[mask], np.where(late[mask], LATE, ON_TIME))
            state.tally("pending", state.rules.models[model].name, count=int(mask.sum()))
        self._join(slots[rows.outcome_ms[slots] != ABSENT])

    def _by_model(self, payload: Ints) -> Iterator[tuple[int, Mask]]:
        """Number of each model that occurs, and which rows are its own."""
        model = np.array(self.state.sources.models, np.int64)[sources_of(payload)]
        return ((number, model == number) for number in np.unique(model).tolist())

    def _join(self, slots: Ints) -> None:
        """Rows that now have both: count the labelled prediction, or why it is none."""
        rows = self.state.rows
        payload, age = rows.payload[slots], rows.outcome_ms[slots] - rows.inference_ms[slots]
        label, named, topic = split_said_many(rows.said[slots])
        for model, mine in self._by_model(payload):
            is_ours = (named == NO_MODEL) | (named == model)
            self._refuse(topic[mine & ~is_ours], "no_inference")
            self._refuse(topic[mine & is_ours & (age < 0)], "negative_age")
            self._refuse(topic[mine & is_ours & (age > self.state.rules.horizon_ms)], "beyond_horizon")
            admitted = mine & is_ours & (age >= 0) & (age <= self.state.rules.horizon_ms)
            self.state.tally("pending", self.state.rules.models[model].name, count=-int(admitted.sum()))
            chosen = admitted & (label != Label.VOID)
            self._label(model, slots[chosen], label[chosen])

    def _label(self, model: int, slots: Ints, label: Ints) -> None:
        """Count labelled predictions of one model."""
        state, rows = self.state, self.state.rows
        said_ms, late = rows.inference_ms[slots], (rows.flags[slots] & LATE_INFERENCE) != 0
        bins = age_bins(rows.outcome_ms[slots] - said_ms, state.rules.edges[model])
        key = labelled_keys(rows.payload[slots], label, with_score=state.rules.models[model].keeps_scores)
        pane = said_ms // state.rules.models[model].pane_ms
        state.cells.add_many(model, bins, pane, key, np.where(late, LATE, ON_TIME))
        for one, text in LABEL_OF.items():
            state.tally("labels_late", state.rules.models[model].name, text, count=int((late & (label == one)).sum()))

    def _refuse(self, topics: Ints, reason: str) -> None:
        for number, count in zip(*np.unique(topics, return_counts=True), strict=True):
            self.state.tally("unpaired", self.state.topics[number], reason, count=int(count))


def _alone(slots: Ints) -> Mask:
    """Which slots come once."""
    rising = np.sort(slots)
    twice = rising[1:][rising[1:] == rising[:-1]]
    return ~np.isin(slots, twice) if len(twice) else np.ones(len(slots), bool)
