"""A log in memory, as far as a reader can tell: for tests that restart a monitor many times in a second."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.ports import Batch, OffsetLost, TopicPartition


@dataclass(frozen=True, slots=True)
class MemoryRecord:
    """One record."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()


class MemoryLog:
    """Topics with the same number of partitions; records are appended, and the oldest may be deleted."""

    def __init__(self, topics: Sequence[str], partitions: int) -> None:
        self.topics, self.partitions = tuple(topics), partitions
        self.records: dict[TopicPartition, list[MemoryRecord]] = defaultdict(list)
        self.first: dict[TopicPartition, int] = defaultdict(int)

    def append(self, topic: str, partition: int, time_ms: int, key: bytes | None, value: bytes | None) -> None:
        held = self.records[topic, partition]
        held.append(MemoryRecord(self.first[topic, partition] + len(held), time_ms, key, value))

    def delete_before(self, topic: str, partition: int, offset: int) -> None:
        """What retention does."""
        gone = offset - self.first[topic, partition]
        del self.records[topic, partition][:gone]
        self.first[topic, partition] = offset

    def end(self, place: TopicPartition) -> int:
        return self.first[place] + len(self.records[place])


class MemorySource:
    """An `EventSource` on such a log."""

    def __init__(self, log: MemoryLog) -> None:
        self._log = log
        self._at: dict[TopicPartition, int] = {}
        self._paused: set[TopicPartition] = set()

    @property
    def _places(self) -> list[TopicPartition]:
        return [(topic, number) for topic in self._log.topics for number in range(self._log.partitions)]

    def partitions(self) -> Mapping[str, int]:
        return dict.fromkeys(self._log.topics, self._log.partitions)

    def bounds(self) -> Mapping[TopicPartition, tuple[int, int]]:
        return {place: (self._log.first[place], self._log.end(place)) for place in self._places}

    def offsets_at(self, time_ms: int) -> Mapping[TopicPartition, int]:
        return {
            place: next((r.offset for r in self._log.records[place] if r.timestamp >= time_ms), self._log.first[place])
            for place in self._places
        }

    def seek(self, positions: Mapping[TopicPartition, int]) -> None:
        self._at.update(positions)
        self._paused -= set(positions)

    def poll(self, timeout_ms: int, max_records: int) -> Sequence[Batch]:
        del timeout_ms
        lost = [p for p, at in self._at.items() if not self._log.first[p] <= at <= self._log.end(p)]
        if lost:
            topic, number = lost[0]
            raise OffsetLost(f"{topic}[{number}] at {self._at[lost[0]]} is not in the log", lost)
        ready = [p for p, at in self._at.items() if p not in self._paused and at < self._log.end(p)][:max_records]
        batches = []
        for place in ready:  # each its share, as a broker does
            begin = self._at[place] - self._log.first[place]
            found = self._log.records[place][begin : begin + max_records // len(ready)]
            batches.append(Batch(*place, found))
            self._at[place] = found[-1].offset + 1
        return batches

    def pause(self, partitions: Sequence[TopicPartition]) -> None:
        self._paused |= set(partitions)

    def note_progress(self, positions: Mapping[TopicPartition, int]) -> None:
        """Nobody looks."""

    def close(self) -> None:
        """Nothing to let go of."""
