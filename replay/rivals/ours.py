"""Ours on these streams: D1 told the usual rate, D1 that learns it, D2; and a CUSUM that knows what will happen.

Real functions of `monitor.judging`. The setting is log A: evidence of an alarm, in nats.
"""

from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitor.judging.bets import tilts
from monitor.judging.conditional import TILTS
from monitor.judging.conditional import log_factor as gap_factor
from monitor.judging.e_detector import NOTHING, folded, log_factor, log_mixture
from monitor.judging.intervals import jeffreys_upper
from replay.rivals.monitor import Bools, Monitor
from replay.rivals.streams import OF_STEP, USUAL, Stream, season

Floats = NDArray[np.float64]
LEARNED: Final = 28
"""Steps of the reference, of one that learns."""

TOLERANCE: Final = 0.02
GUARANTEED: Final = log(100_000 / OF_STEP)
"""One false alarm in 100 000 events at most, without any tuning."""

_ALTERNATIVE: Final = 0.20


def d1(stream: Stream, nats: float) -> Bools:
    """D1, told that .10 is the usual rate."""
    return _rate(stream.k, np.full(stream.k.shape, USUAL), np.full(len(stream.k), USUAL), nats)


def d1_by_calendar(stream: Stream, nats: float) -> Bools:
    """D1, told the usual rate of every step, as a reference with a calendar key has it."""
    expected = np.broadcast_to(season(np.arange(stream.k.shape[1])), stream.k.shape)
    return _rate(stream.k, expected, np.full(len(stream.k), USUAL), nats)


def d1_learning(stream: Stream, nats: float) -> Bools:
    """D1 as it is used: the first 28 steps are its reference, with their margin and the tolerance."""
    k, n = stream.k[:, :LEARNED].sum(axis=1), LEARNED * OF_STEP
    tolerated = np.maximum(jeffreys_upper(k, np.full(len(k), n)), k / n + TOLERANCE)
    expected = np.broadcast_to(tolerated[:, None], stream.k.shape)
    return _rate(stream.k, expected, tolerated, nats, first=LEARNED)


def _rate(k: NDArray[np.int64], p0: Floats, tolerated: Floats, nats: float, first: int = 0) -> Bools:
    runs, steps = k.shape
    bets, who, n = tilts(tolerated), np.arange(runs), np.full(runs, OF_STEP)
    alarms, log_r = np.zeros((runs, steps), bool), np.full(bets.shape, NOTHING)
    for step in range(first, steps):
        log_r = folded(log_r, log_factor(who, k[:, step], n, p0[:, step], bets))
        alarms[:, step] = log_mixture(log_r) >= nats
        log_r[alarms[:, step]] = NOTHING
    return alarms


def d2(stream: Stream, nats: float) -> Bools:
    """D2, told that there is no gap: subgroup against as many others."""
    k, k_others = stream.k, stream.k_others
    alarms, log_r = np.zeros(k.shape, bool), np.full((len(k), len(TILTS)), NOTHING)
    for step in range(k.shape[1]):
        log_r = folded(log_r, _GAP_FACTORS[k[:, step], k_others[:, step]])
        alarms[:, step] = log_mixture(log_r) >= nats
        log_r[alarms[:, step]] = NOTHING
    return alarms


def cusum(stream: Stream, limit: float) -> Bools:
    """Page's CUSUM, told the usual rate and that it will become .20: no monitor can be much faster at that."""
    hit, miss = log(_ALTERNATIVE / USUAL), log((1 - _ALTERNATIVE) / (1 - USUAL))
    alarms, sums = np.zeros(stream.k.shape, bool), np.zeros(len(stream.k))
    for step in range(stream.k.shape[1]):
        k = stream.k[:, step]
        sums = np.maximum(0.0, sums) + k * hit + (OF_STEP - k) * miss
        alarms[:, step] = sums >= limit
        sums[alarms[:, step]] = 0.0
    return alarms


def _gap_factors() -> Floats:
    """log L of every bet, by harmful events of either arm, each of `OF_STEP`."""
    one = np.arange(OF_STEP + 1)
    k, k_others = (column.ravel() for column in np.meshgrid(one, one, indexing="ij"))
    n = np.full(len(k), OF_STEP)
    return gap_factor(np.column_stack((n, k, n, k_others)), 0.0).reshape(len(one), len(one), len(TILTS))


_GAP_FACTORS: Final = _gap_factors()

OURS: Final = (
    Monitor("fairdrift D1", d1, 2.0, 14.0, GUARANTEED, "the usual rate"),
    Monitor("fairdrift D1, learns from 28 steps", d1_learning, -1.0, 14.0, GUARANTEED),
    Monitor("fairdrift D2, against the others", d2, 2.0, 14.0, GUARANTEED, "that there is no gap"),
)

ORACLE: Final = Monitor("CUSUM that knows the change", cusum, 2.0, 14.0, None, "the usual rate, and .20")
