"""One partition number: its counting state, its store, and how far it has come.

Way of an event: steps 2 to 5 for the records of one partition. State and next offsets are committed together, before
the next poll; where the stored state cannot be trusted it is thrown away and rebuilt by rewinding.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from monitor.counting.fold import Fold
from monitor.counting.letting_go import ClosedPane, enforce_cap, let_go
from monitor.counting.partition import PartitionState
from monitor.counting.persistence import restore, slice_numbers, take_change, take_slice
from monitor.counting.tallies import KINDS, Tally
from monitor.intake.decode import Decoded
from monitor.intake.reject_stop import RejectMeter
from monitor.intake.times import MOST_AHEAD_MS
from monitor.ports import Batch, StateCorrupt, StateStore
from monitor.service.joining import Joined, noted
from monitor.service.missed import Arrived, late_after_idle, pushed_out
from monitor.service.plan import FeedPlan, TopicPlan


class Extra(msgspec.Struct, array_like=True):
    """What the loop keeps with a partition's counts."""

    rules_hash: str
    number: int
    broker_time_ms: int | None = None
    rejected: dict[str, dict[str, int]] = {}  # topic -> reason -> records
    ignored: dict[str, int] = {}  # topic -> fields
    last_event_ms: dict[str, int] = {}  # "topic type model" -> event time
    meters: dict[str, tuple[int, int, list[int]]] = {}  # topic -> rejects lately
    covered_at: dict[str, int] = {}  # topic -> offset that a rebuild must still reach
    cut_topics: list[str] = []  # topics whose beginning the log no longer holds, until their first record is read
    first_ms: int | None = None  # broker time of the first record
    joined: list[Joined] = []  # tallies of joining, a day each
    inexact_before_ms: dict[str, int] = {}  # flag -> counts of panes that begin before this may miss something


class Shard:
    """The state of one partition number of a feed.

    Parameters
    ----------
    plan, number, store, partitions
        The feed, the partition number, where its state is kept, and how many partitions the topics have.
    """

    def __init__(self, plan: FeedPlan, number: int, store: StateStore, partitions: int) -> None:
        self.plan, self.number, self._store, self._partitions = plan, number, store, partitions
        self._fold = Fold(ids_by_model=plan.ids_by_model)
        self._cycle: list[int] = []
        self._meters: dict[str, RejectMeter] = {}
        self.rebuild_reason: str | None = None
        self.stopped: set[str] = set()
        self.begin_anew(None)

    def begin_anew(self, reason: str | None) -> None:
        """Start from nothing; with a reason, the store is emptied."""
        if reason is not None:
            self._store.clear()
        self.rebuild_reason = reason
        self.state = PartitionState(self.plan.counting)
        self.extra = Extra(self.plan.rules_hash, self.number)
        self._meters.clear()

    def load(self) -> None:
        """Take up the stored state; what cannot be trusted is thrown away, with its reason in `rebuild_reason`."""
        try:
            stored = self._store.load()
            if stored is None:
                self.rebuild_reason = "first_start"
                return
            state, packed = restore(self.plan.counting, stored.slices, stored.changes)
            extra = msgspec.msgpack.decode(packed, type=Extra)
            if extra.number != self.number:
                raise StateCorrupt(f"the state of partition {extra.number} lies in the place of {self.number}")
        except (StateCorrupt, msgspec.MsgspecError, ValueError, KeyError, IndexError):
            self.begin_anew("corrupt")
            return
        if extra.rules_hash != self.plan.rules_hash:
            self.begin_anew("rules_changed")
            return
        self.state, self.extra = state, extra

    def begins_cut(self, topic: str) -> None:
        """The log no longer holds the beginning of this topic: what its first record followed is unknown."""
        if topic not in self.extra.cut_topics:
            self.extra.cut_topics.append(topic)

    def position(self, topic: str) -> int | None:
        """Next offset to read; None if this topic was never read."""
        progress = self.state.progress.get(topic)
        return None if progress is None else progress.next_offset

    def take(
        self, topic: TopicPlan, batch: Batch, clock_ms: int | None, judged_ms: Sequence[int], *, is_covered: bool
    ) -> list[tuple[int, str, str | None]]:
        """Decode and count a batch; gives its rejects as (offset, reason, field).

        `clock_ms` is wall time, None where records are of a time of their own. Panes were judged to `judged_ms`, by
        model; not `is_covered`: a rebuild reads again what had been read before. A flood of rejects stops the topic at
        the record that went over the limit: nothing behind it is taken.
        """
        decoded = topic.decoder.decode(batch.records, self.number, self._partitions)
        records = batch.records
        meter = self._meter(topic.name)
        stop = meter.take(len(records), [reject.index for reject in decoded.rejects])
        self.extra.meters[topic.name] = meter.stored()
        if stop is not None:
            self.stopped.add(topic.name)
            records = records[: stop + 1]
            # A restart reads on behind them: whoever they were about is missing all the same.
            self._is_inexact_before("dead_letters", max(record.timestamp for record in records) + MOST_AHEAD_MS)
            decoded = _cut(decoded, stop + 1)
        arrived, frontier = Arrived(decoded, records), self.state.topic(topic.name).frontier
        longest_ms = None if is_covered else topic.publish_delay_ms
        self._is_inexact_before("late_after_idle", late_after_idle(arrived, frontier, max(judged_ms), longest_ms))
        self._is_inexact_before("evicted", pushed_out(arrived, frontier, self.state.rules, self.state.gone_before_ms))
        self._fold.fold(self.state, topic.name, decoded.events)
        self.state.topic(topic.name).next_offset = records[-1].offset + 1
        self._note(topic, batch, decoded, clock_ms)
        return [(records[r.index].offset, r.reason, r.field) for r in decoded.rejects]

    def _meter(self, topic: str) -> RejectMeter:
        if topic not in self._meters:
            self._meters[topic] = RejectMeter(self.plan.rejects_in_a_row, self.plan.rejects_share)
            if topic in self.extra.meters:
                self._meters[topic].restore(self.extra.meters[topic])
        return self._meters[topic]

    def _note(self, topic: TopicPlan, batch: Batch, decoded: Decoded, clock_ms: int | None) -> None:
        extra = self.extra
        if topic.name in extra.cut_topics:
            extra.cut_topics.remove(topic.name)
            self._is_inexact_before("gap", batch.records[0].timestamp + MOST_AHEAD_MS)
        newest = max(record.timestamp for record in batch.records)
        if clock_ms is not None:
            newest = min(newest, clock_ms + MOST_AHEAD_MS)
        extra.broker_time_ms = newest if extra.broker_time_ms is None else max(extra.broker_time_ms, newest)
        if extra.first_ms is None:
            extra.first_ms = min(record.timestamp for record in batch.records)
        rules = self.state.rules
        # Before, outcomes are let go whose inference lay before the beginning of the log: by whole panes, and late.
        settled_ms = (
            extra.first_ms + rules.horizon_ms + rules.memory_ms + rules.allowed_lateness_ms + 2 * rules.bucket_ms
        )
        if topic.role == "outcome" and extra.broker_time_ms >= settled_ms:
            tallies = self.state.tallies
            accepted = tallies["events", topic.name, "outcome", "accepted"]
            unpaired = tallies["unpaired", topic.name, "no_inference"]
            extra.joined = noted(extra.joined, extra.broker_time_ms, accepted, unpaired)
        reasons = Counter(reject.reason for reject in decoded.rejects)
        known = extra.rejected.setdefault(topic.name, {})
        for reason, count in reasons.items():
            known[reason] = known.get(reason, 0) + count
        extra.ignored[topic.name] = extra.ignored.get(topic.name, 0) + decoded.fields_ignored
        for name, time_ms in _newest(decoded, topic).items():
            extra.last_event_ms[name] = max(time_ms, extra.last_event_ms.get(name, time_ms))

    def let_go(self, watermark_ms: int, judged_ms: Sequence[int]) -> list[ClosedPane]:
        """Let go of what nothing can change any more."""
        newest = enforce_cap(self.state)
        if newest is not None:
            self._is_inexact_before("evicted", newest + 1)
        return let_go(self.state, watermark_ms, judged_ms)

    def _is_inexact_before(self, flag: str, time_ms: int | None) -> None:
        known = self.extra.inexact_before_ms
        if time_ms is not None:
            known[flag] = max(time_ms, known.get(flag, time_ms))

    def commit(self) -> None:
        """Store what changed, with the next offsets, and one slice of the snapshot. `OSError` if the disk refuses."""
        change = take_change(self.state, msgspec.msgpack.encode(self.extra))
        if not self._cycle:
            self._cycle = slice_numbers(self.state)
        number = self._cycle.pop(0)
        self._store.commit(change, (number, take_slice(self.state, number)), closes_cycle=not self._cycle)

    def close(self) -> None:
        """Close the store."""
        self._store.close()


def _cut(decoded: Decoded, end: int) -> Decoded:
    """What was decoded of the first `end` records."""
    kept = [(event, index) for event, index in zip(decoded.events, decoded.indexes, strict=True) if index < end]
    return Decoded(
        events=[event for event, _ in kept],
        indexes=[index for _, index in kept],
        rejects=[reject for reject in decoded.rejects if reject.index < end],
        fields_ignored=decoded.fields_ignored,
    )


def _newest(decoded: Decoded, topic: TopicPlan) -> Mapping[str, int]:
    newest: dict[str, int] = {}
    for event in decoded.events:
        name = f"{topic.name} {KINDS[type(event)]} {event.model or ''}"
        if event.event_time_ms > newest.get(name, -1):
            newest[name] = event.event_time_ms
    return newest


class Totals(NamedTuple):
    """Tallies of all shards as they stand, and by how much they have fallen."""

    stand: Counter[Tally]
    taken_back: Counter[Tally]


def total(shards: Iterable[Shard]) -> Totals:
    """Tallies of all shards."""
    totals = Totals(Counter(), Counter())
    for shard in shards:
        totals.stand.update(shard.state.tallies)
        totals.taken_back.update(shard.state.taken_back)
    return totals
