"""A figure: what is promised, and what a simulation measured.

The way of an event is not touched: this only tells people. Pure.
"""

from math import inf, sqrt
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

SLACK: Final = 3.0
"""Standard errors that a measured mean may lie beyond its limit by chance."""


class Figure(NamedTuple):
    """One line of the table.

    Parameters
    ----------
    test
        Number of the acceptance test, or the name of the rule.
    what
        What is measured, in words.
    measured
        The value.
    error
        Its standard error; None for a median.
    runs
        Independent runs behind it.
    low, high
        What is promised; both infinite for a figure without a promise.
    """

    test: str
    what: str
    measured: float
    error: float | None
    runs: int
    low: float = -inf
    high: float = inf

    @property
    def is_promised(self) -> bool:
        """Whether anything is promised at all."""
        return self.low > -inf or self.high < inf

    @property
    def passes(self) -> bool:
        """Whether the measured value, as it is, keeps the promise: no slack is added."""
        return self.low <= self.measured <= self.high

    @property
    def near(self) -> bool:
        """Whether so few runs could have measured this although the promise is kept: for the short form."""
        slack = SLACK * (self.error or 0.0)
        return self.low - slack <= self.measured <= self.high + slack


def share(test: str, what: str, happened: ArrayLike, low: float = -inf, high: float = inf) -> Figure:
    """The share of runs in which something happened, shape (runs,).

    The standard error adds half a run on either side, so that none of a few is not taken for never.

    >>> share("12", "rejects", [True, False, False, False], high=0.5).passes
    True
    """
    seen = np.asarray(happened, bool)
    runs = len(seen)
    p = (seen.sum() + 0.5) / (runs + 1)
    return Figure(test, what, float(seen.mean()), sqrt(p * (1 - p) / runs), runs, low, high)


def mean(test: str, what: str, values: ArrayLike, low: float = -inf, high: float = inf) -> Figure:
    """The mean over runs, shape (runs,).

    >>> mean("1", "alarms", [0, 1, 0, 1]).measured
    0.5
    """
    seen = np.asarray(values, float)
    error = float(seen.std(ddof=1)) / sqrt(len(seen))
    return Figure(test, what, float(seen.mean()), error, len(seen), low, high)


def median(test: str, what: str, values: ArrayLike, low: float = -inf, high: float = inf) -> Figure:
    """The median over runs, shape (runs,).

    >>> median("2", "events", [160, 180, 9_999], high=205).measured
    180.0
    """
    seen = np.asarray(values, float)
    return Figure(test, what, float(np.median(seen)), None, len(seen), low, high)
