"""Evidence that a revision does worse than its former one, one e-process a stream, from the rollout on.

Way of an event: step 7 folds a step's factors in, step 8 reads. Pure. Half of it bets on a release that is bad from its
first request, half on one that gets worse later. Over all of its time the evidence of a harmless revision exceeds
1 / alpha with probability alpha at most. The factors say what is compared: with the former revision's past (REV: blame
must ask what else began then), or with its present (D3).
"""

from math import log

import msgspec
import numpy as np
from numpy.typing import NDArray

from monitor.judging.bets import BETS
from monitor.judging.e_detector import NOTHING, folded, log_mixture
from monitor.judging.factors import Factors

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Stored(msgspec.Struct, array_like=True):
    """What is stored: log of the product and log R of each bet, steps with data, and their events."""

    product: bytes
    later: bytes
    steps: bytes
    events: bytes


def log_combined(product: Floats, later: Floats, steps_of_horizon: float) -> Floats:
    """log M = log(mean_j P_j / 2 + mean_j R_j / (2 T_h)), along the last axis, of log P and log R.

    R_t - t and P_t are martingales under the null, so M is one for T_h steps: E M <= 1 at each.

    >>> log_combined(np.zeros(2), np.full(2, NOTHING), 180).round(4).item()      # nothing seen: half of 1
    -0.6931

    References
    ----------
    Ville, "Étude critique de la notion de collectif" (1939). Pollak, "Average run lengths of an optimal method of
    detecting a change in distribution", Ann. Stat. 15 (1987): E[R_t] = t.
    """
    return np.logaddexp(log_mixture(product), log_mixture(later) - log(steps_of_horizon)) - log(2)


class RevisionEffect:
    """log P and log R of every bet of every stream of one rollout.

    Parameters
    ----------
    rates, subgroups
        How many; every array has the shape (rates, subgroups), those of bets one axis more.
    steps_of_horizon
        T_h: steps that it may run for, at most.
    bets
        Bets of a stream.

    Examples
    --------
    >>> effect = RevisionEffect(rates=1, subgroups=1, steps_of_horizon=180)
    >>> effect.log_m.tolist()                                       # nothing seen is not "no effect"
    [[-inf]]
    >>> effect.fold(Factors(("r2",), np.full((1, 1, 1, BETS), 8.0), np.array([[[20]]]), np.empty((0, 1, 1, 3))))
    >>> effect.log_m.round(4).tolist()
    [[7.3124]]
    """

    def __init__(self, rates: int, subgroups: int, steps_of_horizon: float, bets: int = BETS) -> None:
        self._shape = (rates, subgroups, bets)
        self._horizon = steps_of_horizon
        self._product = np.zeros(self._shape)
        self._later = np.full(self._shape, NOTHING)
        self._log_m: Floats | None = None
        self.steps, self.events = (np.zeros((rates, subgroups), np.int64) for _ in range(2))

    @property
    def log_m(self) -> Floats:
        """Evidence in nats; -inf before any data."""
        if self._log_m is None:
            self._log_m = np.full(self.steps.shape, NOTHING)
            seen = self.steps > 0
            self._log_m[seen] = log_combined(self._product[seen], self._later[seen], self._horizon)
        return self._log_m

    def best_bet(self, rate: int, subgroup: int) -> int:
        """The bet that adds most to the evidence of a stream."""
        later = self._later[rate, subgroup] - log(self._horizon)
        return int(np.argmax(np.logaddexp(self._product[rate, subgroup], later)))

    def fold(self, step: Factors) -> None:
        """Take in one step; streams without events stay as they are."""
        self.fold_bets(step.log_l.sum(axis=0), step.n.sum(axis=0))

    def fold_bets(self, log_l: Floats, n: Ints) -> None:
        """The same, of factors by stream and bet, and the events of each stream."""
        has_data, self._log_m = n > 0, None
        self._product[has_data] += log_l[has_data]
        self._later[has_data] = folded(self._later[has_data], log_l[has_data])
        self.steps += has_data
        self.events += n

    def reset(self, rate: int, subgroup: int) -> None:
        """Evidence of one stream to nothing, as after an alarm that was acknowledged."""
        self._log_m = None
        self._product[rate, subgroup] = 0.0
        self._later[rate, subgroup] = NOTHING
        self.steps[rate, subgroup] = self.events[rate, subgroup] = 0

    def stored(self) -> Stored:
        """What to store."""
        return Stored(*(one.tobytes() for one in (self._product, self._later, self.steps, self.events)))

    def restore(self, stored: Stored) -> None:
        """Take up what was stored. ValueError for another shape."""
        self._log_m = None
        self._product = np.frombuffer(stored.product).reshape(self._shape).copy()
        self._later = np.frombuffer(stored.later).reshape(self._shape).copy()
        self.steps, self.events = (
            np.frombuffer(packed, np.int64).reshape(self._shape[:2]).copy() for packed in (stored.steps, stored.events)
        )
