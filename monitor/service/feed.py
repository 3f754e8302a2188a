"""Steps 1 to 6 for one feed: poll, decode, count, commit; and how far the feed has come in event time.

The watermark of the feed is the minimum over *all* partitions in the metadata of its topics, not over those that
reported. A partition is idle iff its position equals the end offset at a fresh look, never by a time-out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from monitor.counting.lateness import Standing, global_watermark
from monitor.counting.letting_go import ClosedPane
from monitor.counting.partition import PartitionState
from monitor.ports import Batch, Clock, EventSource, OffsetLost, SourceRefused, StateStore, TopicPartition
from monitor.service.joining import unpaired_share
from monitor.service.plan import FeedPlan, TopicPlan
from monitor.service.shard import Shard

LOOK_EVERY_MS = 1_000
NOTE_EVERY_MS = 5_000

MISSING = frozenset({"gap", "evicted", "dead_letters"})
"""Flags of panes that miss something, rather than know it late."""

Rejects = Callable[[str, int, list[tuple[int, str, str | None]]], None]


@dataclass(frozen=True, slots=True)
class FeedParts:
    """What a feed works with: where records come from, a store for each partition number, where rejects go."""

    source: EventSource
    store: Callable[[int], StateStore]
    rejects: Rejects
    clock: Clock
    is_live: bool = True


class Feed:
    """One feed of the monitor.

    Parameters
    ----------
    plan, parts
        What to count and with what.
    """

    def __init__(self, plan: FeedPlan, parts: FeedParts) -> None:
        self.plan, self._parts = plan, parts
        self.shards: dict[int, Shard] = {}
        self.ends: dict[TopicPartition, int] = {}
        self.covered_at: dict[TopicPartition, int] = {}
        self.rebuilds: dict[str, int] = {}
        self.committed_ms: dict[int, int] = {}
        self.arrived_ms: dict[str, int] = {}
        self.closed: list[ClosedPane] = []
        self._topics = {topic.name: topic for topic in plan.topics}
        self._looked_ms = self._noted_ms = 0
        self.is_unreachable = False
        self._dirty: set[int] = set()

    @property
    def topics(self) -> Sequence[TopicPlan]:
        return self.plan.topics

    @property
    def states(self) -> list[PartitionState]:
        """The counting states, by partition number."""
        return [self.shards[number].state for number in sorted(self.shards)]

    @property
    def has_past(self) -> bool:
        """Whether anything was counted before the process began."""
        return any(shard.rebuild_reason is None for shard in self.shards.values())

    def start(self) -> None:
        """Take up the stored state and seek to the offsets stored with it.

        Raises
        ------
        SourceRefused
            if the topics of the feed do not have the same number of partitions: joining would break silently.
        """
        counts = self._parts.source.partitions()
        if len(set(counts.values())) != 1:
            seen = ", ".join(f"{topic} has {count}" for topic, count in sorted(counts.items()))
            raise SourceRefused(
                f"feed {self.plan.name}: {seen} partitions; events are joined inside a partition, so give the topics "
                "the same number of partitions and the key prediction_id"
            )
        for number in range(next(iter(counts.values()))):
            shard = Shard(self.plan, number, self._parts.store(number), counts[self.topics[0].name])
            shard.load()
            self.shards[number] = shard
        self._seek(self._parts.source.bounds(), list(self.shards.values()))

    def _seek(self, bounds: Mapping[TopicPartition, tuple[int, int]], shards: Sequence[Shard]) -> None:
        """Position the source where these shards stand; a shard that the log no longer reaches is rebuilt."""
        self.ends.update({tp: end for tp, (_, end) in bounds.items()})
        positions: dict[TopicPartition, int] = {}
        for shard in shards:
            mine = [(topic.name, shard.number) for topic in self.topics]
            stored = {tp: shard.position(tp[0]) for tp in mine}
            if any(at is not None and not bounds[tp][0] <= at <= bounds[tp][1] for tp, at in stored.items()):
                shard.begin_anew("gap")
                stored = dict.fromkeys(mine)
            if shard.rebuild_reason is not None:
                self.rebuilds[shard.rebuild_reason] = self.rebuilds.get(shard.rebuild_reason, 0) + 1
                shard.extra.covered_at = {tp[0]: bounds[tp][1] for tp in mine}
            self.covered_at.update({(topic, shard.number): at for topic, at in shard.extra.covered_at.items()})
            for tp, at in stored.items():
                if at is None and bounds[tp][0] > 0:
                    shard.begins_cut(tp[0])
                shard.state.topic(tp[0]).next_offset = positions[tp] = bounds[tp][0] if at is None else at
        self._parts.source.seek(positions)

    def take(self, timeout_ms: int, max_records: int, judged_ms: Sequence[int]) -> int:
        """Poll once, count and commit what came; gives the number of records.

        `judged_ms`, by model: cells ripe later than this are kept for its judge.

        Raises
        ------
        SourceUnreachable, SourceRefused
            as the source does; nothing was lost.
        OSError
            if the state could not be stored: the process must end, and starts from the last commit.
        """
        source, now_ms = self._parts.source, self._parts.clock.now_ms()
        try:
            batches = source.poll(timeout_ms, max_records)
        except OffsetLost as lost:
            self._rebuild({number for _, number in lost.lost})
            return 0
        for batch in batches:
            self._dirty.add(batch.partition)
            self._take_batch(batch, now_ms, judged_ms)
        count = sum(len(batch.records) for batch in batches)
        if count < max_records or now_ms - self._looked_ms >= LOOK_EVERY_MS:
            self.ends.update({tp: end for tp, (_, end) in source.bounds().items()})
            self._looked_ms = now_ms
        for number, shard in self.shards.items():
            if number in self._dirty:
                self._commit(shard, judged_ms)
                self._dirty.discard(number)
            else:
                self.committed_ms[number] = now_ms  # nothing to store is nothing late
        if now_ms - self._noted_ms >= NOTE_EVERY_MS:
            source.note_progress(self.positions())
            self._noted_ms = now_ms
        return count

    def _take_batch(self, batch: Batch, now_ms: int, judged_ms: Sequence[int]) -> None:
        shard, is_covered = self.shards[batch.partition], self.is_covered(batch.topic, batch.partition)
        clock_ms = now_ms if self._parts.is_live else None
        rejects = shard.take(self._topics[batch.topic], batch, clock_ms, judged_ms, is_covered=is_covered)
        self._parts.rejects(batch.topic, batch.partition, rejects)
        self.arrived_ms[batch.topic] = now_ms
        if batch.topic in shard.stopped:
            self._parts.source.pause([(batch.topic, batch.partition)])

    def _commit(self, shard: Shard, judged_ms: Sequence[int]) -> None:
        watermark = global_watermark(self._standings(shard), self.broker_time_ms)
        if watermark is not None:
            self.closed += shard.let_go(watermark, judged_ms)
        shard.commit()
        self.committed_ms[shard.number] = self._parts.clock.now_ms()

    def _rebuild(self, numbers: set[int]) -> None:
        for number in numbers:
            self.shards[number].begin_anew("gap")
        self._seek(self._parts.source.bounds(), [self.shards[number] for number in sorted(numbers)])

    @property
    def broker_time_ms(self) -> int | None:
        """Largest record timestamp seen in the feed: it stands still when the whole feed does."""
        return max((s.extra.broker_time_ms for s in self.shards.values() if s.extra.broker_time_ms), default=None)

    def positions(self) -> dict[TopicPartition, int]:
        """Next offset of every partition of every topic."""
        return {
            (topic.name, number): shard.state.topic(topic.name).next_offset
            for number, shard in self.shards.items()
            for topic in self.topics
        }

    def _standings(self, shard: Shard) -> list[Standing]:
        return [
            Standing(
                progress.frontier.watermark_ms,
                progress.next_offset >= self.ends.get((topic.name, shard.number), progress.next_offset + 1)
                and topic.name not in shard.stopped,
                topic.publish_delay_ms,
            )
            for topic, progress in ((topic, shard.state.topic(topic.name)) for topic in self.topics)
        ]

    def watermark_ms(self) -> int | None:
        """Event time up to which the feed is complete, over all its partitions."""
        standings = [one for shard in self.shards.values() for one in self._standings(shard)]
        return global_watermark(standings, self.broker_time_ms)

    def is_covered(self, topic: str, number: int) -> bool:
        """Whether what was in the log when a rebuild began has been read."""
        # An end may shrink to the position: what lay behind the last record were markers of transactions.
        until = min(self.covered_at.get((topic, number), 0), self.ends.get((topic, number), 0))
        return self.shards[number].state.topic(topic).next_offset >= until

    @property
    def is_rebuilding(self) -> bool:
        """Whether any partition has still to read what it had read before."""
        return not all(self.is_covered(topic.name, number) for topic in self.topics for number in self.shards)

    def flags(self, since_ms: int) -> frozenset[str]:
        """Doubts about the counts of panes from `since_ms` on; any of them forbids acting."""
        flags = {flag for flag, before_ms in self.inexact_before_ms().items() if before_ms > since_ms}
        if self.is_rebuilding:
            flags.add("rebuilding")
        if any(shard.stopped for shard in self.shards.values()):
            flags.add("dead_letters")
        return frozenset(flags)

    def inexact_before_ms(self) -> Mapping[str, int]:
        """By flag: counts of panes that begin before this may miss something."""
        latest: dict[str, int] = {}
        for shard in self.shards.values():
            for flag, before_ms in shard.extra.inexact_before_ms.items():
                latest[flag] = max(before_ms, latest.get(flag, before_ms))
        return latest

    def last_event_ms(self, role: str, model: str) -> int | None:
        """Event time of the newest event of a role that may concern a model; None if there was none."""
        names = [f"{topic.name} {role} {one}" for topic in self.topics if topic.role == role for one in (model, "")]
        seen = [
            s.extra.last_event_ms[name] for s in self.shards.values() for name in names if name in s.extra.last_event_ms
        ]
        return max(seen, default=None)

    def unpaired_share(self) -> float | None:
        """Share of the outcomes of the last weeks that found no inference; None of too few."""
        return unpaired_share(shard.extra.joined for shard in self.shards.values())

    def evidence_from_ms(self) -> int:
        """Panes that begin before this miss something that was never read: they are no evidence."""
        return max((ms for flag, ms in self.inexact_before_ms().items() if flag in MISSING), default=0)

    def lag_records(self) -> int:
        """Records in the log that were not read yet, as far as the end offsets are known."""
        positions = self.positions()
        return sum(max(0, end - positions[tp]) for tp, end in self.ends.items() if tp in positions)

    def close(self) -> None:
        """Let go of the source and the stores. Nothing is dirty between two calls of `take`."""
        self._parts.source.note_progress(self.positions())
        self._parts.source.close()
        for shard in self.shards.values():
            shard.close()
