"""Watermarks, and lateness as a rule about data.

Way of an event: step 3 (late or not) and step 6 (the watermark moves). Pure.

A record is late iff its event time lies more than the allowed lateness behind the largest event time of *earlier
records in its own partition*. When we happened to read it, batch borders, restarts and the label cannot change that.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

NEVER: Final = -(1 << 62)
"""A time before all times, far enough from the least integer to be reckoned with."""


@dataclass(slots=True)
class Frontier:
    """How far one partition of one topic has come in event time. `largest_ms` is None before the first event.

    Examples
    --------
    >>> frontier = Frontier(allowed_lateness_ms=10)
    >>> frontier.advance(np.array([100, 95, 130, 110])).tolist()  # watermark before each record
    [-4611686018427387914, 90, 90, 120]
    >>> frontier.watermark_ms
    120
    """

    allowed_lateness_ms: int
    largest_ms: int | None = None

    @property
    def watermark_ms(self) -> int | None:
        """Largest event time less the allowed lateness."""
        return None if self.largest_ms is None else self.largest_ms - self.allowed_lateness_ms

    def advance(self, times_ms: Ints) -> Ints:
        """Take in records in log order; gives the watermark as it stood before each."""
        if not len(times_ms):
            return np.empty(0, np.int64)
        before = np.empty(len(times_ms), np.int64)
        before[0] = NEVER if self.largest_ms is None else self.largest_ms
        before[1:] = times_ms[:-1]
        np.maximum.accumulate(before, out=before)
        self.largest_ms = max(int(before[-1]), int(times_ms[-1]))
        return before - self.allowed_lateness_ms


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one partition of one topic stands, for the global watermark.

    `is_idle`: the position equals the end offset at a fresh look. `publish_delay_ms` is the longest time from event to
    append that the operator states for the topic.
    """

    watermark_ms: int | None
    is_idle: bool
    publish_delay_ms: int


def global_watermark(standings: Iterable[Standing], broker_time_ms: int | None) -> int | None:
    """The minimum over *all* partitions of the feed's topics, or None while one has said nothing yet.

    An idle partition counts as at broker time less its publish delay: nothing older can still come. Idle is never
    told by a time-out.

    >>> busy, idle = Standing(500, False, 100), Standing(50, True, 100)
    >>> global_watermark([busy, idle], broker_time_ms=700)
    500
    >>> global_watermark([busy, Standing(None, False, 100)], broker_time_ms=700)
    """
    lowest: int | None = None
    for standing in standings:
        mark = standing.watermark_ms
        if standing.is_idle and broker_time_ms is not None:
            reached = broker_time_ms - standing.publish_delay_ms
            mark = reached if mark is None else max(mark, reached)
        if mark is None:
            return None
        lowest = mark if lowest is None else min(lowest, mark)
    return lowest
