"""What one step leaves known of every stream, whatever serves: limits, evidence, power, and why there may be none.

Way of an event: between step 7 and 8; good until the next step. Pure.
"""

import numpy as np
from numpy.typing import NDArray

from monitor.judging import table
from monitor.judging.evidence import ReferenceEvidence
from monitor.judging.gap import GapEvidence
from monitor.judging.margin import HIGHEST_TOLERATED, LEAST_SAMPLES
from monitor.judging.metrics import METRICS
from monitor.judging.power import blind_below
from monitor.judging.streams import Streams
from monitor.judging.verdict import GAP, REFERENCE, Evidence, ReferenceRate

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Facts:
    """Facts about the streams after one step; arrays and lists by stream are metric by metric, subgroup by subgroup.

    Parameters
    ----------
    streams
        As they stand.
    reference_id
        Of the reference they are compared with; None while there is none.

    Attributes
    ----------
    is_blind
        Whether harm of the size to find would go unnoticed for thirty days.
    unready
        0, or the code of the reason why there is no limit to test.
    references, blind_below
        What a `StreamVerdict` says of them; None where there is no reference.
    still_needed
        Cases that the reference lacks; None where it is not too small.
    """

    def __init__(self, streams: Streams, reference_id: str | None) -> None:
        self.unready = _unready(streams)
        below, self.is_blind = _power(streams)
        self.references = _references(streams, reference_id)
        self.still_needed = _still_needed(streams, self.unready)
        self._evidence = _evidence(streams, REFERENCE, streams.evidence, streams.may_page & ~streams.is_seasonal)
        self._gap = _evidence(streams, GAP, streams.gap, streams.may_page)
        self.blind_below = below.tolist()

    def evidence(self, metric: int, subgroup: int) -> tuple[Evidence, ...]:
        """Evidence of the detectors that pool all revisions; none without a reference, or of a gap that has none."""
        if not self.references[metric][subgroup]:
            return ()
        gap = self._gap[metric][subgroup]
        return (self._evidence[metric][subgroup], *((gap,) if gap.panes else ()))


def _power(streams: Streams) -> tuple[Floats, Bools]:
    """Blind below, and whether that leaves harm unseen.

    A metric is as blind as the blinder of its directions; one that cannot be watched counts only if none can.
    """
    shape = (len(streams.rates), streams.weight.shape[1])
    tolerated, watched = np.ones(shape), np.zeros(shape, bool)
    for rate, fit in enumerate(streams.fits):
        if fit is not None:
            tolerated[rate], watched[rate] = fit.margin.tolerated, fit.margin.is_watched
    may_page = streams.may_page & ~streams.is_seasonal
    level = np.where(may_page[:, None], streams.page, streams.watch)
    nats = np.concatenate([level[[metric] * len(rates)] for metric, rates in enumerate(streams.rates_of)])
    found = blind_below(streams.traffic.events_per_day, np.minimum(tolerated, HIGHEST_TOLERATED), nats)
    below = np.where(watched, found, 1.0)
    unseen = watched & (below > tolerated + streams.rules.harm_to_find)
    is_blind = [unseen[rates].any(axis=0) | ~watched[rates].any(axis=0) for rates in streams.rates_of]
    return below[[rates[0] for rates in streams.rates_of]], np.array(is_blind)


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


def _still_needed(streams: Streams, unready: Ints) -> list[list[int | None]]:
    needed: list[list[int | None]] = []
    for metric, rates in enumerate(streams.rates_of):
        fit, codes = streams.fits[rates[0]], unready[metric].tolist()
        n = [0] * len(codes) if fit is None else fit.margin.n.tolist()
        small = table.code(table.REFERENCE_TOO_SMALL)
        needed.append([LEAST_SAMPLES - has if code == small else None for code, has in zip(codes, n, strict=True)])
    return needed


def _references(streams: Streams, reference_id: str | None) -> list[list[ReferenceRate | None]]:
    """Of the upward rate of each metric."""
    references: list[list[ReferenceRate | None]] = []
    for rates in streams.rates_of:
        fit = streams.fits[rates[0]]
        if fit is None or reference_id is None:
            references.append([None] * streams.weight.shape[1])
            continue
        columns = (fit.margin.k.tolist(), fit.margin.n.tolist(), fit.margin.tolerated.tolist())
        references.append(
            [ReferenceRate(reference_id, k / n, n, limit) if n else None for k, n, limit in zip(*columns, strict=True)]
        )
    return references


def _evidence(
    streams: Streams, detector: str, found: ReferenceEvidence | GapEvidence, may_page: Bools
) -> list[list[Evidence]]:
    log_m, steps, events = map(streams.by_metric, (found.log_m, found.steps, found.events))
    columns = (log_m, streams.watch, streams.page, streams.weight, steps, events)
    return [
        [
            Evidence(detector, None if nats == -np.inf else nats, watch, page if pages else None, weight, *seen)
            for nats, watch, page, weight, *seen in zip(*(column[metric].tolist() for column in columns), strict=True)
        ]
        for metric, pages in enumerate(may_page.tolist())
    ]
