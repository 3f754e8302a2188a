"""Which of many streams to name: at most so many of those named are named wrongly, whatever their dependence.

Way of an event: after step 8, for reports; alarms do not pass through here. Pure. Never feed p-values of windows to
procedures that spend a level over time (LORD, SAFFRON): watched for ever, their levels die out.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def e_bh(e_values: Sequence[float], alpha: float) -> Ints:
    """Of the e-values of one rollout over subgroups: those rejected, with false discovery rate at most alpha.

    Parameters
    ----------
    e_values
        One a hypothesis, [0, inf)-valued: its mean is at most 1 if the hypothesis holds.
    alpha
        Largest mean share of false ones among those named, (0, 1)-valued.

    Returns
    -------
    Places of the rejected, rising.

    Examples
    --------
    >>> e_bh([100, 30, 50, 1, 2], alpha=0.1).tolist()
    [0, 1, 2]

    References
    ----------
    Wang, Ramdas, "False discovery rate control with e-values", JRSS-B 84 (2022).
    """
    if not 0 < alpha < 1:
        raise ValueError(f"need 0 < alpha < 1, got {alpha=}")
    with np.errstate(divide="ignore"):  # an e-value of 0 is a logarithm of -inf
        return largest_set(np.log(np.asarray(e_values, float)), float(np.log(len(e_values) / alpha)))


def e_detector_bh(log_m: Sequence[float], steps_per_alarm: float) -> Ints:
    """Of many e-detectors that are watched for ever: those to name, by e-detector BH.

    The r largest are named if each is at least S A / r, of S streams.

    Parameters
    ----------
    log_m
        Logarithm of each e-detector; -inf before any data.
    steps_per_alarm
        A: what the e-detector of one stream alone would be held against.

    Examples
    --------
    >>> e_detector_bh([9.0, 8.2, 1.0, 0.0], steps_per_alarm=1_000).tolist()      # log(4 000 / 2) = 7.6
    [0, 1]

    References
    ----------
    Dandapanthula, Ramdas, "Multiple testing in multi-stream sequential change detection", arXiv:2501.04130.
    """
    if steps_per_alarm <= 0:
        raise ValueError(f"need a positive number of steps, got {steps_per_alarm=}")
    return largest_set(np.asarray(log_m, float), float(np.log(len(log_m) * steps_per_alarm)))


def largest_set(log_e: NDArray[np.float64], needed: float) -> Ints:
    """Places of the r largest, for the largest r with log e_(r) >= needed - log r.

    >>> largest_set(np.array([1.0, 5.0, 4.5]), 5.1).tolist()
    [1, 2]
    """
    order = np.argsort(-log_e, kind="stable")
    reached = np.flatnonzero(log_e[order] >= needed - np.log(np.arange(1, len(order) + 1)))
    return np.sort(order[: reached[-1] + 1]) if len(reached) else np.empty(0, np.int64)
