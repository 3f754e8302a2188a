"""Where an id counts: from its history to its cells.

Way of an event: step 4, and the readable reference for `columns`, which does the same on whole batches of the plain
case (one inference, at most one outcome, on time). Pure.

Two pairs are told apart. The *published* pair is what people look at: the inference with the smallest (event time,
hash), the latest outcome that the rules admit. The *evidence* pair is what detectors have read: only records that came
on time, and a correction observed after the old cell was ripe changes nothing, because that cell has been read.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from monitor.counting.history import NO_MODEL, Described, History, Learnt, Said, Stored
from monitor.counting.packing import has_combination, labelled_key, source_of, with_combination, with_explained
from monitor.counting.ripe import LABEL_FREE
from monitor.counting.rules import CountingRules
from monitor.events import Explained, Label


class Cell(NamedTuple):
    """Where something counts: model number, pane, age bin (`LABEL_FREE`: without), key (`monitor.counting.packing`)."""

    model: int
    pane: int
    age_bin: int
    key: int


class Settled(NamedTuple):
    """Where an id counts now. None: nowhere. `unpaired` has (topic number, reason) of each outcome refused."""

    said: Cell | None
    said_in_evidence: Cell | None
    labelled: Cell | None
    labelled_in_evidence: Cell | None
    label: int | None
    label_is_late: bool
    superseded: int
    unpaired: tuple[tuple[int, str], ...]


NOTHING: Final = Settled(None, None, None, None, None, False, 0, ())


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
        reasons = [(o, self._refusal(said, o)) for o in history.outcomes]
        admitted = [o for o, reason in reasons if reason is None]
        latest = max(admitted, key=lambda o: (o.event_time_ms, o.label), default=None)
        complete = self._complete(said, history, on_time_only=False)
        said_in_evidence, labelled_in_evidence = self._evidence(history)
        return Settled(
            said=self._free_cell(complete),
            said_in_evidence=said_in_evidence,
            labelled=self._labelled_cell(complete, latest) if latest else None,
            labelled_in_evidence=labelled_in_evidence,
            label=latest.label if latest else None,
            label_is_late=latest is not None and (latest.is_late or said.is_late),
            superseded=max(0, len(admitted) - 1),
            unpaired=tuple(sorted((o.topic, reason) for o, reason in reasons if reason is not None)),
        )

    def rank(self, said: Said) -> tuple[int, bytes]:
        """The order of inferences of one id: the smallest stands."""
        return said.event_time_ms, self._hash_of(said.payload)

    def _first(self, inferences: list[Said]) -> Said:
        return inferences[0] if len(inferences) == 1 else min(inferences, key=self.rank)

    def _refusal(self, said: Said, learnt: Learnt) -> str | None:
        """Why an outcome does not belong to an inference; None if it does."""
        age = learnt.event_time_ms - said.event_time_ms
        if learnt.model not in (NO_MODEL, self._model_of(source_of(said.payload))):
            return "no_inference"
        if age < 0:
            return "negative_age"
        if age > self._rules.horizon_ms:
            return "beyond_horizon"
        return None if said.event_time_ms >= learnt.held_from_ms else "evicted"

    def _complete(self, said: Said, history: History, *, on_time_only: bool) -> Said:
        """The inference with the attributes and the explanation that came apart from it."""
        if not history.attributes and not history.explanations and has_combination(said.payload):
            return said
        payload = said.payload
        model = self._model_of(source_of(payload))
        near = [d for d in history.attributes if self._is_near(said, d) and not (on_time_only and d.is_late)]
        if near:
            payload = with_combination(payload, min(near).combinations[model])
        elif not has_combination(payload):
            payload = with_combination(payload, self._rules.models[model].coding.absent)
        if not on_time_only and any(self._explains(said, one) for one in history.explanations):
            payload = with_explained(payload, Explained.YES)
        return said._replace(payload=payload)

    def _is_near(self, said: Said, described: Described) -> bool:
        wait_ms, distance_ms = self._rules.attributes_wait_ms, abs(described.event_time_ms - said.event_time_ms)
        return wait_ms is not None and distance_ms <= wait_ms and said.event_time_ms >= described.held_from_ms

    def _explains(self, said: Said, stored: Stored) -> bool:
        age = stored.event_time_ms - said.event_time_ms
        return 0 <= age <= self._rules.horizon_ms and said.event_time_ms >= stored.held_from_ms

    def _evidence(self, history: History) -> tuple[Cell | None, Cell | None]:
        on_time = [i for i in history.inferences if not i.is_late]
        if not on_time:
            return None, None
        said = self._complete(self._first(on_time), history, on_time_only=True)
        standing: Cell | None = None
        for outcome in sorted(o for o in history.outcomes if not o.is_late):
            if self._refusal(said, outcome) is not None:
                continue
            if standing and outcome.event_time_ms >= self._rules.ripe_ms(*standing[:3]):
                break
            standing = self._labelled_cell(said, outcome)
        return self._free_cell(said), standing

    def _free_cell(self, said: Said) -> Cell:
        model = self._model_of(source_of(said.payload))
        return Cell(model, said.event_time_ms // self._rules.models[model].pane_ms, LABEL_FREE, said.payload)

    def _labelled_cell(self, said: Said, learnt: Learnt) -> Cell | None:
        if learnt.label == Label.VOID:
            return None
        model = self._model_of(source_of(said.payload))
        age_bin = self._rules.age_bin(model, learnt.event_time_ms - said.event_time_ms)
        pane = said.event_time_ms // self._rules.models[model].pane_ms
        keeps_scores = self._rules.models[model].keeps_scores
        return Cell(model, pane, age_bin, labelled_key(said.payload, learnt.label, with_score=keeps_scores))
