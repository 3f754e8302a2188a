"""Kullback-Leibler divergence of two Bernoulli rates, and its inverse.

Way of an event: step 7; `bets` spaces alternatives with it, `power` plans with it. Pure.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import rel_entr

Floats = NDArray[np.float64]

_HALVINGS = 50
"""Bisection halves [p, 1] to below 1e-15."""


def divergence(q: ArrayLike, p: ArrayLike) -> Floats:
    """KL(q || p) in nats of rates in [0, 1]; arrays broadcast. 0 log 0 is 0.

    >>> round(float(divergence(0.5, 0.1)), 6)
    0.510826
    """
    q, p = np.asarray(q, float), np.asarray(p, float)
    result: Floats = rel_entr(q, p) + rel_entr(1 - q, 1 - p)
    return result


def rate_at(p: ArrayLike, nats: ArrayLike) -> Floats:
    """The rate q >= p with KL(q || p) = nats; 1 if no rate lies that far.

    Parameters
    ----------
    p
        Rates, (0, 1)-valued.
    nats
        Divergences, not negative; arrays broadcast.

    Examples
    --------
    >>> float(rate_at(0.1, divergence(0.3, 0.1)).round(12)), float(rate_at(0.1, 5.0))
    (0.3, 1.0)
    """
    p, nats = np.broadcast_arrays(np.asarray(p, float), np.asarray(nats, float))
    low, high = p.copy(), np.ones_like(p)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        is_below = divergence(middle, p) < nats
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    return np.where(divergence(1.0, p) <= nats, 1.0, high)
