"""What a stream could find: the smallest rate that would be noticed within thirty days at the present traffic.

Way of an event: step 8; a stream that is blind to harm is INCONCLUSIVE, never HEALTHY. Pure.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from monitor.judging.divergence import divergence, rate_at

Floats = NDArray[np.float64]

WITHIN_DAYS: Final = 30
_CLOSE: Final = 1e-6


def blind_below(events_per_day: ArrayLike, tolerated: ArrayLike, threshold: ArrayLike) -> Floats:
    """Smallest rate p1 with 30 m KL(p1 || p*) at the threshold; 1 if there is none. Good to about 25 %.

    Parameters
    ----------
    events_per_day
        m, not negative; arrays broadcast.
    tolerated
        p*, (0, 1)-valued.
    threshold
        log A + log(1/v), nats.

    Examples
    --------
    >>> blind_below([0, 2, 20], 0.12, 9.0).round(3).tolist()
    [1.0, 0.329, 0.18]

    References
    ----------
    Lorden, "Procedures for reacting to a change in distribution", Ann. Math. Stat. 42 (1971): delay ~ threshold / KL.
    """
    return rate_at(tolerated, _needed(events_per_day, threshold))


def is_blind_to(rate: Floats, events_per_day: Floats, tolerated: Floats, threshold: Floats) -> NDArray[np.bool_]:
    """Whether `blind_below` lies above a rate, which is higher than the tolerated one; it is searched where that is
    close alone. All of one shape.

    >>> is_blind_to(np.array([0.22]), np.array([2.0]), np.array([0.12]), np.array([9.0])).tolist()
    [True]
    """
    needed = _needed(events_per_day, threshold)
    reached = divergence(np.minimum(rate, 1.0), tolerated)
    is_blind: NDArray[np.bool_] = (reached < needed) & (rate < 1)
    is_close = np.isfinite(needed)
    is_close[is_close] = np.abs(reached[is_close] - needed[is_close]) <= _CLOSE * (1 + needed[is_close])
    if is_close.any():
        is_blind[is_close] = rate_at(tolerated[is_close], needed[is_close]) > rate[is_close]
    return is_blind


def _needed(events_per_day: ArrayLike, threshold: ArrayLike) -> Floats:
    """Nats that an event must carry; infinitely many without events."""
    m = np.asarray(events_per_day, float)
    nothing: Floats = np.full(np.broadcast(m, threshold).shape, np.inf)
    needed: Floats = np.divide(threshold, WITHIN_DAYS * m, out=nothing, where=m > 0)
    return needed
