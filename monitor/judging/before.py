"""D1-before: whether a rate was rising before the rollout, by the panes before it alone, whenever their labels ripen.

Way of an event: step 7, from the rollout on; blame asks it. Pure. A condition that never alarms: it costs no budget. It
goes on where the evidence against the reference stood when the rollout was seen, with the bets of that evidence.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from monitor.judging.e_detector import folded, log_mixture
from monitor.judging.factors import Factors

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Stored(msgspec.Struct, array_like=True):
    """What is stored: log R of each bet, and the streams at watch."""

    log_r: bytes
    at_watch: bytes


class EvidenceBefore:
    """log R of every bet of every stream, of cells from before one rollout.

    Parameters
    ----------
    log_r
        That of all revisions together, before the step in which the rollout is seen, shape (rates, subgroups, bets).
    watch
        Nats at which a stream is at watch level, shape (rates, subgroups).

    Examples
    --------
    >>> before = EvidenceBefore(np.full((1, 1, 8), 4.0), watch=np.array([[5.0]]))
    >>> before.fold(Factors(("r1",), np.full((1, 1, 1, 8), 2.0), np.array([[[20]]]), np.empty((0, 1, 1, 3))))
    >>> before.log_m.round(3).tolist(), before.at_watch.tolist()
    ([[6.018]], [[True]])
    """

    def __init__(self, log_r: Floats, watch: Floats) -> None:
        self._log_r, self._watch = log_r.copy(), watch
        self.at_watch: Bools = self.log_m >= watch

    @property
    def log_m(self) -> Floats:
        """Evidence in nats; -inf before any data."""
        return log_mixture(self._log_r)

    def fold(self, step: Factors) -> None:
        """Take in one step's cells from before the rollout. The level is left as in `watch`: when evidence is gone."""
        has_data = step.n.sum(axis=0) > 0
        self._log_r[has_data] = folded(self._log_r[has_data], step.log_l.sum(axis=0)[has_data])
        log_m = self.log_m
        self.at_watch = (log_m >= self._watch) | (self.at_watch & (log_m >= 0.0))

    def stored(self) -> Stored:
        """What to store."""
        return Stored(self._log_r.tobytes(), self.at_watch.tobytes())

    def restore(self, stored: Stored) -> None:
        """Take up what was stored. ValueError for another shape."""
        self._log_r = np.frombuffer(stored.log_r).reshape(self._log_r.shape).copy()
        self.at_watch = np.frombuffer(stored.at_watch, bool).reshape(self._watch.shape).copy()
