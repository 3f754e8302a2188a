"""Twins, in memory, of what the loop has around it: a feed, a log, copies, silences, clocks."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from monitor.acting.audit.form import START, hash_of, line_of, read_line
from monitor.acting.entries import Entry, Kind
from monitor.acting.records import Record
from monitor.ports_acting import AuditUnwritable, FeedGap, FeedPage, FeedUnreachable, SilencesUnreadable


class MemoryFeed:
    """A feed that is told records, and numbers them."""

    def __init__(self, source: str = "monitor-1") -> None:
        self.source, self.first, self.records = source, 1, list[bytes]()
        self.is_away = False
        self.page_size = 100

    def say(self, record: Record) -> None:
        numbered = msgspec.structs.replace(record, seq=self.first + len(self.records))
        self.records.append(msgspec.json.encode(numbered))

    def read(self, after: int, wait_s: float) -> FeedPage:
        assert wait_s == 0  # the loop has more to do than to wait here
        if self.is_away:
            raise FeedUnreachable("the monitor does not answer; later")
        if after + 1 < self.first:
            raise FeedGap("records are no longer held", self.first)
        found = self.records[after + 1 - self.first :][: self.page_size]
        return FeedPage(self.source, self.first, min(after, self.first + len(self.records) - 1) + 1 + len(found), found)

    def close(self) -> None:
        pass


class MemoryLog:
    """An audit log whose lines are chained as on the disk; it is full after so many more lines, if told."""

    def __init__(self, lines: Sequence[bytes] = ()) -> None:
        self.lines = list(lines)
        self.entries = [read_line(line)[0] for line in self.lines]
        self.is_writable, self.checkpoint_ms = True, None
        self.left: int | None = None
        self.before_write: Callable[[Kind], None] = lambda _kind: None
        self.after_write: Callable[[Entry], None] = lambda _entry: None

    def write(self, kind: Kind, *, at_ms: int, actor: str, **fields: Any) -> Entry:
        self.before_write(kind)
        if self.left == 0:
            self.is_writable = False
            raise AuditUnwritable("the disk is full: make room")
        if self.left is not None:
            self.left -= 1
        self.is_writable = True
        said = Entry(seq=len(self.lines) + 1, at_ms=at_ms, kind=kind, actor=actor, **fields)
        line = line_of(said, hash_of(self.lines[-1]) if self.lines else START)
        self.lines.append(line)
        entry = read_line(line)[0]  # as a restart would read it
        self.entries.append(entry)
        self.after_write(entry)
        return entry

    def tick(self, now_ms: int) -> None:
        pass


class MemoryCopies:
    """Copies of templates."""

    def __init__(self) -> None:
        self.kept: dict[str, Mapping[str, Any]] = {}

    def keep(self, name: str, template: Mapping[str, Any]) -> None:
        self.kept[name] = dict(template)

    def all(self) -> Mapping[str, Mapping[str, Any]]:
        return dict(self.kept)


class MemorySilences:
    """Silences as Alertmanager would tell them; none can be read while it is away."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.is_away = False

    def read(self) -> Sequence[Mapping[str, Any]]:
        if self.is_away:
            raise SilencesUnreadable("no Alertmanager answers")
        return self.told
