"""D1: evidence that a rate has risen above what the reference tolerates; a Shiryaev-Roberts e-detector over strata.

Way of an event: step 7. `log_factor` turns the ripe cells of one step into one factor per bet, `folded` takes it in,
`log_mixture` is read in step 8. Pure.

Every step opens a new bet, so a long quiet past cannot delay an alarm. An alarm at log M >= log(A / v), with R set to 0
afterwards, gives on average at most v T / A false alarms in T steps, for every T and whatever the dependence between
streams, as long as the mix-weighted rate is at most the tolerable one in every step.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NOTHING: Final = -np.inf
"""log R before any data."""


def log_factor(stream: Ints, k: Ints, n: Ints, p0: Floats, tilts: Floats) -> Floats:
    """log L of one step: the likelihood ratio of every bet, strata multiplied.

    Parameters
    ----------
    stream
        Stream of each stratum, shape (strata,); sums run in the order of the strata, so give them sorted.
    k, n
        Harmful and all events, shape (strata,), 0 <= k <= n.
    p0
        Expected rate of each stratum, margin included, shape (strata,), (0, 1)-valued.
    tilts
        Log odds ratios that are bet on, shape (streams, bets), positive.

    Returns
    -------
    Shape (streams, bets); 0 for a stream without strata.

    Examples
    --------
    >>> log_l = log_factor(np.array([0, 0]), np.array([1, 2]), np.array([6, 9]), np.array([.1, .2]), np.array([[.5]]))
    >>> log_l.round(6).tolist()
    [[0.02495]]

    References
    ----------
    Shin, Ramdas, Rinaldo, "E-detectors", arXiv:2203.03532: e-SR recursion, with a tilted Bernoulli likelihood ratio.
    """
    streams, count = tilts.shape
    result = np.empty((streams, count))
    more = np.expm1(tilts)
    for bet in range(count):
        terms = k * tilts[stream, bet] - n * np.log1p(p0 * more[stream, bet])
        result[:, bet] = np.bincount(stream, weights=terms, minlength=streams)
    return result


def folded(log_r: Floats, log_l: Floats) -> Floats:
    """log R after a step with data: R = L (1 + R). Steps without events must not be folded: they are no bets.

    >>> folded(np.array([NOTHING, 0.0]), np.array([0.5, 0.5])).round(6).tolist()
    [0.5, 1.193147]
    """
    return log_l + np.logaddexp(0.0, log_r)


def log_mixture(log_r: Floats) -> Floats:
    """log M: the mean of R over bets, along the last axis; -inf before any data.

    >>> log_mixture(np.array([[NOTHING, NOTHING], [0.0, 0.0]])).tolist()
    [-inf, 0.0]
    """
    highest: Floats = np.maximum.reduce(
        np.ascontiguousarray(np.moveaxis(log_r, -1, 0))
    )  # along few bets this is faster
    result: Floats = np.full(highest.shape, NOTHING)
    has_data = highest > NOTHING
    bets, top = log_r[has_data], highest[has_data]
    is_top = bets == top[:, None]
    tops = is_top.sum(axis=-1, dtype=float)
    rest = np.where(is_top, 0.0, np.exp(bets - top[:, None])).sum(axis=-1) / tops  # in this order nothing small is lost
    result[has_data] = np.log1p(rest) + np.log(tops) + top - np.log(log_r.shape[-1])
    return result
