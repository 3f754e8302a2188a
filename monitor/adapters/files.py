"""Events from files, in the order in which they arrived: the source behind `ports.EventSource` for replays.

Way of an event: step 1, called by the loop. Touches the disk, through `recording`. Each topic has one partition; an
offset is the number of the line among those of its topic. What `bounds` calls the end is how far time has come: a file
whose next record lies later is idle.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from monitor.adapters.recording import ROLES, Line, Recording, find_files, out_of_order
from monitor.ports import Batch, SourceRefused, TopicPartition


class FileRecord(msgspec.Struct, frozen=True, gc=False):
    """One line as a record: `timestamp` is its time of arrival in ms."""

    offset: int
    timestamp: int
    value: bytes | None
    key: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()


class FilesSource:
    """A recorded feed.

    Parameters
    ----------
    folder
        Where the files are; `recording.find_files` says which.
    topics
        Role -> name of its topic, for the roles `inference`, `outcome` and, where it has a topic, `attributes`.

    Raises
    ------
    SourceRefused
        if the folder holds no recording that can be used; from `poll`, if a file turns out to be damaged.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> (Path(folder.name) / "feed.ndjson").write_text('''
    ... {"arrival_time": "2026-01-01T00:00:00Z", "topic": "inference", "value": "{}"}
    ... {"arrival_time": "2026-01-02T00:00:00Z", "topic": "outcome", "value": "{}"}
    ... '''.lstrip())
    154
    >>> source = FilesSource(Path(folder.name), {"inference": "said", "outcome": "found"})
    >>> source.seek({("said", 0): 0, ("found", 0): 0})
    >>> [(batch.topic, len(batch.records)) for batch in source.poll(0, max_records=1)]
    [('said', 1)]
    >>> source.bounds()
    {('said', 0): (0, 1), ('found', 0): (0, 0)}
    >>> source.close()
    >>> folder.cleanup()
    """

    def __init__(self, folder: Path, topics: Mapping[str, str]) -> None:
        self._topics = {role: topics[role] for role in ROLES if role in topics}
        self._files = find_files(folder, self._topics)
        self._to_sort = out_of_order(self._files)
        self._next: dict[str, int] = {}
        self._is_read: set[str] = set()
        self._begin()

    def _begin(self) -> None:
        """Stand before the first line. What lies before the positions is read again and passed over."""
        self._recording = Recording(self._files, self._topics, self._to_sort)
        self._lines = iter(self._recording)
        self._coming: Line | None = None
        self._arrived = dict.fromkeys(self._topics.values(), 0)
        self._time_ms: int | None = None
        self._waiting: deque[tuple[str, FileRecord]] = deque()
        self._damage: SourceRefused | None = None

    def partitions(self) -> Mapping[str, int]:
        """One of each topic."""
        return dict.fromkeys(self._topics.values(), 1)

    def bounds(self) -> Mapping[TopicPartition, tuple[int, int]]:
        """0, and the number of records that arrived until the last one that `poll` gave."""
        while self._time_ms is not None and (line := self._peek()) is not None and line.time_ms <= self._time_ms:
            self._arrive()
        return {(topic, 0): (0, max(count, self._next.get(topic, 0))) for topic, count in self._arrived.items()}

    def offsets_at(self, time_ms: int) -> Mapping[TopicPartition, int]:
        """First record at or after a time; the end where there is none. Reads the files from their beginning."""
        recording = Recording(self._files, self._topics, self._to_sort)
        found = dict.fromkeys(self._topics.values(), 0)
        try:
            for line in recording:
                if line.time_ms >= time_ms:
                    break
                found[line.topic] += 1
        finally:
            recording.close()
        return {(topic, 0): offset for topic, offset in found.items()}

    def seek(self, positions: Mapping[TopicPartition, int]) -> None:
        """Read these topics from these offsets on, paused ones too; the others stay where they are."""
        self._next.update({topic: offset for (topic, _), offset in positions.items()})
        self._is_read.update(topic for topic, _ in positions)
        self.close()
        self._begin()

    def poll(self, timeout_ms: int, max_records: int) -> Sequence[Batch]:
        """The next records in the order of arrival, a batch a topic; nothing at the end. It never waits."""
        del timeout_ms
        self._fill(max_records)
        taken: dict[str, list[FileRecord]] = {}
        for _ in range(min(max_records, len(self._waiting))):
            topic, record = self._waiting.popleft()
            taken.setdefault(topic, []).append(record)
        self._next.update({topic: records[-1].offset + 1 for topic, records in taken.items()})
        return [Batch(topic, 0, taken[topic]) for topic in self._topics.values() if topic in taken]

    def _fill(self, count: int) -> None:
        """Read on until so many records wait. Those before a damage are given before it is said."""
        try:
            while len(self._waiting) < count and self._peek() is not None:
                self._arrive()
        except SourceRefused:
            if not self._waiting:
                raise

    def _peek(self) -> Line | None:
        """The line that comes next; None at the end."""
        if self._damage is not None:
            raise self._damage
        if self._coming is None:
            try:
                self._coming = next(self._lines, None)
            except SourceRefused as damage:
                # The pass is over, and must not look as if it had come to its end.
                self._damage = damage
                raise
        return self._coming

    def _arrive(self) -> None:
        """Let time come to the next line; it waits to be given if it is one of those that are read."""
        line = self._peek()
        if line is None:
            return
        self._coming, self._time_ms = None, line.time_ms
        offset = self._arrived[line.topic]
        self._arrived[line.topic] = offset + 1
        if line.topic in self._is_read and offset >= self._next[line.topic]:
            self._waiting.append((line.topic, FileRecord(offset, line.time_ms, line.value, headers=line.headers)))

    @property
    def is_exhausted(self) -> bool:
        """Whether everything has been given."""
        return not self._waiting and self._peek() is None

    @property
    def share_read(self) -> float:
        """How much of the files has been read, 0 to 1."""
        return self._recording.share_read

    def pause(self, partitions: Sequence[TopicPartition]) -> None:
        """Deliver nothing more of these until `seek` names them. Their records arrive, but wait in the file."""
        self._is_read.difference_update(topic for topic, _ in partitions)
        self._waiting = deque((topic, record) for topic, record in self._waiting if topic in self._is_read)

    def note_progress(self, positions: Mapping[TopicPartition, int]) -> None:
        """There is nobody to tell."""

    def close(self) -> None:
        """Close the files. Idempotent."""
        self._recording.close()
