"""REV: evidence that a revision does worse than its former one did, one e-process a stream, from the rollout on.

Way of an event: step 7 folds a step's factors in, step 8 reads. Pure. Half of it bets on a release that is bad from its
first request, half on one that gets worse later. Over all of its time the evidence of a harmless revision exceeds
1 / alpha with probability alpha at most. It compares with another time: blame must ask what else began then.
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
    """What is stored: log of the product and log R of each bet, and steps with data."""

    product: bytes
    later: bytes
    steps: bytes


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

    Examples
    --------
    >>> effect = RevisionEffect(rates=1, subgroups=1, steps_of_horizon=180)
    >>> effect.log_m.tolist()                                       # nothing seen is not "no effect"
    [[-inf]]
    >>> effect.fold(Factors(("r2",), np.full((1, 1, 1, BETS), 8.0), np.array([[[20]]]), np.empty((0, 1, 1, 3))))
    >>> effect.log_m.round(4).tolist()
    [[7.3124]]
    """

    def __init__(self, rates: int, subgroups: int, steps_of_horizon: float) -> None:
        self._shape = (rates, subgroups, BETS)
        self._horizon = steps_of_horizon
        self._product = np.zeros(self._shape)
        self._later = np.full(self._shape, NOTHING)
        self.steps = np.zeros((rates, subgroups), np.int64)

    @property
    def log_m(self) -> Floats:
        """Evidence in nats; -inf before any data."""
        return np.where(self.steps > 0, log_combined(self._product, self._later, self._horizon), NOTHING)

    def best_bet(self, rate: int, subgroup: int) -> int:
        """The bet that adds most to the evidence of a stream."""
        later = self._later[rate, subgroup] - log(self._horizon)
        return int(np.argmax(np.logaddexp(self._product[rate, subgroup], later)))

    def fold(self, step: Factors) -> None:
        """Take in one step; streams without events stay as they are."""
        has_data = step.n.sum(axis=0) > 0
        log_l = step.log_l.sum(axis=0)[has_data]
        self._product[has_data] += log_l
        self._later[has_data] = folded(self._later[has_data], log_l)
        self.steps += has_data

    def reset(self, rate: int, subgroup: int) -> None:
        """Evidence of one stream to nothing, as after an alarm that was acknowledged."""
        self._product[rate, subgroup] = 0.0
        self._later[rate, subgroup] = NOTHING
        self.steps[rate, subgroup] = 0

    def stored(self) -> Stored:
        """What to store."""
        return Stored(self._product.tobytes(), self._later.tobytes(), self.steps.tobytes())

    def restore(self, stored: Stored) -> None:
        """Take up what was stored. ValueError for another shape."""
        self._product = np.frombuffer(stored.product).reshape(self._shape).copy()
        self._later = np.frombuffer(stored.later).reshape(self._shape).copy()
        self.steps = np.frombuffer(stored.steps, np.int64).reshape(self._shape[:2]).copy()
