"""Mann-Whitney, as analyses of canaries use it: a week's rates against those of the first weeks. Pure."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.special import ndtri

from monitor.simulating.labelled import Labelled
from monitor.simulating.naive.counting import RATES, Bools, Floats, Windows, between, watched
from monitor.simulating.naive.heard import Alarm, Heard
from monitor.simulating.naive.windows import WEEK_DAYS, entering
from monitor.simulating.scenario import DAY_MS

BASELINE_DAYS: Final = 28
CONFIDENCE: Final = 0.98
TOLERANCE: Final = 0.25
"""Kayenta's defaults: harm if the 98 % interval of the shift lies beyond 25 % of the baseline."""


def lower_shift(later: Floats, base: Floats) -> Floats:
    """Lower end of the interval for how far later values lie above earlier ones, by Mann and Whitney's statistic.

    Parameters
    ----------
    later, base
        Shapes (runs, m) and (runs, n), without NaN.

    Returns
    -------
    In parts of the baseline's mean, shape (runs,): that difference of a pair above which all but a few lie.

    Examples
    --------
    Of 7 times 28 pairs the 98 % interval begins at the 42nd: 98 - 2.326 * sqrt(196 * 36 / 12) = 41.6.

    >>> later, base = np.arange(7.0)[None, :] + 10, np.full((1, 28), 10.0)
    >>> lower_shift(later, base).tolist()              # 28 pairs differ by 0, 28 by 1
    [0.1]
    """
    m, n = later.shape[1], base.shape[1]
    spread = np.sqrt(m * n * (m + n + 1) / 12)
    place = max(0, int(np.floor(m * n / 2 - ndtri((1 + CONFIDENCE) / 2) * spread)))
    differences = (later[:, :, None] - base[:, None, :]).reshape(len(later), m * n)
    lower: Floats = np.partition(differences, place, axis=1)[:, place] / np.maximum(base.mean(axis=1), 1e-9)
    return lower


def mann_whitney(
    labelled: Labelled, ends_ms: Sequence[int], tolerance: float = TOLERANCE, metrics: Sequence[str] = RATES
) -> Heard:
    """At the end of each week after the baseline: do a subgroup's daily rates lie above those of its baseline?"""
    if len(ends_ms) < BASELINE_DAYS + WEEK_DAYS:
        return Heard(None, ())
    days = between(labelled, [ends_ms[0] - DAY_MS, *ends_ms])
    ends = range(BASELINE_DAYS + WEEK_DAYS, len(ends_ms) + 1, WEEK_DAYS)
    looks_ms = days.look_ms[np.array(ends) - 1]
    alarms = []
    for name, metric, counted, harmful in watched(labelled, metrics):
        rates = _rates(days, counted, harmful)
        base = rates[:BASELINE_DAYS]
        shifts = [_shift(rates[end - WEEK_DAYS : end], base) for end in ends]
        looks = looks_ms[entering(np.array(shifts) > tolerance)].tolist()
        alarms += [Alarm(look_ms, name.attribute, name.value, metric) for look_ms in looks]
    return Heard(int(looks_ms[0]), tuple(sorted(alarms)))


def _rates(days: Windows, counted: Bools, harmful: Bools) -> Floats:
    """By day; NaN on a day without cases."""
    n, k = days.sums(counted), days.sums(harmful)
    rates: Floats = np.divide(k, n, out=np.full(len(n), np.nan), where=n > 0)
    return rates


def _shift(week: Floats, base: Floats) -> float:
    """Days without cases say nothing; nor does a week or a baseline of such days."""
    week, base = week[~np.isnan(week)], base[~np.isnan(base)]
    return float(lower_shift(week[None, :], base[None, :])[0]) if week.size and base.size else -np.inf
