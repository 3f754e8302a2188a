"""A small world to count in: rules written down twice, ways to play a log, and what came out by names.

Times are small (a pane is 10 ms) so that every border is hit often.
"""

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from monitor.counting.fold import Fold
from monitor.counting.packing import (
    labelled_scores,
    payload_without_source,
    source_of,
    unpack_labelled,
    unpack_payload,
)
from monitor.counting.partition import PartitionState
from monitor.counting.persistence import restore, slice_numbers, take_change, take_slice
from monitor.counting.rules import CountingRules, ModelRules
from monitor.events import Event
from monitor.vocabulary import AttributeCoding, Coding
from tests.counting_exactly.logs import SEEDS
from tests.counting_exactly.oracle import CellName, OracleRules

_CAMPAIGN: Final = os.environ.get("HYPOTHESIS_PROFILE") == "campaign"

EXAMPLES: Final = settings(
    max_examples=20_000 if _CAMPAIGN else 40,
    derandomize=not _CAMPAIGN,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
"""How long to search: a minute for all tests together, or hours with HYPOTHESIS_PROFILE=campaign."""

HORIZON, LATENESS, MEMORY = 90, 15, 115

CODING = Coding((AttributeCoding("sex", {"f": ("F",), "m": ("M",)}),))
ABSENT_SEX: Final = 3  # codes in order: f, m, unknown (null), unknown (absent), other, two_or_more

RULES = CountingRules(
    (ModelRules("a", CODING, 10, 100), ModelRules("b", CODING, 5, 40, keeps_scores=True)), HORIZON, LATENESS
)
WAITING = CountingRules(RULES.models, HORIZON, LATENESS, attributes_wait_ms=12)

# Edges by hand from statistics.md section 2: e + max(pane, floor(e / 4 / pane) * pane), at most the horizon.
EDGES_A = (0, 10, 20, 30, 40, 50, 60, 70, 80, 90)
EDGES_B = (0, 5, 10, 15, 20, 25, 30, 35, 40, 50, 60, 75, 90)
ORACLE_MODELS = {"a": (10, EDGES_A, ABSENT_SEX, False), "b": (5, EDGES_B, ABSENT_SEX, True)}


def oracle_rules(rules: CountingRules, *, ids_by_model: bool = False) -> OracleRules:
    return OracleRules(ORACLE_MODELS, HORIZON, LATENESS, MEMORY, rules.attributes_wait_ms, ids_by_model)


# How a log may be played --------------------------------------------------------------------------------------------


@dataclass
class Disk:
    """A store in memory that keeps what a real one keeps: slices of mixed age, and the changes since the oldest."""

    changes: list[bytes] = field(default_factory=list)
    slices: dict[int, bytes] = field(default_factory=dict)
    cycle: list[int] = field(default_factory=list)
    first: int = 0

    def commit(self, state: PartitionState, slices: int) -> None:
        self.changes.append(take_change(state, b"mine"))
        for _ in range(slices):
            self.cycle = self.cycle or slice_numbers(state)
            number = self.cycle.pop(0)
            self.slices[number] = take_slice(state, number)
            if not self.cycle:
                self.changes = self.changes[min(self.first, len(self.changes) - 1) :]
                self.first = len(self.changes)

    def load(self, rules: CountingRules) -> PartitionState:
        state, extra = restore(rules, [self.slices[number] for number in sorted(self.slices)], self.changes)
        assert extra == b"mine"
        return state


@dataclass(frozen=True)
class Step:
    """Fold some records of one topic, commit, make some slices of the snapshot, and perhaps crash and restart."""

    topic: int
    records: int
    slices: int
    restarts: bool


@st.composite
def _steps(draw: st.DrawFn) -> list[Step]:
    count, random = draw(st.sampled_from([20, 12, 4, 0])), Random(draw(SEEDS))
    return [
        Step(random.randrange(3), random.choice([1, 3, 9, 30]), random.choice([0, 0, 20, 70]), random.random() < 0.3)
        for _ in range(count)
    ]


STEPS: Final = _steps()

After = Callable[[PartitionState], None]


def play(
    rules: CountingRules,
    log: Mapping[str, Sequence[Event]],
    steps: Sequence[Step],
    fold: Fold,
    after: After | None = None,
) -> PartitionState:
    """Fold a log in these steps, then what is left of it topic by topic. `after` is called after each step."""
    state, disk, at = PartitionState(rules), Disk(), dict.fromkeys(log, 0)
    for topic in log:
        state.topic(topic)
    topics = list(log)
    rest = [Step(number, len(log[topic]), 0, restarts=False) for number, topic in enumerate(topics)]
    for step in (*steps, *rest):
        topic = topics[step.topic % len(topics)]
        fold.fold(state, topic, log[topic][at[topic] : at[topic] + step.records])
        at[topic] += step.records
        if after is not None:
            after(state)
        disk.commit(state, step.slices)
        if step.restarts:
            state = disk.load(rules)
    return state


# What came out ------------------------------------------------------------------------------------------------------


def name_of(
    state: PartitionState, model: int, pane: int, age_bin: int, key: int, *, is_closed: bool = False
) -> CellName:
    """A cell by names, as the oracle calls it. Totals of panes that were let go keep no scores."""
    if age_bin < 0:
        source, *rest = (int(column[0]) for column in unpack_payload(np.array([key])))
    else:
        source, *rest = (int(column[0]) for column in unpack_labelled(np.array([key])))
        if state.rules.models[model].keeps_scores and not is_closed:
            rest.append(int(labelled_scores(np.array([key]))[0]))
    return (state.rules.models[model].name, state.sources.known[source].revision, pane, age_bin, *rest)


def cells_of(state: PartitionState) -> dict[CellName, tuple[int, int]]:
    """On-time and late count of every cell that is held."""
    found = {}
    for group in state.cells.groups():
        counts = state.cells.counts(group)
        for key, on_time, late in zip(*(column.tolist() for column in counts), strict=True):
            found[name_of(state, *group, key)] = (on_time, late)
    return found


def totals_of(state: PartitionState) -> Counter[CellName]:
    """Published counts of every cell, by names, those of panes that were let go with pane None."""
    found: Counter[CellName] = Counter()
    for (model, key, is_free), count in state.totals.items():
        name, revision, _, age_bin, *rest = name_of(state, model, 0, -1 if is_free else 0, key, is_closed=True)
        found[name, revision, None, -1 if age_bin == -1 else None, *rest] += count
    return found


def digest(state: PartitionState) -> dict[str, object]:
    """Everything a state knows, without what depends on the order of arrival (numbers of slots and sources)."""

    def payload(one: int) -> tuple[str, str, int]:
        source = state.sources.known[source_of(one)]
        return source.model, source.revision, payload_without_source(one)

    ids = {
        one: (
            sorted((i.event_time_ms, payload(i.payload), i.is_late) for i in h.inferences),
            sorted(h.outcomes), sorted(h.attributes), sorted(h.explanations),
        )
        for one, h in state.rows.items()
    }  # fmt: skip
    return {
        "cells": cells_of(state),
        "ids": ids,
        "tallies": {key: count for key, count in state.tallies.items() if count},
        "frontiers": {topic: progress.frontier.largest_ms for topic, progress in state.progress.items()},
        "sources": sorted(
            (s.model, s.revision, sorted(s.digests), sorted(s.pod_template_hashes), s.is_unattributed)
            for s in state.sources.known
        ),
    }
