"""D1-w: evidence that holds under any dependence between the events of one step, at up to twice the delay.

Way of an event: step 7, beside `e_detector.log_factor` where a reference is overdispersed. Pure.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

STAKES: Final = np.array([0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9])
"""Shares of the stake that are bet, in equal parts."""


def log_factor(k: Ints, n: Ints, p0: Floats) -> Floats:
    """log L of one step, shape (stakes,): its mean is at most 1 as soon as the mean of all k is at most that of n p0.

    Parameters
    ----------
    k, n, p0
        Harmful and all events of each stratum, and their expected rate; at least one event.

    Examples
    --------
    >>> log_factor(np.array([0, 1, 1]), np.array([6, 8, 6]), np.array([0.08, 0.10, 0.15]))[[0, -1]].round(4).tolist()
    [-0.0041, -0.0772]

    References
    ----------
    Waudby-Smith, Ramdas, "Estimating means of bounded random variables by betting", JRSS-B 86 (2024).
    """
    result: Floats = np.log1p(STAKES * (k.sum() / (n * p0).sum() - 1))
    return result
