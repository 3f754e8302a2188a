"""What a batch tells of counts that miss something, found by comparing event times with where a topic stands.

Beside step 3. Each finding is the time before which panes are flagged, or None. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from monitor.counting.lateness import Frontier
from monitor.counting.rules import CountingRules
from monitor.events import Explanation, Outcome
from monitor.intake.decode import Decoded
from monitor.ports import Record

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Arrived:
    """The events of a batch with their records. Columns are made only when they are looked at: hardly ever."""

    decoded: Decoded
    records: Sequence[Record]

    @cached_property
    def times(self) -> Ints:
        """Event times in ms."""
        return np.fromiter(map(attrgetter("event_time_ms"), self.decoded.events), np.int64, len(self.decoded.events))

    @cached_property
    def broker(self) -> Ints:
        """Broker times of their records in ms, parallel to `times`."""
        return np.fromiter((self.records[index].timestamp for index in self.decoded.indexes), np.int64, len(self.times))

    @cached_property
    def reaches_back(self) -> NDArray[np.bool_]:
        """Whether each needs an inference that came before it."""
        return np.fromiter((isinstance(e, (Outcome, Explanation)) for e in self.decoded.events), bool, len(self.times))


def late_after_idle(arrived: Arrived, before: Frontier, judged_ms: int, longest_ms: int | None) -> int | None:
    """Events that were on time in their own partition, yet come after it was passed over as idle.

    Their cells have been read: they mend published counts only.

    Parameters
    ----------
    before
        The topic's frontier before this batch.
    judged_ms
        Event time to which panes were judged.
    longest_ms
        While a rebuild reads again: the producer's stated delay. Only events later than that can have been missed.
    """
    if not arrived.decoded.events or (before.watermark_ms is not None and before.watermark_ms >= judged_ms):
        return None
    times = arrived.times
    is_broken = (times >= replace(before).advance(times)) & (times < judged_ms)
    if longest_ms is not None:
        is_broken &= arrived.broker - times > longest_ms
    return int(times[is_broken].max()) + 1 if is_broken.any() else None


def pushed_out(arrived: Arrived, before: Frontier, rules: CountingRules, gone_before_ms: int) -> int | None:
    """What another record's wrong time has pushed out: by the broker time of its own record it would be held.

    An outcome or an explanation needs an inference as old as the horizon.

    Parameters
    ----------
    before
        The topic's frontier before this batch.
    gone_before_ms
        What is older was let go.
    """
    if not arrived.decoded.events:
        return None
    after = replace(before)
    marks = after.advance(arrived.times)
    last_ms = max(gone_before_ms, (after.watermark_ms or 0) - rules.memory_ms)
    if last_ms <= min(record.timestamp for record in arrived.records) - rules.memory_ms:
        return None
    held_from_ms = np.maximum(marks - rules.memory_ms, gone_before_ms)
    needed_ms = arrived.times - np.where(arrived.reaches_back, rules.horizon_ms, 0)
    is_out = (needed_ms < held_from_ms) & (needed_ms >= arrived.broker - rules.memory_ms)
    return int(held_from_ms[is_out].max()) if is_out.any() else None
