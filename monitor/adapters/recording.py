"""A folder of recorded events, read in the order of their arrival.

Before step 1: `files` makes a source of it. Touches the disk, through `line_file`. Two layouts: a file a role, merged
by event time; or one file in the order of arrival. A file a role that is not in the order of event time is sorted in
memory first: one event with a wrong year must not make all that follow it late.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import msgspec
from msgspec import Meta

from monitor.adapters.line_file import LineFile
from monitor.ports import SourceRefused

ROLES: Final = ("inference", "attributes", "outcome")
"""The order in which records of equal time arrive."""

FEED: Final = "feed"
"""Stem of the one file that is in the order of arrival."""

OLDEST_MS: Final = 631_152_000_000
LATEST_MS: Final = 253_402_300_799_999
"""The years 1990 to 9999: seconds, microseconds and nanoseconds taken for milliseconds lie outside. Such a time orders
nothing; that its record is refused is decided by `intake`."""

_Time = Annotated[datetime, Meta(tz=True)] | int
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


class _Event(msgspec.Struct, rename={"time": "event_time"}, gc=False):
    time: _Time


class _Arrival(msgspec.Struct, rename={"time": "arrival_time"}, gc=False):
    time: _Time


class _Sent(msgspec.Struct, gc=False):
    topic: str
    value: str | None
    headers: dict[str, str] = {}


_EVENT: Final = msgspec.json.Decoder(_Event)
_ARRIVAL: Final = msgspec.json.Decoder(_Arrival)
_SENT: Final = msgspec.json.Decoder(_Sent)


class Line(NamedTuple):
    """One record: when it arrived (ms), on which topic, its bytes (None: a record without a value) and its headers."""

    time_ms: int
    topic: str
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


def find_files(folder: Path, roles: Iterable[str]) -> Mapping[str, Path]:
    """The files of a recording by role; a single one under `FEED` where the folder has that layout.

    Parameters
    ----------
    folder
        Holds ``inference.ndjson``, ``outcome.ndjson`` and so on, an event a line; or ``feed.ndjson``, a line
        ``{"arrival_time", "topic", "value"}`` a record, with ``"headers": {name: text}`` where it has any. Each may be
        packed: ``.ndjson.gz``.
    roles
        Those that the settings have a topic for. A file of another role is not read.

    Raises
    ------
    SourceRefused
        unless the folder can be read and holds exactly one of the layouts, whole.
    """
    try:
        names = {path.name for path in folder.iterdir()}
    except OSError as error:
        raise SourceRefused(f"{folder}: cannot be read ({error.strerror}); name a folder of recorded events") from error
    found: dict[str, Path] = {}
    for stem in (FEED, *ROLES):
        named = [name for name in (f"{stem}.ndjson", f"{stem}.ndjson.gz") if name in names]
        if len(named) > 1:
            raise SourceRefused(f"{folder}: holds both {named[0]} and {named[1]}; leave one of them there")
        if named:
            found[stem] = folder / named[0]
    if FEED in found:
        if len(found) > 1:
            others = " and ".join(path.name for stem, path in found.items() if stem != FEED)
            raise SourceRefused(f"{folder}: holds both {found[FEED].name} and {others}; leave one layout there")
        return found
    missing = [f"{role}.ndjson" for role in roles if role not in found]
    if missing:
        raise SourceRefused(f"{folder}: has no {' and no '.join(missing)} (or .gz), nor feed.ndjson; put them there")
    return {role: found[role] for role in ROLES if role in roles}


class Recording:
    """One pass over the files of a recording: an iterator of `Line`.

    A line whose time cannot be read arrives with the line above it in its file, and is refused where all records are.

    Parameters
    ----------
    files
        As `find_files` gives them.
    topics
        Role -> name of its topic, in the order of `ROLES`.
    to_sort
        Roles whose files are sorted, as `out_of_order` finds them.

    Raises
    ------
    SourceRefused
        if a file cannot be opened; later, if it is damaged.
    """

    def __init__(self, files: Mapping[str, Path], topics: Mapping[str, str], to_sort: frozenset[str]) -> None:
        self._files: dict[str, LineFile] = {}
        try:
            for stem, path in files.items():
                self._files[stem] = LineFile(path)
        except SourceRefused:
            self.close()
            raise
        if FEED in files:
            self._lines = _feed_lines(self._files[FEED], topics)
        else:
            by_role = [
                (_sorted_lines if role in to_sort else _role_lines)(file, topics[role])
                for role, file in self._files.items()
            ]
            self._lines = heapq.merge(*by_role, key=lambda line: line.time_ms)

    def __iter__(self) -> Iterator[Line]:
        return self._lines

    @property
    def share_read(self) -> float:
        """How much of the files has been read, 0 to 1."""
        total = sum(file.bytes_total for file in self._files.values())
        return sum(file.bytes_read for file in self._files.values()) / total if total else 1.0

    def close(self) -> None:
        """Close the files. Idempotent."""
        for file in self._files.values():
            file.close()


def out_of_order(files: Mapping[str, Path]) -> frozenset[str]:
    """Roles whose files are not in the order of event time; reads them once. A damaged one is told of when it is read.

    Raises
    ------
    SourceRefused
        if a file cannot be opened.
    """
    found = set()
    for role, path in files.items():
        file, before_ms = LineFile(path), 0
        with suppress(SourceRefused):
            for line in file if role != FEED else ():
                time_ms = _time_ms(_EVENT, line)
                if 0 < time_ms < before_ms:
                    found.add(role)
                    break
                before_ms = max(before_ms, time_ms)
        file.close()
    return frozenset(found)


def _sorted_lines(lines: Iterable[bytes], topic: str) -> Iterator[Line]:
    known, time_ms = [], 0
    for line in lines:
        time_ms = _time_ms(_EVENT, line) or time_ms
        known.append(Line(time_ms, topic, line))
    known.sort(key=lambda line: line.time_ms)
    yield from known


def _role_lines(lines: Iterable[bytes], topic: str) -> Iterator[Line]:
    time_ms = 0
    for line in lines:
        time_ms = max(time_ms, _time_ms(_EVENT, line))
        yield Line(time_ms, topic, line)


def _feed_lines(lines: Iterable[bytes], topics: Mapping[str, str]) -> Iterator[Line]:
    names = {topic: topic for topic in topics.values()} | dict(topics)
    first = next(iter(topics.values()))
    time_ms = 0
    for line in lines:
        time_ms = max(time_ms, _time_ms(_ARRIVAL, line))
        try:
            sent = _SENT.decode(line)
            topic = names[sent.topic]
        except (msgspec.MsgspecError, UnicodeDecodeError, KeyError):
            # It belongs to no topic: as it stands it is refused and counted, instead of lost.
            yield Line(time_ms, first, line)
        else:
            headers = tuple((name, value.encode()) for name, value in sent.headers.items())
            yield Line(time_ms, topic, None if sent.value is None else sent.value.encode(), headers)


def _time_ms(decoder: msgspec.json.Decoder[_Event] | msgspec.json.Decoder[_Arrival], line: bytes) -> int:
    """Milliseconds; 0 where there is no time that could order anything."""
    try:
        time = decoder.decode(line).time
    except (msgspec.MsgspecError, UnicodeDecodeError, OverflowError):
        return 0
    time_ms = time if isinstance(time, int) else (time - _EPOCH) // _MILLISECOND
    return time_ms if OLDEST_MS <= time_ms <= LATEST_MS else 0
