"""Evidence that a model is no longer calibrated as it was in its reference: D1's recursion, in both directions at once.

Way of an event: step 7, where a model's settings ask for it; `said` makes verdicts of it in step 8. Pure.

Everyone and single attribute values are watched, at watch level only. A reference file holds no scores: whoever gives
one is compared with the first 28 days.
"""

from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from monitor.counting.ripe import RipeCells
from monitor.judging import evidence, history, watch
from monitor.judging.calibrating import panes
from monitor.judging.calibrating.alternatives import ALTERNATIVES, LEAST_SAMPLES, Curve, curve, log_growth
from monitor.judging.calibrating.error import CalibrationError, calibration_error
from monitor.judging.calibrating.panes import ScoredPanes, WholePane
from monitor.judging.evidence import ReferenceEvidence
from monitor.judging.factors import Factors
from monitor.judging.history import History
from monitor.judging.metrics import CALIBRATION
from monitor.judging.people import People
from monitor.judging.power import WITHIN_DAYS
from monitor.judging.rules import DAY_MS, JudgingRules
from monitor.judging.time_judged import NormalTime
from monitor.judging.verdict import REFERENCE
from monitor.judging.watch import POOLED, Watch
from monitor.judging.weights import calibration_weights, threshold

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_RECENT_PANES: Final = 28
_LEAST_SPAN_MS: Final = 7 * DAY_MS


class Stored(msgspec.Struct, array_like=True):
    """What is stored; curves follow from the counts of the reference."""

    panes: panes.Stored
    normal: tuple[int, str | None] | None
    is_tested: bool
    reference: bytes
    recent: list[tuple[int, bytes]]
    evidence: evidence.Stored
    watched: watch.Stored
    history: history.Stored
    seen: dict[str, bytes]


class Calibration:
    """Calibration of one model; arrays by stream have the shape (1, single subgroups).

    Parameters
    ----------
    rules, people
        How is judged, and who is counted.
    """

    def __init__(self, rules: JudgingRules, people: People) -> None:
        self._rules, self._people = rules, people
        self._panes = ScoredPanes(people, rules.ripening_ms(len(rules.edges_ms) - 2), rules.pane_ms)
        self.groups = self._panes.groups
        self.weight = calibration_weights(rules.metrics, len(self.groups))[None]
        self.watch = threshold(rules, self.weight, "watch")
        self.evidence = ReferenceEvidence(1, len(self.groups), bets=len(ALTERNATIVES))
        self.watched, self.history = Watch(self.watch), History(1, len(self.groups))
        self._normal: tuple[int, str | None] | None = None
        self._reference = np.zeros(self._panes.shape, np.int64)
        self._recent: list[tuple[int, Ints]] = []
        self._curves: list[Curve] | None = None
        self._seen: dict[str, Bools] = {}

    @property
    def is_tested(self) -> bool:
        """Whether the reference is whole, and something was held against it."""
        return self._curves is not None

    @property
    def is_watched(self) -> Bools:
        """Subgroups whose reference is large enough, shape (subgroups,)."""
        is_watched: Bools = self._reference.sum(axis=(1, 2)) >= LEAST_SAMPLES
        return is_watched

    def take(self, end_ms: int, cells: RipeCells, normal: NormalTime | None) -> None:
        """Take in what ripened in one step; `normal` is the time that scores are compared with, as far as is known."""
        tested = []
        for pane in self._panes.take(end_ms, cells):
            if normal is None:
                continue
            if self._normal != (normal.start_ms, normal.revision):
                self._normal, self._reference = (
                    (normal.start_ms, normal.revision),
                    np.zeros(self._panes.shape, np.int64),
                )
            if pane.start_ms >= normal.end_ms:
                tested.append(pane)
            elif pane.start_ms >= normal.start_ms and normal.revision in (None, pane.revision):
                self._reference += pane.counts
        if tested:
            self._fold(tested)

    def _fold(self, tested: list[WholePane]) -> None:
        curves = self._curves = self._curves or self._fitted()
        revisions = tuple(sorted({pane.revision for pane in tested}))
        counts = np.zeros((len(revisions), *self._panes.shape), np.int64)
        for pane in tested:
            counts[revisions.index(pane.revision)] += pane.counts
        counts *= self.is_watched[:, None, None]
        by_label = (np.array([one.if_zero for one in curves]), np.array([one.if_one for one in curves]))
        log_l = sum(np.einsum("rgb,gjb->rgj", counts[..., label], by_label[label]) for label in (0, 1))
        n = counts.sum(axis=(2, 3))[:, None]
        self.evidence.fold(Factors(revisions, np.asarray(log_l)[:, None], n, np.empty((0, 1, len(self.groups), 3))))
        self._recent = [*self._recent, (tested[-1].start_ms, counts.sum(axis=0))][-_RECENT_PANES:]
        self.watched.note(POOLED, self.evidence.log_m)
        for revision, own_n in zip(revisions, n, strict=True):
            self._seen[revision] = self.has_labels(revision) | (own_n[0] > 0)
            self.watched.note(revision, self.evidence.own_log_m(revision))

    def _fitted(self) -> list[Curve]:
        tolerance = self._rules.tolerance_of(CALIBRATION)
        return [curve(counts[:, 1], counts.sum(axis=1), tolerance) for counts in self._reference]

    def has_labels(self, revision: str) -> Bools:
        """Subgroups in which a label of this revision was held against the reference, shape (subgroups,)."""
        return self._seen.get(revision, np.zeros(len(self.groups), bool))

    @property
    def is_blind(self) -> Bools:
        """Subgroups in which odds e^(1/2) times as high would go unnoticed for thirty days, shape (subgroups,)."""
        blind = np.ones(len(self.groups), bool)
        if self._curves is None or not self._recent:
            return blind
        recent = sum(counts for _, counts in self._recent)
        span_ms = max(self._recent[-1][0] - self._recent[0][0] + self._rules.pane_ms, _LEAST_SPAN_MS)
        for place, one in enumerate(self._curves):
            n = np.asarray(recent)[place].sum(axis=1)
            per_day = n.sum() * DAY_MS / span_ms
            blind[place] = WITHIN_DAYS * per_day * log_growth(one, n) < self.watch[0, place]
        return blind

    def errors(self) -> list[CalibrationError | None]:
        """The expected calibration error of each subgroup over the last 28 whole panes, all revisions together."""
        if self._curves is None:
            return [None] * len(self.groups)
        recent = np.asarray(sum(counts for _, counts in self._recent))
        return [
            calibration_error(counts[:, 1], counts.sum(axis=1), one.expected)
            for counts, one in zip(recent, self._curves, strict=True)
        ]

    def thresholds(self) -> Mapping[tuple[str, str, str, str], float]:
        """(attribute, metric, detector, level) -> nats of evidence at which the level is reached."""
        attributes = [self._people.lattice.subgroups[group].attribute for group in self.groups.tolist()]
        watch = zip(attributes, self.watch[0].tolist(), strict=True)
        return {(attribute, CALIBRATION, REFERENCE, "watch"): nats for attribute, nats in watch}

    def place(self, attribute: str, subgroup: str) -> int | None:
        """Where a subgroup stands here; None for one that is not watched."""
        subgroups = self._people.lattice.subgroups
        names = [(subgroups[group].attribute, subgroups[group].slug) for group in self.groups.tolist()]
        return names.index((attribute, subgroup)) if (attribute, subgroup) in names else None

    def acknowledge(self, place: int) -> None:
        """Start the evidence of a subgroup anew."""
        self.evidence.reset([0], place)
        self.watched.reset(0, place)

    def forget(self, revision: str) -> None:
        """Let a revision's own evidence go."""
        self.evidence.forget(revision)
        self.watched.forget(revision)
        self.history.forget(revision)
        self._seen.pop(revision, None)

    def stored(self) -> Stored:
        """What to store."""
        recent = [(start_ms, counts.tobytes()) for start_ms, counts in self._recent]
        of_evidence = self.evidence.stored(), self.watched.stored(), self.history.stored()
        reference = self._reference.tobytes()
        seen = {revision: mask.tobytes() for revision, mask in sorted(self._seen.items())}
        return Stored(self._panes.stored(), self._normal, self.is_tested, reference, recent, *of_evidence, seen)

    def restore(self, stored: Stored) -> None:
        """Take up what was stored. ValueError or IndexError for another shape."""
        shape = self._panes.shape
        self._panes.restore(stored.panes)
        self._normal = stored.normal
        self._reference = np.frombuffer(stored.reference, np.int64).reshape(shape).copy()
        self._recent = [(start_ms, np.frombuffer(one, np.int64).reshape(shape)) for start_ms, one in stored.recent]
        self.evidence.restore(stored.evidence)
        self.watched.restore(stored.watched)
        self.history.restore(stored.history)
        self._seen = {revision: np.frombuffer(mask, bool).copy() for revision, mask in stored.seen.items()}
        self._curves = self._fitted() if stored.is_tested else None
