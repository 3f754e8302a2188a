"""The truth about one id: everything that was said of it, and the cells it counts in.

Way of an event: step 3 and 4, and the readable reference for `fold`, which does the same on whole batches of the plain
case (one inference, at most one outcome, on time). Pure.

`settle` is a function of the *set* of events of an id, so no order, repetition, crash or batch border can change it.
Two pairs are told apart. The *published* pair is what people look at: the inference with the smallest (event time,
hash), the latest outcome that the rule admits. The *evidence* pair is what detectors have read: only records that were
on time, and a correction observed after the old cell was ripe changes nothing, because that cell has been read.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeVar

from monitor.counting.packing import (
    has_combination,
    labelled_key,
    source_of,
    with_combination,
    with_explained,
)
from monitor.counting.rules import CountingRules
from monitor.events import Explained, Label

MOST_KEPT: Final = 64
"""Different outcomes (or inferences) kept of one id; of a flood of corrections the earliest and the latest stay."""

NO_MODEL: Final = -1
"""An outcome that names no model may join any of its feed."""

FREE: Final = -1
"""The age bin of label-free cells."""


class Said(NamedTuple):
    """An inference: when, its payload, and whether it came late."""

    event_time_ms: int
    payload: int
    is_late: bool


class Learnt(NamedTuple):
    """An outcome: when it became known, its `Label`, the number of the model it names (-1: none), whether it came late,
    and the oldest inference still held then.
    """

    event_time_ms: int
    label: int
    model: int = NO_MODEL
    is_late: bool = False
    held_from_ms: int = 0


class Described(NamedTuple):
    """An attributes record: one combination for each model of the feed."""

    event_time_ms: int
    combinations: tuple[int, ...]
    is_late: bool


class Cell(NamedTuple):
    """Where something counts: model number, pane, age bin (`FREE`: label-free), key (`monitor.counting.packing`)."""

    model: int
    pane: int
    age_bin: int
    key: int


@dataclass(slots=True)
class History:
    """All that was said of one id, each thing once."""

    inferences: list[Said] = field(default_factory=list)
    outcomes: list[Learnt] = field(default_factory=list)
    attributes: list[Described] = field(default_factory=list)
    explained_ms: int | None = None

    @property
    def is_plain(self) -> bool:
        """One complete inference and at most one outcome that came on time: no need to keep more than that."""
        return (
            len(self.inferences) <= 1
            and all(has_combination(i.payload) for i in self.inferences)
            and len(self.outcomes) <= 1
            and not any(o.is_late for o in self.outcomes)
            and not self.attributes
            and self.explained_ms is None
        )


T = TypeVar("T", Said, Learnt, Described)


class Settled(NamedTuple):
    """Where an id counts now. None: nowhere. The last five are outcomes by what became of them."""

    said: Cell | None
    said_in_evidence: Cell | None
    labelled: Cell | None
    labelled_in_evidence: Cell | None
    label: int | None
    label_is_late: bool
    conflicts: int
    superseded: int
    negative_age: int
    beyond_horizon: int
    no_inference: int
    evicted: int


NOTHING: Final = Settled(None, None, None, None, None, False, 0, 0, 0, 0, 0, 0)


class Settlement:
    """`settle` for one feed.

    Parameters
    ----------
    rules
        The feed's rules.
    model_of
        Number of the model of a source.
    hash_of
        Content hash of a payload, for the order of two inferences of the same time; the same in every process.
    """

    def __init__(self, rules: CountingRules, model_of: Callable[[int], int], hash_of: Callable[[int], bytes]) -> None:
        self._rules, self._model_of, self._hash_of = rules, model_of, hash_of

    def settle(self, history: History) -> Settled:
        """Where everything said of one id counts."""
        if not history.inferences:
            return NOTHING
        said = self._first(history.inferences)
        admitted = [o for o in history.outcomes if self._admits(said, o)]
        latest = max(admitted, key=lambda o: (o.event_time_ms, o.label), default=None)
        refused = [o for o in history.outcomes if o not in admitted]
        foreign = sum(o.model not in (NO_MODEL, self._model_of(source_of(said.payload))) for o in refused)
        refused = [o for o in refused if o.model in (NO_MODEL, self._model_of(source_of(said.payload)))]
        negative = sum(o.event_time_ms < said.event_time_ms for o in refused)
        beyond = sum(o.event_time_ms - said.event_time_ms > self._rules.horizon_ms for o in refused)
        complete = self._complete(said, history, on_time_only=False)
        free_evidence, evidence = self._evidence(history)
        return Settled(
            said=self._free_cell(complete),
            said_in_evidence=free_evidence,
            labelled=self._labelled_cell(complete, latest) if latest else None,
            labelled_in_evidence=evidence,
            label=latest.label if latest else None,
            label_is_late=latest is not None and (latest.is_late or said.is_late),
            conflicts=len(history.inferences) - 1,
            superseded=max(0, len(admitted) - 1),
            negative_age=negative,
            beyond_horizon=beyond,
            no_inference=foreign,
            evicted=len(refused) - negative - beyond,
        )

    def _first(self, inferences: list[Said]) -> Said:
        if len(inferences) == 1:
            return inferences[0]
        return min(inferences, key=lambda i: (i.event_time_ms, self._hash_of(i.payload)))

    def _admits(self, said: Said, learnt: Learnt) -> bool:
        age = learnt.event_time_ms - said.event_time_ms
        return (
            0 <= age <= self._rules.horizon_ms
            and said.event_time_ms >= learnt.held_from_ms
            and learnt.model in (NO_MODEL, self._model_of(source_of(said.payload)))
        )

    def _complete(self, said: Said, history: History, *, on_time_only: bool) -> Said:
        """The inference with the attributes and the explanation that came apart from it."""
        payload, wait = said.payload, self._rules.attributes_wait_ms
        model = self._model_of(source_of(payload))
        near = [
            d
            for d in history.attributes
            if wait is not None
            and abs(d.event_time_ms - said.event_time_ms) <= wait
            and not (on_time_only and d.is_late)
        ]
        if near:
            payload = with_combination(payload, min(near).combinations[model])
        elif not has_combination(payload):
            payload = with_combination(payload, self._rules.models[model].coding.absent)
        explained = history.explained_ms
        if explained is not None and not on_time_only and 0 <= explained - said.event_time_ms <= self._rules.horizon_ms:
            payload = with_explained(payload, Explained.YES)
        return said._replace(payload=payload)

    def _evidence(self, history: History) -> tuple[Cell | None, Cell | None]:
        on_time = [i for i in history.inferences if not i.is_late]
        if not on_time:
            return None, None
        said = self._complete(self._first(on_time), history, on_time_only=True)
        standing: Cell | None = None
        learnt = sorted((o.event_time_ms, o.label, o) for o in history.outcomes if not o.is_late)
        for time_ms, _, outcome in learnt:
            if not self._admits(said, outcome):
                continue
            if standing and time_ms >= self._rules.ripe_ms(standing.model, standing.pane, standing.age_bin):
                break
            standing = self._labelled_cell(said, outcome)
        return self._free_cell(said), standing

    def _free_cell(self, said: Said) -> Cell:
        model = self._model_of(source_of(said.payload))
        return Cell(model, said.event_time_ms // self._rules.models[model].pane_ms, FREE, said.payload)

    def _labelled_cell(self, said: Said, learnt: Learnt) -> Cell | None:
        if learnt.label == Label.VOID:
            return None
        model = self._model_of(source_of(said.payload))
        edges = self._rules.edges[model]
        age = learnt.event_time_ms - said.event_time_ms
        age_bin = min(int(edges.searchsorted(age, side="right")) - 1, len(edges) - 2)
        pane = said.event_time_ms // self._rules.models[model].pane_ms
        return Cell(model, pane, age_bin, labelled_key(said.payload, learnt.label))


def add_inference(history: History, said: Said) -> bool:
    """Note an inference; False if it only repeats one. An on-time copy stands over a late one."""
    return _add(history.inferences, said, lambda i: (i.event_time_ms, i.payload))


def add_outcome(history: History, learnt: Learnt) -> bool:
    """Note an outcome; False if it only repeats one."""
    return _add(history.outcomes, learnt, lambda o: (o.event_time_ms, o.label, o.model))


def add_attributes(history: History, described: Described) -> bool:
    """Note an attributes record; False if it only repeats one."""
    return _add(history.attributes, described, lambda d: (d.event_time_ms, d.combinations))


def _add(known: list[T], new: T, identity: Callable[[T], object]) -> bool:
    for index, old in enumerate(known):
        if identity(old) == identity(new):
            if old.is_late and not new.is_late:
                known[index] = new
            return False
    known.append(new)
    known.sort()
    if len(known) > MOST_KEPT:
        del known[-2]
    return True
