"""What the controller needs of the world beside the cluster, as small Protocols with the errors they may raise.

`adapters` implement them; each port has one contract suite in `tests/ports` that every adapter passes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class FeedError(Exception):
    """The verdict feed cannot be read. The message says what, where and what to do. Nobody may act on what is old."""


class FeedUnreachable(FeedError):
    """Retry later: no answer, a slow one, a server that is starting, or an answer that was cut."""


class FeedRefused(FeedError):
    """A person must act: wrong token, certificate, or an answer that is no verdict feed."""


class FeedGap(FeedError):
    """Records after the number asked for are no longer held: begin at `first`, with nothing heard before."""

    def __init__(self, message: str, first: int) -> None:
        super().__init__(message)
        self.first = first


@dataclass(frozen=True, slots=True)
class FeedPage:
    """A part of the feed.

    Parameters
    ----------
    source
        Names the monitor's history: under another name the numbers begin anew.
    first, next
        Number of the oldest record held, and of the first one not in this part.
    records
        Each as the JSON text of one record (`acting.records.decode` reads it), by rising number, without holes.
    """

    source: str
    first: int
    next: int
    records: Sequence[bytes]


class VerdictFeed(Protocol):
    """The numbered records of verdicts: at least once, without holes."""

    def read(self, after: int, wait_s: float) -> FeedPage:
        """Records numbered above `after`; waits up to `wait_s` seconds for the first one. May raise `FeedError`."""
        ...

    def close(self) -> None:
        """Let go of the connection. Idempotent."""
        ...


class AuditUnwritable(Exception):
    """The audit log takes no line: nothing may be done. The message says what to do."""


class AuditStore(Protocol):
    """The lines of the audit log and its signed checkpoints. Lines are only ever added; one process writes.

    A second writer is refused when the store is opened.
    """

    def lines(self) -> Iterator[bytes]:
        """All lines, oldest first, without their newlines."""
        ...

    def append(self, line: bytes) -> None:
        """Add a line; it is on the disk when this returns. `AuditUnwritable` if not: then it is not there later."""
        ...

    def checkpoints(self) -> Iterator[bytes]:
        """All signed notes, oldest first."""
        ...

    def append_checkpoint(self, note: bytes) -> None:
        """Add a signed note, as durably as a line. May raise `AuditUnwritable`."""
        ...

    def probe(self) -> None:
        """Write something that is no line, as durably as one; `AuditUnwritable` if a line could not be stored now."""
        ...

    def close(self) -> None:
        """Let go of the file. Idempotent."""
        ...


class AnchorUnreachable(Exception):
    """A checkpoint could not be copied, or the copies not be read. The message says what to do; acting goes on."""


class Anchors(Protocol):
    """A place for copies of checkpoints, beyond the reach of whoever keeps the log."""

    def notes(self) -> Iterator[bytes]:
        """All copies of this log's checkpoints, by rising size. May raise `AnchorUnreachable`."""
        ...

    def put(self, note: bytes, size: int) -> None:
        """Add a copy of a checkpoint over `size` entries; no copy is ever overwritten. May raise `AnchorUnreachable`.

        The same copy again is no error, and adds nothing.
        """
        ...


class SilencesUnreadable(Exception):
    """Nobody can say whether a person holds the plan: it is held.

    `seen`: what could be read all the same, where one of several is silent.
    """

    def __init__(self, message: str, seen: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(message)
        self.seen = seen


class Silences(Protocol):
    """The silences of every configured Alertmanager, one after the other, as its API (v2) gives them."""

    def read(self) -> Sequence[Mapping[str, Any]]:
        """A fresh read, also of those that are over (their `status` says so). May raise `SilencesUnreadable`."""
        ...


class HintsUnwritable(Exception):
    """A hint cannot be kept: whoever sent it must send it again. The message says what and where."""


class HintStore(Protocol):
    """Hints that nobody has followed yet, and alerts that were heard before; they outlive the process."""

    def add(self, alerts: Iterable[tuple[str, str, str]], more: Iterable[str] = ()) -> Mapping[str, int]:
        """Keep what an alert is about, unless that alert was kept before; on the disk when this returns.

        Parameters
        ----------
        alerts
            (fingerprint, start, what it is about).
        more
            About what there is a hint without an alert.

        Returns
        -------
        What there is a new hint about -> the hint's number, which rises. May raise `HintsUnwritable`: then nothing was
        kept.
        """
        ...

    def pending(self) -> Mapping[str, int]:
        """About what there is a hint -> number of the newest. May raise `HintsUnwritable`."""
        ...

    def done(self, about: str, number: int) -> None:
        """Hints about this up to a number were followed. May raise `HintsUnwritable`."""
        ...

    def close(self) -> None:
        """Let go of the file. Idempotent."""
        ...
