"""What the reference alone says of every stream: its limit, and why there may be none.

Way of an event: between step 7 and 8; made anew when a bin of label ages opens. Pure.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from monitor.judging import table
from monitor.judging.detected import Levels, levels
from monitor.judging.margin import HIGHEST_TOLERATED, LEAST_SAMPLES
from monitor.judging.metrics import METRICS
from monitor.judging.power import blind_below, is_blind_to
from monitor.judging.streams import Streams
from monitor.judging.verdict import ReferenceRate

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Limits:
    """Limits of all streams; arrays have the shape (metrics, subgroups).

    Parameters
    ----------
    streams
        Their fits are read here and now.
    reference_id
        Of the reference they are compared with; None while there is none.

    Attributes
    ----------
    unready
        0, or the code of the reason why there is no limit to test.
    levels, gap_levels
        What the evidence of all revisions is held against: that against the reference, and that of the gap, which no
        season moves.
    has_reference
        Whether there is a reference rate.
    references
        What a `StreamVerdict` says of it, in the order of the arrays; None where there is none.
    still_needed
        Cases that it lacks, in that order; None where it is not too small.
    seasons
        Reasons that name a season of the reference, in that order.
    """

    def __init__(self, streams: Streams, reference_id: str | None) -> None:
        self._streams = streams
        self.unready = _unready(streams)
        self.references = _references(streams, reference_id)
        self.has_reference = np.array([one is not None for one in self.references]).reshape(streams.weight.shape)
        self.still_needed = _still_needed(streams, self.unready)
        self.seasons = [
            (table.SEASON,) if one else () for one in np.repeat(streams.is_seasonal, streams.weight.shape[1])
        ]
        self._may_page = streams.may_page & ~streams.is_seasonal
        self.levels, self.gap_levels = (_levels(streams, pages) for pages in (self._may_page, streams.may_page))
        shape = (len(streams.rates), streams.weight.shape[1])
        self._tolerated, self._watched = np.ones(shape), np.zeros(shape, bool)
        for rate, fit in enumerate(streams.fits):
            if fit is not None:
                self._tolerated[rate], self._watched[rate] = fit.margin.tolerated, fit.margin.is_watched

    @cached_property
    def _nats(self) -> Floats:
        """Evidence that an alarm asks for, shape (rates, subgroups)."""
        streams = self._streams
        level = np.where(self._may_page[:, None], streams.page, streams.watch)
        return np.concatenate([level[[metric] * len(rates)] for metric, rates in enumerate(streams.rates_of)])

    def is_blind(self, events_per_day: Floats) -> Bools:
        """Whether harm of the size to find would go unnoticed for thirty days, at so many events of each rate.

        A metric is as blind as the blinder of its directions; one that cannot be watched counts only if none can.
        """
        at = self._watched
        unseen, tolerated = np.zeros(at.shape, bool), np.minimum(self._tolerated[at], HIGHEST_TOLERATED)
        harmful = self._tolerated[at] + self._streams.rules.harm_to_find
        unseen[at] = is_blind_to(harmful, events_per_day[at], tolerated, self._nats[at])
        blind: Bools = self._streams.by_metric(unseen) | ~self._streams.by_metric(at)
        return blind

    def blind_below(self, events_per_day: Floats) -> Floats:
        """The smallest rate that would be noticed in that time; 1 without any. Of the upward rate of each metric."""
        upward = [rates[0] for rates in self._streams.rates_of]
        at, below = self._watched[upward], np.ones(self.unready.shape)
        tolerated = np.minimum(self._tolerated[upward][at], HIGHEST_TOLERATED)
        below[at] = blind_below(events_per_day[upward][at], tolerated, self._nats[upward][at])
        return below


def _levels(streams: Streams, may_page: Bools) -> Levels:
    pages = np.repeat(may_page[:, None], streams.weight.shape[1], axis=1)
    nats = {"watch": streams.watch, "page": streams.page}
    return levels(streams.weight, nats, {"watch": np.ones_like(pages), "page": pages})


def _unready(streams: Streams) -> Ints:
    unready = np.zeros(streams.weight.shape, np.int64)
    for metric, rates in enumerate(streams.rates_of):
        fit = streams.fits[rates[0]]
        is_whole = streams.opened >= (streams.bins - 1 if streams.rates[rates[0]].is_labelled else -1)
        few = True if fit is None else fit.margin.n < LEAST_SAMPLES
        unready[metric] = few * table.code(table.REFERENCE_TOO_SMALL if is_whole else table.REFERENCE_BUILDING)
        if METRICS[streams.rules.metrics[metric]].needs_negatives:
            unidentified = streams.is_unverified & ~np.asarray(few, bool)
            unready[metric, unidentified] = table.code(table.UNVERIFIED_NEGATIVES)
    return unready


def _still_needed(streams: Streams, unready: Ints) -> list[int | None]:
    needed: list[int | None] = []
    small = table.code(table.REFERENCE_TOO_SMALL)
    for metric, rates in enumerate(streams.rates_of):
        fit, codes = streams.fits[rates[0]], unready[metric].tolist()
        n = [0] * len(codes) if fit is None else fit.margin.n.tolist()
        needed += [LEAST_SAMPLES - has if code == small else None for code, has in zip(codes, n, strict=True)]
    return needed


def _references(streams: Streams, reference_id: str | None) -> list[ReferenceRate | None]:
    """Of the upward rate of each metric."""
    references: list[ReferenceRate | None] = []
    for rates in streams.rates_of:
        fit = streams.fits[rates[0]]
        if fit is None or reference_id is None:
            references += [None] * streams.weight.shape[1]
            continue
        columns = (fit.margin.k.tolist(), fit.margin.n.tolist(), fit.margin.tolerated.tolist())
        references += [
            ReferenceRate(reference_id, k / n, n, limit) if n else None for k, n, limit in zip(*columns, strict=True)
        ]
    return references
