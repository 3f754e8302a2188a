"""An interval of a rate that may be looked at all the time: the beta-binomial confidence sequence.

Way of an event: `exporting` shows it beside a rate that people watch. Pure. It holds at all times at once, so it is
wider than Wilson's. It is no detector of drift: its delay grows with the quiet past.
"""

from typing import Final

import numpy as np
from scipy.optimize import brentq
from scipy.special import betaln, xlog1py, xlogy

_PRIOR: Final = 0.5
_EDGE: Final = 1e-12


def confidence_sequence(k: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """The rates p with B(1/2 + k, 1/2 + n - k) / B(1/2, 1/2) <= p^k (1 - p)^(n - k) / alpha.

    With probability `level` the rate lies in it for every n, however often one looks.

    Raises
    ------
    ValueError
        unless 0 <= k <= n and n > 0: without samples there is no rate.

    Examples
    --------
    >>> [round(limit, 4) for limit in confidence_sequence(15, 50)]
    [0.1268, 0.5251]

    References
    ----------
    Robbins, "Statistical methods related to the law of the iterated logarithm", Ann. Math. Stat. 41 (1970): mixtures.
    Waudby-Smith, Ramdas, "Estimating means of bounded random variables by betting", JRSS-B 86 (2024).
    """
    if not 0 <= k <= n or n == 0:
        raise ValueError(f"need 0 <= k <= n and n > 0, got {k=}, {n=}")
    needed = betaln(_PRIOR + k, _PRIOR + n - k) - betaln(_PRIOR, _PRIOR) + np.log(1 - level)

    def inside(p: float) -> float:
        return float(xlogy(k, p) + xlog1py(n - k, -p) - needed)

    rate = k / n
    lower = 0.0 if k == 0 else float(brentq(inside, _EDGE, rate, xtol=1e-14))
    upper = 1.0 if k == n else float(brentq(inside, rate, 1 - _EDGE, xtol=1e-14))
    return lower, upper
