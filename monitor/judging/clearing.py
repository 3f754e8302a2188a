"""Clearing: evidence that a revision is not worse than its former one by more than a margin.

Way of an event: step 7, over the cells that `revision_effect` reads; blame and known-good ask it. Pure. Not cleared is
undetermined: neither safe nor guilty.
"""

from collections.abc import Sequence
from math import log
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from monitor.judging.crossings import NEVER
from monitor.judging.e_detector import log_factor
from monitor.judging.fits import Fit
from monitor.judging.margin import Margin
from monitor.judging.metrics import Rate
from monitor.judging.people import People
from monitor.judging.tally import Tally

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MARGINS: Final = (0.10, 0.05)
"""Less than this much worse: the first counts towards known-good, the second ends blame by timing."""

STRICTLY: Final = 1
"""Place of the margin that ends blame by timing."""

_CLEARED: Final = log(20)
_LEAST_SAMPLES: Final = 30


class Stored(msgspec.Struct, array_like=True):
    """What is stored: log C, and when each stream was cleared."""

    log_c: bytes
    cleared_ms: bytes


def clearing_tilts(reference: Margin, worse: float) -> Floats:
    """d: log odds ratio of a rate that is `worse` than the reference's; 0 where that cannot be tested.

    Too few reference events, or a rate that would pass 1, cannot.

    >>> from monitor.judging.margin import margin
    >>> groups, eta = np.array([0, 1]), np.array([-2.0, 3.0])
    >>> clearing_tilts(margin(groups, eta, (np.array([10, 95]), np.array([100, 100])), 2, 0.02), 0.10).round(4).tolist()
    [0.7923, 0.0]
    """
    p = (reference.k + 0.5) / (reference.n + 1)
    can = (reference.n >= _LEAST_SAMPLES) & (p + worse < 1)
    result: Floats = logit(np.where(can, p + worse, 0.5)) - logit(np.where(can, p, 0.5))
    return result


def clearing_factor(stream: Ints, counts: tuple[Ints, Ints], own_eta: Floats, tilt: Floats) -> Floats:
    """log of the factor of one step: a bet on the reference's rate, against one that is worse by the odds of `tilt`.

    Parameters
    ----------
    stream
        Stream of each stratum, shape (strata,), sorted.
    counts
        Harmful and all events of the strata.
    own_eta
        Log odds that the reference expects in each, its subgroup's own level included, without any margin.
    tilt
        d of each stream, shape (streams,); 0: no bet.

    Examples
    --------
    >>> clearing_factor(np.array([0]), (np.array([4]), np.array([40])), np.array([-2.0]), np.array([0.6])).round(4)
    array([1.3396])
    """
    p1 = expit(own_eta + tilt[stream])
    result: Floats = log_factor(stream, *counts, p1, -tilt[:, None])[:, 0]
    return result


class Clearing:
    """log C of every stream of one rollout, for each of `MARGINS`.

    Parameters
    ----------
    rates, people
        What is compared, and for whom; arrays have the shape (margins, rates, subgroups).
    """

    def __init__(self, rates: Sequence[Rate], people: People) -> None:
        self._rates, self._people = rates, people
        self._shape = (len(MARGINS), len(rates), len(people.lattice.subgroups))
        self.log_c = np.zeros(self._shape)
        self.cleared_ms = np.full(self._shape, NEVER)

    def fold(self, end_ms: int, cells: Tally, fits: Sequence[Fit | None]) -> None:
        """Take in the cells of one step, and note what is cleared with it: once is enough."""
        rows, groups = self._people.members(cells.combination)
        values = self._people.attribute_values(cells.combination)
        log_c = np.zeros(self._shape)
        for place, (rate, fit) in enumerate(zip(self._rates, fits, strict=True)):
            if fit is None:
                continue
            counted = cells.of(rate.counted)[rows]
            used = counted > 0
            row, group = rows[used], groups[used]
            counts = (cells.of(rate.harmful)[row], counted[used])
            own_eta = fit.eta(cells.age_bin, values)[row] + fit.margin.level[group]
            for which, worse in enumerate(MARGINS):
                tilt = clearing_tilts(fit.margin, worse)
                log_c[which, place] = clearing_factor(group, counts, own_eta, tilt)
        self.add(end_ms, log_c)

    def add(self, end_ms: int, log_c: Floats) -> None:
        """Take in the factors of one step, by margin, rate and subgroup."""
        self.log_c += log_c
        newly = (self.log_c >= _CLEARED) & (self.cleared_ms == NEVER)
        self.cleared_ms[newly] = end_ms

    def is_cleared(self, margin: int = 0) -> NDArray[np.bool_]:
        """Streams that were cleared, by place of the margin; shape (rates, subgroups)."""
        cleared: NDArray[np.bool_] = self.cleared_ms[margin] != NEVER
        return cleared

    def stored(self) -> Stored:
        """What to store."""
        return Stored(self.log_c.tobytes(), self.cleared_ms.tobytes())

    def restore(self, stored: Stored) -> None:
        """Take up what was stored. ValueError for another shape."""
        self.log_c = np.frombuffer(stored.log_c).reshape(self._shape).copy()
        self.cleared_ms = np.frombuffer(stored.cleared_ms, np.int64).reshape(self._shape).copy()
