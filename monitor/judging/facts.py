"""What one step leaves known of every stream, whatever serves: evidence, power, and why there may be none.

Way of an event: between step 7 and 8; good until the next step. Pure.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from monitor.judging.detected import Detected, Levels
from monitor.judging.evidence import ReferenceEvidence
from monitor.judging.gap import GapEvidence
from monitor.judging.limits import Limits
from monitor.judging.streams import Streams
from monitor.judging.verdict import GAP, REFERENCE

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Facts:
    """Facts about the streams after one step, of their own: later steps do not change them.

    Parameters
    ----------
    streams, limits
        As they stand.

    Attributes
    ----------
    limits
        What is said without any evidence.
    is_blind
        Whether harm of the size to find would go unnoticed for thirty days.
    is_gone
        Whether nobody of the subgroup comes any more, and nothing of the last of them can ripen.
    labels_stopped
        Subgroups whose inferences flow and whose labels do not.
    detected
        Evidence of the detectors that pool all revisions; none without a reference, or of a gap that has none.
    """

    def __init__(self, streams: Streams, limits: Limits) -> None:
        self.limits = limits
        self._events_per_day = streams.traffic.events_per_day
        self.labels_stopped = streams.traffic.labels_stopped()
        gone, settled = streams.traffic.vanished(), streams.traffic.vanished(streams.rules.horizon_ms)
        self.is_gone = np.array(
            [settled if streams.rates[rates[0]].is_labelled else gone for rates in streams.rates_of]
        )
        self.is_blind = limits.is_blind(self._events_per_day)
        has = limits.has_reference
        has_gap = has & (streams.by_metric(streams.gap.steps) > 0)
        self.detected = (
            _detected(streams, REFERENCE, streams.evidence, limits.levels, has),
            _detected(streams, GAP, streams.gap, limits.gap_levels, has_gap),
        )

    @cached_property
    def blind_below(self) -> Floats:
        """The smallest rate found within 30 days at the present traffic."""
        return self.limits.blind_below(self._events_per_day)


def _detected(
    streams: Streams, detector: str, found: ReferenceEvidence | GapEvidence, levels: Levels, shown: Bools
) -> Detected:
    log_m, panes, events = map(streams.by_metric, (found.log_m, found.steps, found.events))
    return Detected(detector, None, levels, shown, log_m, panes, events)
