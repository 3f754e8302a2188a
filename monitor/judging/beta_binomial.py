"""D1 where events of one step depend on each other as in a beta-binomial: repeat patients, batches.

Way of an event: step 7, in place of `e_detector.log_factor` for a stream that has one stratum in a step. Pure.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, expit, logit

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def log_factor(counts: tuple[Ints, Ints], p0: Floats, tilts: Floats, rho: Floats) -> Floats:
    """log L of one step, shape (streams, bets): likelihood ratio of beta-binomial counts of equal correlation.

    Parameters
    ----------
    counts
        Harmful and all events of each stream.
    p0
        Expected rate of each, margin included, (0, 1)-valued.
    tilts
        Log odds ratios that are bet on, shape (streams, bets).
    rho
        Correlation of two events of one step, (0, 1)-valued.

    Examples
    --------
    >>> one = np.array([0.1])
    >>> log_factor((np.array([5]), np.array([20])), one, np.array([[logit(0.2) - logit(0.1)]]), one / 2).round(6)
    array([[0.923061]])

    References
    ----------
    Skellam, "A probability distribution derived from the binomial distribution", JRSS-B 10 (1948).
    """
    k, n = (column[:, None] for column in counts)
    size = (1 / rho - 1)[:, None]

    def log_p(p: Floats) -> Floats:
        a, b = p * size, (1 - p) * size
        found: Floats = betaln(k + a, n - k + b) - betaln(a, b)
        return found

    return log_p(expit(logit(p0)[:, None] + tilts)) - log_p(p0[:, None])
