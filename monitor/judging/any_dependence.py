"""D1-w: evidence that holds under any dependence between the events of one step, at up to twice the delay.

Way of an event: step 7, beside `e_detector.log_factor` where a reference is overdispersed. Pure.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STAKES: Final = np.array([0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9])
"""Shares of the stake that are bet, in equal parts."""


def log_factor(k: Floats, expected: Floats) -> Floats:
    """log L of one step, shape (streams, stakes): its mean is at most 1 while no more is harmful than is expected.

    Parameters
    ----------
    k, expected
        Harmful events of each stream, and how many of them the limit allows for, positive: sums over its strata.

    Examples
    --------
    >>> log_factor(np.array([2]), np.array([2.18]))[:, [0, -1]].round(4).tolist()
    [[-0.0041, -0.0772]]

    References
    ----------
    Waudby-Smith, Ramdas, "Estimating means of bounded random variables by betting", JRSS-B 86 (2024).
    """
    result: Floats = np.log1p(STAKES * (k / expected - 1)[:, None])
    return result
