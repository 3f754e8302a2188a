"""D1 where events of one step depend on each other as in a beta-binomial: repeat patients, batches.

Way of an event: step 7, in place of `e_detector.log_factor` for a stream of one stratum. Pure.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln

Floats = NDArray[np.float64]


class BetaBinomial:
    """Likelihood ratio of beta-binomial counts of equal overdispersion.

    Parameters
    ----------
    bets
        Rates that are bet on, shape (bets,), each above `tolerated`.
    tolerated
        p*, (0, 1)-valued.
    rho
        Correlation of two events of one step, (0, 1)-valued.

    Raises
    ------
    ValueError
        for a correlation outside (0, 1).

    Examples
    --------
    >>> BetaBinomial(np.array([0.2]), tolerated=0.1, rho=0.05).log_factor(k=5, n=20).round(6).tolist()
    [0.923061]

    References
    ----------
    Skellam, "A probability distribution derived from the binomial distribution", JRSS-B 10 (1948).
    """

    def __init__(self, bets: Floats, tolerated: float, rho: float) -> None:
        if not 0 < rho < 1:
            raise ValueError(f"need 0 < rho < 1, got {rho=}: without correlation use the binomial factor")
        p, size = np.append(bets, tolerated), 1 / rho - 1
        self._a, self._b = p * size, (1 - p) * size

    def log_factor(self, k: int, n: int) -> Floats:
        """log L of one step of `k` harmful among `n` events, shape (bets,)."""
        log_p = betaln(k + self._a, n - k + self._b) - betaln(self._a, self._b)
        result: Floats = log_p[:-1] - log_p[-1]
        return result
