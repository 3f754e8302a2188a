"""A naive monitor, as one would write it in an afternoon: to be compared with.

After the way of an event: it works on labelled predictions as their labels arrive, whatever their age, and compares
each one-attribute subgroup with everybody else. Pure.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitor.exporting.naming import Name
from monitor.simulating.labelled import Labelled
from monitor.simulating.scenario import DAY_MS

LAST_ROWS: Final = 100
GAP_BOUND: Final = 0.1
"""The last hundred rows, a gap within -.1 to .1: the bounds that a widely used service has by default."""

WEEK_DAYS: Final = 7
Z_BOUND: Final = 2.5758293035489004
"""Two-sided, 1 %: the standard normal quantile of .995."""

_METRICS: Final = ("false_negative_rate", "false_positive_rate", "error_rate")

Arm = tuple[int, int]
"""Harmful cases and all of them."""

Window = tuple[int, slice]
"""When it is looked at, and its rows."""


@dataclass(frozen=True, slots=True, order=True)
class Alarm:
    """A monitor that was quiet about a subgroup's rate is so no more. Attribute and value as in the counts files."""

    time_ms: int
    attribute: str
    value: str
    metric: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What a monitor said, and from when on it could have said something; None: it never could."""

    from_ms: int | None
    alarms: tuple[Alarm, ...]


def fixed_bound(labelled: Labelled, ends_ms: Iterable[int]) -> Heard:
    """At the end of each day: is the gap within the last `LAST_ROWS` rows out of its bound?"""
    windows = []
    for end_ms in ends_ms:
        end = int(np.searchsorted(labelled.arrived_ms, end_ms))
        if end >= LAST_ROWS:
            windows.append((end_ms, slice(end - LAST_ROWS, end)))
    return _heard(labelled, windows, lambda a, b: abs(gap(a, b)) > GAP_BOUND)


def weekly_z_test(labelled: Labelled, ends_ms: Sequence[int]) -> Heard:
    """At the end of each week: do the rates of its rows differ significantly, tested as if it were the only week?"""
    windows = []
    for end_ms in ends_ms[WEEK_DAYS - 1 :: WEEK_DAYS]:
        begin, end = np.searchsorted(labelled.arrived_ms, (end_ms - WEEK_DAYS * DAY_MS, end_ms)).tolist()
        windows.append((end_ms, slice(begin, end)))
    return _heard(labelled, windows, lambda a, b: abs(z_score(a, b)) > Z_BOUND)


def gap(a: Arm, b: Arm) -> float:
    """Difference of the rates of two arms, each with at least one case.

    >>> gap((3, 10), (10, 100))
    0.2
    """
    return round(a[0] / a[1] - b[0] / b[1], 12)


def z_score(a: Arm, b: Arm) -> float:
    """Difference of two proportions over its pooled standard error; 0 where all cases are alike.

    >>> round(z_score((15, 50), (10, 100)), 6)      # .2 / sqrt(1/6 * 5/6 * (1/50 + 1/100))
    3.098387
    """
    pooled = (a[0] + b[0]) / (a[1] + b[1])
    error = sqrt(pooled * (1 - pooled) * (1 / a[1] + 1 / b[1]))
    return gap(a, b) / error if error else 0.0


def _heard(labelled: Labelled, windows: Sequence[Window], is_out: Callable[[Arm, Arm], bool]) -> Heard:
    return Heard(windows[0][0] if windows else None, tuple(_alarms(labelled, windows, is_out)))


def _alarms(labelled: Labelled, windows: Iterable[Window], is_out: Callable[[Arm, Arm], bool]) -> Iterator[Alarm]:
    """An alarm each time a subgroup's rate goes out; it stays one alarm as long as it stays out."""
    columns = {metric: _columns(labelled, metric) for metric in _METRICS}
    out: set[tuple[Name, str]] = set()
    for end_ms, rows in windows:
        for metric, (counted, harmful) in columns.items():
            for name, is_member in labelled.members.items():
                n, k, mine = counted[rows], harmful[rows], is_member[rows]
                a, b = (int(k[mine].sum()), int(n[mine].sum())), (int(k[~mine].sum()), int(n[~mine].sum()))
                if not (a[1] and b[1] and is_out(a, b)):
                    out.discard((name, metric))
                elif (name, metric) not in out:
                    out.add((name, metric))
                    yield Alarm(end_ms, name.attribute, name.value, metric)


def _columns(labelled: Labelled, metric: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which cases a metric counts, and which of them are harmful."""
    is_positive, is_flagged = labelled.label == 1, labelled.prediction == 1
    if metric == "false_negative_rate":
        return is_positive, is_positive & ~is_flagged
    if metric == "false_positive_rate":
        return ~is_positive, ~is_positive & is_flagged
    return np.ones_like(is_positive), is_positive != is_flagged
