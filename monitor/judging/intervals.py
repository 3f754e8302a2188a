"""Intervals of rates and of their differences, for people to look at; and the reference's upper limit.

Way of an event: `exporting` shows them in step 9, `margin` takes `jeffreys_upper` in step 7. Pure. Never Wald's: at
n = 20 it covers a rate of .05, .10, .20 in 64, 88, 92 % of samples instead of 95 %. None of these may be watched
continuously: detection is `e_detector`'s.
"""

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, ndtri


def wilson(k: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson's interval of `k` in `n`.

    Raises
    ------
    ValueError
        unless 0 <= k <= n and n > 0: without samples there is no rate.

    Examples
    --------
    >>> [round(limit, 4) for limit in wilson(81, 263)]
    [0.2553, 0.3662]

    References
    ----------
    Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
    """
    _check(k, n)
    z = float(ndtri(0.5 + level / 2))
    p, zz = k / n, z * z / n
    middle, half = p + zz / 2, z * sqrt(p * (1 - p) / n + zz / n / 4)
    return max(0.0, (middle - half) / (1 + zz)), min(1.0, (middle + half) / (1 + zz))


def newcombe(k: int, n: int, other_k: int, other_n: int, level: float = 0.95) -> tuple[float, float]:
    """Newcombe's interval, his method 10, of the difference k/n - other_k/other_n. Errors as `wilson`.

    >>> [round(limit, 4) for limit in newcombe(56, 70, 48, 80)]
    [0.0524, 0.3339]

    References
    ----------
    Newcombe, "Interval estimation for the difference between independent proportions", Stat. Med. 17 (1998), 873-890.
    """
    low, high = wilson(k, n, level)
    other_low, other_high = wilson(other_k, other_n, level)
    p, other_p = k / n, other_k / other_n
    difference = p - other_p
    lower = difference - sqrt((p - low) ** 2 + (other_high - other_p) ** 2)
    return lower, difference + sqrt((high - p) ** 2 + (other_p - other_low) ** 2)


def jeffreys(k: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Jeffreys' interval of `k` in `n`: quantiles of Beta(k + 1/2, n - k + 1/2). Errors as `wilson`.

    >>> [round(limit, 4) for limit in jeffreys(0, 20)]
    [0.0, 0.1166]

    References
    ----------
    Brown, Cai, DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16 (2001).
    """
    _check(k, n)
    tail = (1 - level) / 2
    lower = 0.0 if k == 0 else float(betaincinv(k + 0.5, n - k + 0.5, tail))
    return lower, 1.0 if k == n else float(betaincinv(k + 0.5, n - k + 0.5, 1 - tail))


def exact(k: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Clopper and Pearson's interval of `k` in `n`: covers in at least `level` of samples, for every rate. Errors as
    `wilson`.

    >>> [round(limit, 4) for limit in exact(4, 20, level=0.90)]
    [0.0714, 0.401]

    References
    ----------
    Clopper, Pearson, "The use of confidence or fiducial limits", Biometrika 26 (1934).
    """
    _check(k, n)
    tail = (1 - level) / 2
    lower = 0.0 if k == 0 else float(betaincinv(k, n - k + 1, tail))
    return lower, 1.0 if k == n else float(betaincinv(k + 1, n - k, 1 - tail))


def jeffreys_upper(k: ArrayLike, n: ArrayLike) -> NDArray[np.float64]:
    """One-sided 95 % Jeffreys limit of many rates; 1 where k = n, also without samples.

    >>> jeffreys_upper([200, 0], [2_000, 0]).round(6).tolist()
    [0.111461, 1.0]
    """
    k, n = np.asarray(k, float), np.asarray(n, float)
    return np.where(k >= n, 1.0, betaincinv(k + 0.5, n - k + 0.5, 0.95))


def _check(k: int, n: int) -> None:
    if not 0 <= k <= n or n == 0:
        raise ValueError(f"need 0 <= k <= n and n > 0, got {k=}, {n=}")
