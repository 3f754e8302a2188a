"""The split of a series that fits a bet best: when what is bet on may have begun.

Way of an event: `onset` and `onset_after` ask it, once a stream reaches a level. Pure. An estimate; no alarm depends on
it.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

_CREDIBLE: Final = 3.0
"""Nats below the best split at which a start is still credible."""


def credible_split(k: ArrayLike, n: ArrayLike, expected: ArrayLike, tilt: float) -> tuple[int, int]:
    """Where the log likelihood ratio of a bet, summed to the end, is largest; and the first place at most 3 nats below.

    Parameters
    ----------
    k, n, expected
        Harmful, all and expected events of successive days or slices, at least one.
    tilt
        Log odds ratio of the bet, positive.

    Returns
    -------
    Index of the likeliest start, of equals the last; index of the earliest credible one.

    Examples
    --------
    >>> credible_split(np.array([2, 1, 5, 9, 8]), np.full(5, 20), np.full(5, 2.0), tilt=1.0)
    (2, 1)
    >>> credible_split(np.array([0, 0, 0, 9, 8]), np.full(5, 20), np.full(5, 2.0), tilt=1.0)
    (3, 3)

    References
    ----------
    Hinkley, "Inference about the change-point from cumulative sum tests", Biometrika 58 (1971).
    """
    k, n, expected = (np.asarray(column, float) for column in (k, n, expected))
    rate = np.divide(expected, n, out=np.zeros(len(n)), where=n > 0)
    gain = k * tilt - n * np.log1p(rate * np.expm1(tilt))
    to_end = np.cumsum(gain[::-1])[::-1]
    best = len(to_end) - 1 - int(np.argmax(to_end[::-1]))
    return best, int(np.argmax(to_end >= to_end.max() - _CREDIBLE))
