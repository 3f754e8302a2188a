"""The bets of a stream: rates above the tolerable one that evidence is collected for.

Way of an event: step 7; fixed when a bin of label ages opens, before the cells they are tried on are read. Pure.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logit

from monitor.judging.divergence import divergence, rate_at

Floats = NDArray[np.float64]

BETS: Final = 8
_NEAREST, _FARTHEST, _HIGHEST = 0.02, 0.40, 0.98
"""The nearest and farthest rate that is bet on, above the tolerable one; and the highest at all."""


def bets(tolerated: ArrayLike) -> Floats:
    """Rates that are bet on: their divergences from the tolerable rate rise geometrically.

    Parameters
    ----------
    tolerated
        Tolerable rates p*, shape (streams,), (0, 0.98)-valued.

    Returns
    -------
    Shape (streams, `BETS`).

    Examples
    --------
    >>> bets([0.10]).round(4).tolist()
    [[0.12, 0.13, 0.1452, 0.1686, 0.205, 0.2624, 0.3539, 0.5]]
    """
    p = np.asarray(tolerated, float)
    highest = np.minimum(p + _FARTHEST, _HIGHEST)
    lowest = np.where(p + _NEAREST >= highest, (p + highest) / 2, p + _NEAREST)
    least, most = divergence(lowest, p), divergence(highest, p)
    share = np.linspace(0.0, 1.0, BETS)
    between = least[:, None] * (most / least)[:, None] ** share
    rates = rate_at(p[:, None], between)
    rates[:, 0], rates[:, -1] = lowest, highest
    return rates


def tilts(tolerated: ArrayLike) -> Floats:
    """The same as log odds ratios over the tolerable rate: one tilt serves every stratum at its own base rate.

    >>> tilts([0.10]).round(4).tolist()
    [[0.2048, 0.2961, 0.4244, 0.6014, 0.8418, 1.1636, 1.5951, 2.1972]]
    """
    p = np.asarray(tolerated, float)
    result: Floats = logit(bets(p)) - logit(p)[:, None]
    return result
