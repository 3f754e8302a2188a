"""What the loop needs of the world outside, as small Protocols with the errors they may raise.

`adapters` implement them; each port has one contract suite in `tests/ports` that every adapter passes.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

TopicPartition = tuple[str, int]
"""Topic name and partition number."""


class SourceError(Exception):
    """A source of events cannot go on. The message says what, where and what to do."""


class SourceUnreachable(SourceError):
    """Retry later: nothing was lost and no position moved."""


class SourceRefused(SourceError):
    """A person must act: no such topic, no right, wrong login, unequal partition counts."""


class OffsetLost(SourceError):
    """The position asked for is below what the log still holds, or above its end: rebuild, and say so."""

    def __init__(self, message: str, lost: Sequence[TopicPartition]) -> None:
        super().__init__(message)
        self.lost = tuple(lost)


class Record(Protocol):
    """One raw record. `timestamp` is its broker time in ms; `headers` are (name, value) pairs."""

    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes]]: ...


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one partition of one topic, by rising offset; offsets may have holes."""

    topic: str
    partition: int
    records: Sequence[Record]


class EventSource(Protocol):
    """The records of a feed's topics.

    Every method may raise `SourceUnreachable` and `SourceRefused`; positions are then unchanged.
    """

    def partitions(self) -> Mapping[str, int]:
        """A fresh look at the metadata: number of partitions of each topic of the feed."""
        ...

    def bounds(self) -> Mapping[TopicPartition, tuple[int, int]]:
        """A fresh look: first offset still held, and the end, of every partition.

        The end is the offset after the last record. Offsets that bring no record (Kafka's markers of transactions) may
        count until they have been read past; who has read everything stands at the end.
        """
        ...

    def offsets_at(self, time_ms: int) -> Mapping[TopicPartition, int]:
        """First offset whose broker time is at or after `time_ms`; the first held one where that cannot be told."""
        ...

    def seek(self, positions: Mapping[TopicPartition, int]) -> None:
        """Read each of these partitions from this offset (always the *next* to read) on, also if it was paused.

        The others stay where they are; one that was never named is not read.
        """
        ...

    def poll(self, timeout_ms: int, max_records: int) -> Sequence[Batch]:
        """What arrived, at most `max_records`; nothing after `timeout_ms`. After an `OffsetLost` nothing was read.

        A source may find out that it is unreachable only in `bounds`, and give nothing here.
        """
        ...

    def pause(self, partitions: Sequence[TopicPartition]) -> None:
        """Deliver nothing more of these until `seek` names them again."""
        ...

    def note_progress(self, positions: Mapping[TopicPartition, int]) -> None:
        """Tell lag tools where we are, where there are any. Never read back; a failure is not an error."""
        ...

    def close(self) -> None:
        """Let go of the connection. Idempotent."""
        ...


@dataclass(frozen=True, slots=True)
class Stored:
    """What a state store holds: `slices` of the last snapshot, then the `changes` since, oldest first."""

    slices: Sequence[bytes]
    changes: Sequence[bytes]


class StateCorrupt(Exception):
    """The stored state cannot be trusted: throw it away and rebuild by rewinding."""


class StateStore(Protocol):
    """The durable state of one partition number: opaque packed blobs, each commit atomic.

    After a crash at any point `load` gives the state of some prefix of the commits, whole.
    """

    def load(self) -> Stored | None:
        """Everything committed; None if nothing was. Raises `StateCorrupt`."""
        ...

    def commit(self, change: bytes, snapshot: tuple[int, bytes] | None = None, closes_cycle: bool = False) -> None:
        """Append one change, and with `snapshot` replace that slice of the snapshot.

        `closes_cycle`: every slice was replaced since the cycle began, so changes older than its beginning may go, and
        the next commit begins a new one. `OSError` if the disk refuses: nothing is stored then.
        """
        ...

    def clear(self) -> None:
        """Forget everything."""
        ...

    def close(self) -> None:
        """Let go of the file. Idempotent."""
        ...


class Clock(Protocol):
    """Wall time. Only the loop reads it; the pure rooms get times as arguments."""

    def now_ms(self) -> int:
        """Milliseconds since the epoch, UTC."""
        ...


class ArchiveGone(Exception):
    """A content is not in the archive (any more), or is not what it was. The message says which and where."""


class CellsArchive(Protocol):
    """Contents under their digests. What is old goes when it grows too large, oldest mention first."""

    def put(self, content: bytes) -> str:
        """Keep a content; gives its digest. On the disk when this returns; `OSError` if it cannot be."""
        ...

    def get(self, digest: str) -> bytes:
        """A content. `ArchiveGone` if it is not there, or not the one of this digest."""
        ...

    def touch(self, digests: Iterable[str]) -> None:
        """Mention contents again: whatever names them was put before now, and goes before them."""
        ...

    def prune(self, live: Collection[str]) -> None:
        """Let go of what was mentioned longest ago, if there is too much; never of what is `live`."""
        ...
