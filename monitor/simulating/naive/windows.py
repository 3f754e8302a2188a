"""Monitors that look at a window, compare each subgroup in it with everybody else, and forget the rest. Pure."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from monitor.simulating.labelled import Labelled
from monitor.simulating.naive.counting import RATES, Bools, Floats, Ints, Windows, between, columns, watched
from monitor.simulating.naive.heard import Alarm, Heard
from monitor.simulating.scenario import DAY_MS

LAST_ROWS: Final = 100
GAP_BOUND: Final = 0.1
"""The last hundred rows, a gap within -.1 to .1: the bounds that a widely used service has by default."""

WEEK_DAYS: Final = 7
Z_BOUND: Final = 2.5758293035489004
"""Two-sided, 1 %: the standard normal quantile of .995."""


def fixed_bound(
    labelled: Labelled, ends_ms: Sequence[int], bound: float = GAP_BOUND, metrics: Sequence[str] = RATES
) -> Heard:
    """At the end of each day: is the gap within the last `LAST_ROWS` rows out of its bound?"""
    look_ms = np.asarray(ends_ms, dtype=np.int64)
    rows = np.searchsorted(labelled.arrived_ms, look_ms)
    is_full = rows >= LAST_ROWS
    windows = Windows(look_ms[is_full], rows[is_full] - LAST_ROWS, rows[is_full])
    return _heard(labelled, windows, lambda *arms: np.abs(gap(*arms)) > bound, metrics)


def weekly_z_test(
    labelled: Labelled, ends_ms: Sequence[int], bound: float = Z_BOUND, metrics: Sequence[str] = RATES
) -> Heard:
    """At the end of each week: do the rates of its rows differ significantly, tested as if it were the only week?"""
    ends = ends_ms[WEEK_DAYS - 1 :: WEEK_DAYS]
    windows = between(labelled, [ends[0] - WEEK_DAYS * DAY_MS, *ends] if ends else [0])
    return _heard(labelled, windows, lambda *arms: np.abs(z_score(*arms)) > bound, metrics)


def gap(k: Ints, n: Ints, k_others: Ints, n_others: Ints) -> Floats:
    """Difference of the rates of two arms; NaN where one of them has no case.

    >>> gap(*(np.array([count]) for count in (3, 10, 10, 100))).tolist()
    [0.2]
    """
    with np.errstate(invalid="ignore"):
        found: Floats = np.round(k / n - k_others / n_others, 12)
    return found


def z_score(k: Ints, n: Ints, k_others: Ints, n_others: Ints) -> Floats:
    """Difference of two proportions over its pooled standard error; 0 where all cases are alike.

    >>> z_score(*(np.array([count]) for count in (15, 50, 10, 100))).round(6).tolist()  # .2 / sqrt(5/36 * 3/100)
    [3.098387]
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        pooled = (k + k_others) / (n + n_others)
        error = np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / n_others))
        return np.where(error == 0, 0.0, gap(k, n, k_others, n_others) / error)


def entering(is_out: Bools) -> Bools:
    """Where it goes out: it stays one alarm as long as it stays out.

    >>> entering(np.array([True, True, False, True])).tolist()
    [True, False, False, True]
    """
    begins = is_out.copy()
    begins[1:] &= ~is_out[:-1]
    return begins


def _heard(
    labelled: Labelled, windows: Windows, is_out: Callable[[Ints, Ints, Ints, Ints], Bools], metrics: Sequence[str]
) -> Heard:
    everyone = {metric: [windows.sums(column) for column in columns(labelled, metric)] for metric in metrics}
    alarms = []
    for name, metric, counted, harmful in watched(labelled, metrics):
        n, k = windows.sums(counted), windows.sums(harmful)
        all_n, all_k = everyone[metric]
        out = is_out(k, n, all_k - k, all_n - n) & (n > 0) & (all_n > n)
        looks = windows.look_ms[entering(out)].tolist()
        alarms += [Alarm(look_ms, name.attribute, name.value, metric) for look_ms in looks]
    return Heard(int(windows.look_ms[0]) if windows.look_ms.size else None, tuple(sorted(alarms)))
