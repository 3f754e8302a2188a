"""Monitors that look at a window and forget the rest: a fixed bound, a z test, Mann-Whitney. Pure."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitor.simulating.naive.mann_whitney import BASELINE_DAYS, TOLERANCE, lower_shift
from monitor.simulating.naive.windows import GAP_BOUND, LAST_ROWS, WEEK_DAYS, Z_BOUND
from replay.rivals.monitor import Bools, Monitor, by_window
from replay.rivals.streams import OF_STEP, USUAL, Stream

Floats = NDArray[np.float64]

WEEK: Final = WEEK_DAYS
BASELINE: Final = BASELINE_DAYS
"""Steps are days here. The defaults are those of the naive monitors of `fairdrift simulate`."""


def sums(k: NDArray[np.int64], width: int) -> Floats:
    """Sums over the last so many steps, NaN where there are not yet so many; shape as given.

    >>> sums(np.array([[1, 2, 3]]), 2).tolist()
    [[nan, 3.0, 5.0]]
    """
    total = np.cumsum(k, axis=1, dtype=float)
    result = np.full(k.shape, np.nan)
    result[:, width - 1 :] = total[:, width - 1 :]
    result[:, width:] -= total[:, :-width]
    return result


def fixed_bound(stream: Stream, bound: float) -> Bools:
    """Gap to the others in the last hundred rows, half of them the subgroup's: two and a half steps of each."""
    half = OF_STEP // 2
    whole = LAST_ROWS // 2 // OF_STEP
    rates = []
    for bits in (stream.subgroup, stream.others):
        last = sums(bits.sum(axis=2, dtype=np.int64), whole)
        older = np.full(last.shape, np.nan)
        older[:, whole:] = bits[:, :-whole, half:].sum(axis=2)
        rates.append((last + older) / (LAST_ROWS / 2))
    return by_window(np.abs(rates[0] - rates[1]), bound + 1e-9)


def z_test(stream: Stream, limit: float) -> Bools:
    """A week's rate against the usual one, each week as if it were the only one; two-sided."""
    n = WEEK * OF_STEP
    k = stream.k
    score = np.full(k.shape, np.nan)
    ends = np.arange(WEEK - 1, len(k[0]), WEEK)
    score[:, ends] = np.abs(sums(k, WEEK)[:, ends] / n - USUAL) / np.sqrt(USUAL * (1 - USUAL) / n)
    alarms = np.zeros(score.shape, bool)
    alarms[:, ends] = by_window(score[:, ends], limit)
    return alarms


def binomial_windows(width: int, stream: Stream, limit: float) -> Bools:
    """The subgroup's sum over a sliding window of any width, against a limit: the best that a window can do."""
    return by_window(sums(stream.k, width), limit - 1e-9)


def shifts(stream: Stream) -> Floats:
    """Lower end of Mann-Whitney's interval for how far a week's rates lie above those of the first 28 steps.

    In parts of the baseline's mean, at the end of each week after the baseline, NaN elsewhere; shape (runs, steps).
    """
    rates = stream.k / OF_STEP
    found = np.full(rates.shape, np.nan)
    for end in range(BASELINE + WEEK - 1, rates.shape[1], WEEK):
        found[:, end] = lower_shift(rates[:, end - WEEK + 1 : end + 1], rates[:, :BASELINE])
    return found


def mann_whitney(stream: Stream, tolerance: float) -> Bools:
    """That interval beyond a tolerance; upwards only."""
    score = shifts(stream)
    ends = np.flatnonzero(~np.isnan(score).all(axis=0))
    alarms = np.zeros(score.shape, bool)
    alarms[:, ends] = by_window(score[:, ends], tolerance)
    return alarms


WINDOWS: Final = (
    Monitor("last 100 rows, fixed bound on the gap", fixed_bound, 0.1, 1.0, GAP_BOUND),
    Monitor("z test a week", z_test, 1.0, 10.0, Z_BOUND, "the usual rate"),
    Monitor("Mann–Whitney a week", mann_whitney, -0.9, 6.0, TOLERANCE),
)
