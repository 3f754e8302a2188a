"""What a stream could find: the smallest rate that would be noticed within thirty days at the present traffic.

Way of an event: step 8; a stream that is blind to harm is INCONCLUSIVE, never HEALTHY. Pure.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from monitor.judging.divergence import rate_at

Floats = NDArray[np.float64]

WITHIN_DAYS: Final = 30


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
    m = np.asarray(events_per_day, float)
    needed = np.divide(threshold, WITHIN_DAYS * m, out=np.full(np.broadcast(m, threshold).shape, np.inf), where=m > 0)
    return rate_at(tolerated, needed)
