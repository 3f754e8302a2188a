"""The expected calibration error, with an interval: a number for people, never an alarm.

Way of an event: step 9. Pure. It is an absolute difference, so it is never 0: of people who are perfectly calibrated,
200 in 20 bins have one of .09 on average. The most that chance alone can add is taken off the lower limit.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_Z: Final = 1.96


class CalibrationError(NamedTuple):
    """The error, its limits of at least 95 %, and the labelled predictions it rests on."""

    value: float
    lower: float
    upper: float
    samples: int


def calibration_error(k: Ints, n: Ints, expected: Floats) -> CalibrationError | None:
    """Mean absolute difference of rate and expected rate, over score bins by their events; None without any.

    Parameters
    ----------
    k, n
        Labels of 1, and all, by score bin; shape (bins,).
    expected
        Expected rate of each bin.

    Examples
    --------
    >>> found = calibration_error(np.array([300, 800]), np.array([1_000, 1_000]), np.array([0.2, 0.7]))
    >>> round(found.value, 3), round(found.lower, 3), round(found.upper, 3)
    (0.1, 0.068, 0.12)
    >>> calibration_error(np.array([0]), np.array([0]), np.array([0.5])) is None
    True

    References
    ----------
    Bröcker, Smith, "Increasing the reliability of reliability diagrams", Weather and Forecasting 22 (2007). Roelofs and
    others, "Mitigating bias in calibration error estimation", AISTATS 2022.
    """
    seen = n > 0
    if not seen.any():
        return None
    k, n, expected = k[seen], n[seen], expected[seen]
    share, rate = n / n.sum(), k / n
    gap = np.abs(rate - expected)
    spread = np.sqrt(np.maximum(expected * (1 - expected), rate * (1 - rate)) / n)
    value = float(share @ gap)
    by_chance = float(share @ spread * np.sqrt(2 / np.pi))
    error = float(np.sqrt(np.sum(share**2 * spread**2)))
    return CalibrationError(value, max(0.0, value - by_chance - _Z * error), min(1.0, value + _Z * error), int(n.sum()))
