"""The records that are still held, by number, and the part of them that somebody asks for.

Way of an event: step 10, between `verdict_log` and the API. Any thread may read while the loop adds.
"""

from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from threading import Condition
from typing import Final, NamedTuple

from monitor.ports_acting import FeedGap, FeedPage

PAGE_BYTES: Final = 1 << 20
"""A part is not longer, but for a single record."""

HELD_BYTES: Final = 64 << 20
"""Beyond it the oldest records go, whether they still stand or not."""


class Held(NamedTuple):
    """One record that is held: its JSON text, and until when it stands."""

    number: int
    valid_until_ms: int
    text: bytes


class Pages:
    """Records by rising number without holes: the newest ones, and those that still stand.

    Parameters
    ----------
    source
        Names the history that the numbers belong to.
    next_number
        Of the first record to come; at least 1.
    held_bytes
        Beyond it the oldest go.

    Examples
    --------
    >>> pages = Pages("a", next_number=7)
    >>> pages.add([Held(7, 900, b'{"seq":7}'), Held(8, 900, b'{"seq":8}')], now_ms=0)
    >>> pages.read(after=7, wait_s=0)
    FeedPage(source='a', first=7, next=9, records=[b'{"seq":8}'])
    >>> pages.read(after=5, wait_s=0)
    Traceback (most recent call last):
    ...
    monitor.ports_acting.FeedGap: verdict feed a: records 6 to 6 are no longer held; forget what was heard, begin at 7
    """

    def __init__(self, source: str, next_number: int, held_bytes: int = HELD_BYTES) -> None:
        self.source = source
        self._next, self._most_bytes, self._bytes = next_number, held_bytes, 0
        self._held: deque[Held] = deque()
        self._changed = Condition()
        self._listeners: list[Callable[[], None]] = []

    def add(self, records: Sequence[Held], now_ms: int) -> None:
        """Add records, numbered from the next number on, and let go of the oldest: those out of date, or too many.

        ValueError for a number that would leave a hole; nothing is then changed.
        """
        with self._changed:
            for number, record in enumerate(records, self._next):
                if record.number != number:
                    raise ValueError(f"the next record is number {number}, got {record.number}")
            for record in records:
                self._held.append(record)
                self._bytes += len(record.text)
                self._next = record.number + 1
            while self._held and (self._held[0].valid_until_ms <= now_ms or self._bytes > self._most_bytes):
                self._bytes -= len(self._held.popleft().text)
            self._changed.notify_all()
            listeners = list(self._listeners) if records else []
        for listener in listeners:
            listener()

    @property
    def first(self) -> int:
        """Number of the oldest record that is held; of the next one while there is none."""
        with self._changed:
            return self._first()

    def _first(self) -> int:
        return self._held[0].number if self._held else self._next

    def read(self, after: int, wait_s: float) -> FeedPage:
        """As `ports_acting.VerdictFeed`. `FeedGap` also for a number that was never given: it is of another history."""
        with self._changed:
            self._changed.wait_for(lambda: self._has_more(after), timeout=max(0.0, wait_s))
            return self._page(max(after, 0))

    def _has_more(self, after: int) -> bool:
        return after + 1 != self._next

    def _page(self, after: int) -> FeedPage:
        first = self._first()
        if not first <= after + 1 <= self._next:
            raise FeedGap(self._gap(after, first), first)
        chosen: list[bytes] = []
        size = 0
        for record in islice(self._held, after + 1 - first, None):
            if chosen and size + len(record.text) > PAGE_BYTES:
                break
            chosen.append(record.text)
            size += len(record.text)
        return FeedPage(self.source, first, after + 1 + len(chosen), chosen)

    def _gap(self, after: int, first: int) -> str:
        what = f"records {after + 1} to {first - 1} are no longer held"
        if after >= self._next:
            what = f"no record {after} was ever sent"
        return f"verdict feed {self.source}: {what}; forget what was heard, begin at {first}"

    def find(self, number: int) -> bytes | None:
        """One record; None if it is not held (any more)."""
        with self._changed:
            place = number - self._first()
            return self._held[place].text if 0 <= place < len(self._held) else None

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call this (from the loop's thread) after each addition; gives what ends it."""
        with self._changed:
            self._listeners.append(listener)

        def end() -> None:
            with self._changed:
                self._listeners.remove(listener)

        return end

    def close(self) -> None:
        """Nothing to let go of."""
