"""The evidence of all streams of D1: pooled over revisions, and of each revision alone.

Way of an event: step 7 folds a step's factors in, step 8 reads. Pure. Pooled evidence protects people, whatever serves
them, and alone can alarm; a revision's own only says on whom an alarm falls.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from monitor.judging.bets import BETS
from monitor.judging.e_detector import NOTHING, folded, log_mixture
from monitor.judging.factors import Factors

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Stored(msgspec.Struct, array_like=True):
    """What is stored: log R of each bet, steps with data, and their events."""

    pooled: bytes
    steps: bytes
    events: bytes
    own: dict[str, bytes]


class ReferenceEvidence:
    """log R of every bet of every stream.

    Parameters
    ----------
    rates, subgroups
        How many; every array has the shape (rates, subgroups), those of bets one axis more.
    bets
        Bets of a stream.

    Examples
    --------
    >>> evidence = ReferenceEvidence(rates=1, subgroups=1)
    >>> seen = np.empty((0, 1, 1, 3))
    >>> evidence.fold(Factors(("r1",), np.full((1, 1, 1, BETS), 0.5), np.array([[[20]]]), seen))
    >>> evidence.fold(Factors((), np.empty((0, 1, 1, BETS)), np.empty((0, 1, 1), np.int64), seen))
    >>> evidence.log_m.tolist(), evidence.own_log_m("r1").tolist(), evidence.steps.tolist()
    ([[0.5]], [[0.5]], [[1]])
    """

    def __init__(self, rates: int, subgroups: int, bets: int = BETS) -> None:
        self._shape = (rates, subgroups, bets)
        self._pooled = np.full(self._shape, NOTHING)
        self._own: dict[str, Floats] = {}
        self._log_m: Floats | None = None
        self.steps, self.events = (np.zeros((rates, subgroups), np.int64) for _ in range(2))

    @property
    def log_m(self) -> Floats:
        """Pooled evidence in nats; -inf before any data."""
        if self._log_m is None:
            self._log_m = log_mixture(self._pooled)
        return self._log_m

    @property
    def log_r(self) -> Floats:
        """Pooled evidence of each bet, shape (rates, subgroups, bets)."""
        return self._pooled

    def own_log_m(self, revision: str) -> Floats:
        """Evidence of one revision's cells alone."""
        return log_mixture(self._own[revision]) if revision in self._own else np.full(self._shape[:2], NOTHING)

    def best_bet(self, rate: int, subgroup: int) -> int:
        """The bet that adds most to the pooled evidence of a stream."""
        return int(np.argmax(self._pooled[rate, subgroup]))

    def fold(self, step: Factors) -> None:
        """Take in one step; streams without events stay as they are."""
        n = step.n.sum(axis=0)
        has_data, self._log_m = n > 0, None
        self._pooled[has_data] = folded(self._pooled[has_data], step.log_l.sum(axis=0)[has_data])
        self.steps += has_data
        self.events += n
        for revision, log_l, own_n in zip(step.revisions, step.log_l, step.n, strict=True):
            own = self._own.setdefault(revision, np.full(self._shape, NOTHING))
            own[own_n > 0] = folded(own[own_n > 0], log_l[own_n > 0])

    def reset(self, rates: list[int], subgroup: int) -> None:
        """Evidence of some streams to nothing, as after an alarm that was acknowledged."""
        self._log_m = None
        for log_r in (self._pooled, *self._own.values()):
            log_r[rates, subgroup] = NOTHING
        self.steps[rates, subgroup] = self.events[rates, subgroup] = 0

    def forget(self, revision: str) -> None:
        """Let a revision's own evidence go."""
        self._own.pop(revision, None)

    def stored(self) -> Stored:
        """What to store."""
        own = {revision: log_r.tobytes() for revision, log_r in sorted(self._own.items())}
        return Stored(self._pooled.tobytes(), self.steps.tobytes(), self.events.tobytes(), own)

    def restore(self, stored: Stored) -> None:
        """Take up what was stored. ValueError for another shape."""
        self._log_m = None
        self._pooled = np.frombuffer(stored.pooled).reshape(self._shape).copy()
        self.steps, self.events = (
            np.frombuffer(packed, np.int64).reshape(self._shape[:2]).copy() for packed in (stored.steps, stored.events)
        )
        self._own = {name: np.frombuffer(packed).reshape(self._shape).copy() for name, packed in stored.own.items()}
