"""How far scores have moved since the reference: PSI with the limit that chance alone reaches, and the KS distance.

Way of an event: step 9. Pure. Both are of histograms: scores are kept as one of a few bins.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FEWEST: Final = 200
"""Scores below which PSI says more about chance than about scores: at 50 its mean without drift is .22."""

_QUANTILES: Final = 10


class Psi(NamedTuple):
    """The population stability index, and what it stays below in 95 % of windows without drift."""

    value: float
    limit: float


def psi(reference: Ints, window: Ints) -> Psi | None:
    """PSI over the tenths of the reference; None with fewer than 200 scores on either side.

    Parameters
    ----------
    reference, window
        Scores by bin, shape (bins,). Bins are joined to about ten of equal share of the reference.

    Examples
    --------
    >>> even = np.full(20, 100)
    >>> [round(one, 4) for one in psi(even, even)], psi(even, even // 20) is None
    ([0.0, 0.0169], True)
    >>> round(psi(even, np.arange(20) * 10).value, 2)
    0.56

    References
    ----------
    Yurdakul, Naranjo, "Statistical properties of the population stability index", Journal of Risk Model Validation 14
    (2020): without drift PSI is chi-square of one degree less than bins, times 1/n + 1/m.
    """
    n, m = int(window.sum()), int(reference.sum())
    if min(n, m) < FEWEST:
        return None
    tenth = np.minimum((np.cumsum(reference) - reference / 2) * _QUANTILES // m, _QUANTILES - 1).astype(int)
    _, tenth = np.unique(tenth, return_inverse=True)
    count = int(tenth.max()) + 1
    if count < 2:
        return None
    before = (np.bincount(tenth, weights=reference) + 0.5) / (m + count / 2)
    now = (np.bincount(tenth, weights=window) + 0.5) / (n + count / 2)
    limit = float(chi2.ppf(0.95, count - 1)) * (1 / n + 1 / m)
    return Psi(float(np.sum((now - before) * np.log(now / before))), limit)


def ks_distance(reference: Ints, window: Ints) -> float | None:
    """The largest difference of the two distribution functions at a bin's edge; None with fewer than 200 scores.

    The distance, not a p-value: of many scores every harmless shift is significant.

    >>> ks_distance(np.full(20, 100), np.r_[np.full(10, 150), np.full(10, 50)])
    0.25
    """
    if min(int(reference.sum()), int(window.sum())) < FEWEST:
        return None
    return float(np.abs(np.cumsum(reference) / reference.sum() - np.cumsum(window) / window.sum()).max())
