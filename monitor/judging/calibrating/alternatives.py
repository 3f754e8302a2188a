"""What calibration is bet on: that the labels of people with the same score have shifted, steepened or flattened.

Way of an event: step 7; made once, when the reference is whole. Pure.

The reference is recalibrated first: `expected` is the rising curve through its own rates, frozen. It is an estimate, so
each alternative has a margin: the most by which its factor may gain on average where nothing changed, taken over the
reference's own mix of scores. Without it, 500 reference events give seventeen times the promised false alarms; with
it, an eighth of them. One limit a bin would be valid and blind.
"""

from itertools import product
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression
from scipy.special import expit, logit

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

ALTERNATIVES: Final = np.array(
    [
        (shift, slope)
        for shift, slope in product((0.0, 0.25, -0.25, 0.5, -0.5, 1.0, -1.0), (0.7, 1.0, 1.4))
        if (shift, slope) != (0.0, 1.0)
    ]
)
"""Shift and slope of the log odds, in equal parts; both directions are among them."""

MIDDLE: Final = int(np.flatnonzero((ALTERNATIVES == (0.5, 1.0)).all(axis=1))[0])
"""The shift whose power is told."""

LEAST_SAMPLES: Final = 300
"""Labelled reference events with a score below which a curve is no reference."""

_SURELY: Final = 2.326
"""Standard errors of each margin: 99 %, so that those of all twenty alternatives hold together in about 95 %."""

_LOWEST: Final = 1e-3
"""A rate of the curve is never nearer to 0 or 1: an empty corner of the reference must not be a certainty."""


class Curve(NamedTuple):
    """Of one subgroup: the expected rate of each score bin, and the factor of each alternative.

    `expected` has shape (bins,); `if_one` and `if_zero`, log L of one event by its label, (alternatives, bins).
    """

    expected: Floats
    if_one: Floats
    if_zero: Floats


def recalibrated(k: Ints, n: Ints) -> Floats:
    """The rising curve of rates by score bin, shape (bins,), (0, 1)-valued.

    One event of the overall rate is added to each bin, so that an empty bin has a rate, too.

    >>> recalibrated(np.array([1, 9, 5]), np.array([10, 30, 10])).round(3).tolist()
    [0.119, 0.3, 0.482]

    References
    ----------
    Zadrozny, Elkan, "Transforming classifier scores into accurate multiclass probability estimates", KDD 2002.
    """
    rate, weight = _smoothed(k, n)
    found: Floats = np.clip(isotonic_regression(rate, weights=weight).x, _LOWEST, 1 - _LOWEST)
    return found


def curve(k: Ints, n: Ints, tolerance: float) -> Curve:
    """What a subgroup is held against.

    Parameters
    ----------
    k, n
        Labels of 1, and all, of its reference by score bin; shape (bins,).
    tolerance
        Accepted change of the rates, absolute, [0, 1)-valued.

    Examples
    --------
    >>> n = np.full(20, 100)
    >>> found = curve(np.arange(20) * 5, n, 0.0)
    >>> found.expected[[0, 10]].round(2).tolist(), found.if_one.shape
    ([0.0, 0.5], (20, 20))
    """
    expected, (rate, weight) = recalibrated(k, n), _smoothed(k, n)
    shift, slope = ALTERNATIVES[:, :1], ALTERNATIVES[:, 1:]
    bet = expit(shift + slope * logit(expected))
    gain = (bet - expected) / (expected * (1 - expected))  # the mean factor of an event of rate p: 1 + (p - s) gain
    share = weight / weight.sum()
    bias = (rate - expected) * gain @ share
    error = np.sqrt((rate * (1 - rate) * gain**2) @ share / weight.sum())
    margin = np.log1p(
        np.maximum.reduce([np.zeros(len(gain)), bias + _SURELY * error, tolerance * np.abs(gain) @ share])
    )
    if_one, if_zero = np.log(bet / expected), np.log1p(-bet) - np.log1p(-expected)
    return Curve(expected, if_one - margin[:, None], if_zero - margin[:, None])


def log_growth(found: Curve, n: Ints) -> float:
    """Nats that an event adds on average if the odds are e^(1/2) of what they were, at this mix of scores.

    >>> n = np.full(20, 1_000)
    >>> round(log_growth(curve(np.arange(20) * 50, n, 0.0), n), 4)
    0.0172
    """
    shifted = expit(0.5 + logit(found.expected))
    of_bin = shifted * found.if_one[MIDDLE] + (1 - shifted) * found.if_zero[MIDDLE]
    return float(of_bin @ n / max(1, n.sum()))


def _smoothed(k: Ints, n: Ints) -> tuple[Floats, Floats]:
    weight = n.astype(float) + 1.0
    overall = (k.sum() + 0.5) / (n.sum() + 1.0)
    return (k + overall) / weight, weight
