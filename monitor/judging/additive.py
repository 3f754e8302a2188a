"""The factor of two arms by the difference of their rates: for blocks too large to sum over, or a limit in points.

Way of an event: step 7; `gap_blocks` uses it in place of `conditional` where a stratum has very many harmful events.
Pure. The guarantee is the same, for the null "the rate of a is at most that of b, plus a tolerance". Unlike the
conditional factor it needs a guess of the base rate; a bad guess costs power, never validity.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

STEPS: Final = np.array([0.03, 0.06, 0.10, 0.16, 0.25, 0.40])
"""Differences above the tolerable one that are bet on, in equal parts."""

_LOWEST: Final = 0.001
_HIGHEST: Final = 0.97
_HALVINGS: Final = 60
_INSIDE: Final = 1e-9


def log_factor(arms: Ints, theta_b: Floats, tolerance: Floats, steps: Floats = STEPS) -> Floats:
    """log L of every bet in every row: its mean is at most 1 while p_a <= p_b + tolerance.

    Parameters
    ----------
    arms
        n_a, k_a, n_b, k_b: all and harmful events of either arm, 0 <= k <= n; shape (rows, 4).
    theta_b
        Guess of the rate of b, from earlier steps only, (0, 1)-valued; shape (rows,).
    tolerance
        Tolerable difference of the rates, (-1, 1)-valued; shape (rows,).
    steps
        What is bet on above it, shape (bets,), positive.

    Returns
    -------
    Shape (rows, bets); exactly 0 where the bet would lie inside the null.

    Examples
    --------
    >>> arms, guess, none = np.array([[20, 5, 200, 20]]), np.array([0.1]), np.array([0.0])
    >>> log_factor(arms, guess, none)[:, 2].round(6).tolist()
    [1.503418]

    References
    ----------
    Turner, Ly, Grünwald, "Generic e-variables for exact sequential k-sample tests", JSPI 230 (2024): the reverse
    information projection onto a convex null.
    """
    n_a, k_a, n_b, k_b = (column[:, None].astype(float) for column in arms.T)
    theta_a, theta_b, limit = _bets(theta_b, tolerance, steps)
    a, b = closest(n_a, n_b, theta_a, theta_b, limit)
    log_l = xlogy(k_a, theta_a / a) + xlogy(n_a - k_a, (1 - theta_a) / (1 - a))
    log_l += xlogy(k_b, theta_b / b) + xlogy(n_b - k_b, (1 - theta_b) / (1 - b))
    return np.where(theta_a > theta_b + limit, log_l, 0.0)


def closest(n_a: Floats, n_b: Floats, theta_a: Floats, theta_b: Floats, limit: Floats) -> tuple[Floats, Floats]:
    """The pair of rates on the border a = b + limit that is closest to the bet, by relative entropy; arrays broadcast.

    >>> one = np.ones((1, 1))
    >>> a, b = closest(20 * one, 200 * one, 0.22 * one, 0.10 * one, 0.02 * one)
    >>> round(a.item(), 6), round(b.item(), 6)
    (0.127945, 0.107945)
    """
    most = np.minimum(1.0, 1.0 - limit) - _INSIDE  # beyond it a rate of the border is none
    low = np.minimum(most, np.maximum(theta_b, np.maximum(0.0, -limit)))
    low, high = np.broadcast_arrays(low, np.clip(theta_a - limit, low, most))
    for _ in range(_HALVINGS):
        b = (low + high) / 2
        a = b + limit
        is_too_low = n_a * (a - theta_a) / (a * (1 - a)) + n_b * (b - theta_b) / (b * (1 - b)) < 0
        low, high = np.where(is_too_low, b, low), np.where(is_too_low, high, b)
    return low + limit, np.asarray(low)


def _bets(theta_b: Floats, tolerance: Floats, steps: Floats) -> tuple[Floats, Floats, Floats]:
    limit = np.asarray(tolerance, float)[:, None]
    guess = np.asarray(theta_b, float)[:, None]
    return np.clip(guess + limit + steps, _LOWEST, _HIGHEST), guess, limit
