"""Which records are due, and their numbers.

Way of an event: step 10; the loop gives each view, the rollback process reads `pages`. A record is due when the
verdict, the blame, `may_act` or `blocked_by` of its stream has changed, or anything the ledger needs of its revision;
and again while it stands, every five minutes.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol

import msgspec

from monitor.exporting.feed.facts import ForFeed
from monitor.exporting.feed.pages import HELD_BYTES, Held, Pages
from monitor.exporting.feed.records import V, revision_body, stream_body
from monitor.exporting.feed.standing import FeedModel
from monitor.exporting.moments import rfc3339
from monitor.exporting.view import ModelView, View

REPEAT_MS: Final = 300_000
VALID_MS: Final = 900_000
"""What stands is said again after the first, and may be acted on until the second."""

_TIMES: Final = ("first_served", "last_served")
"""Of a revision; they move with every pane, and are told when it is said again."""


class Numbers(Protocol):
    """Numbers that are never given twice in one history, whatever happens to the process."""

    @property
    def source(self) -> str:
        """Names the history."""
        ...

    def take(self, count: int) -> int:
        """The first of so many numbers in a row, from 1 on; they follow those given before by the same process.

        `OSError` if it cannot be kept durably that they were given: they were not.
        """
        ...


class MemoryNumbers:
    """Numbers that end with the process.

    >>> numbers = MemoryNumbers("demo")
    >>> numbers.take(3), numbers.take(1)
    (1, 4)
    """

    def __init__(self, source: str) -> None:
        self.source, self._next = source, 1

    def take(self, count: int) -> int:
        """The first of so many numbers in a row."""
        first, self._next = self._next, self._next + count
        return first


class _Due(NamedTuple):
    key: tuple[str, ...]
    kind: str
    changes: Hashable
    body: dict[str, Any]


@dataclass(slots=True)
class _Last:
    """What was said of a stream or revision last, and when."""

    changes: Hashable
    issued_ms: int


class VerdictLog:
    """The verdict feed of one monitor.

    Parameters
    ----------
    numbers
        Where the numbers come from.
    held_bytes
        Beyond it the oldest records go.
    """

    def __init__(self, numbers: Numbers, held_bytes: int = HELD_BYTES) -> None:
        self._numbers = numbers
        self.pages = Pages(numbers.source, numbers.take(0), held_bytes)
        self._last: dict[tuple[str, ...], _Last] = {}

    def take(self, view: View, now_ms: int) -> int:
        """Tell what is due of a view; gives the number of new records.

        Parameters
        ----------
        now_ms
            Wall time, of `issued_at` and `valid_until`; event time where records are of a time of their own.

        Raises
        ------
        OSError
            if the numbers cannot be kept: nothing was told.
        """
        known: set[tuple[str, ...]] = set()
        due = [one for model in view.models for one in self._due_of(model, now_ms, known)]
        self._last = {key: last for key, last in self._last.items() if key in known}
        if not due:
            self.pages.add((), now_ms)
            return 0
        first = self._numbers.take(len(due))
        self.pages.add([_held(one, number, now_ms, view.version) for number, one in enumerate(due, first)], now_ms)
        for one in due:
            self._last[one.key] = _Last(one.changes, now_ms)
        return len(due)

    def _due_of(self, view: ModelView, now_ms: int, known: set[tuple[str, ...]]) -> Iterator[_Due]:
        if view.for_feed is None:
            return
        model = FeedModel(view, view.for_feed)
        yield from self._revisions(model, view.for_feed, now_ms, known)
        window = model.window
        for said in view.verdicts if window is not None else ():
            key = (said.model, said.revision, said.attribute, said.subgroup, said.metric)
            known.add(key)
            blocks = model.blocked_by(said)
            blame = None if said.blame is None else (said.blame.cause, said.blame.by)
            changes = (said.verdict, blame, blocks)
            if window is not None and self._is_due(key, changes, now_ms):
                yield _Due(key, "stream", changes, stream_body(model, window, said, blocks))

    def _revisions(self, model: FeedModel, facts: ForFeed, now_ms: int, known: set[tuple[str, ...]]) -> Iterator[_Due]:
        for name in facts.revisions:
            key = (model.view.model, name)
            known.add(key)
            body = revision_body(model, name)
            changes = msgspec.json.encode({one: body[one] for one in body if one not in _TIMES})
            if self._is_due(key, changes, now_ms):
                yield _Due(key, "revision", changes, body)

    def _is_due(self, key: tuple[str, ...], changes: Hashable, now_ms: int) -> bool:
        last = self._last.get(key)
        # A clock that was set back must not leave standing what would be out of date to everybody else.
        return last is None or last.changes != changes or not 0 <= now_ms - last.issued_ms < REPEAT_MS


def _held(due: _Due, number: int, now_ms: int, version: str) -> Held:
    head = {
        "v": V,
        "kind": due.kind,
        "seq": number,
        "id": f"v-{number}",
        "issued_at": rfc3339(now_ms),
        "valid_until": rfc3339(now_ms + VALID_MS),
    }
    text = msgspec.json.encode(head | due.body | {"code_version": version})
    return Held(number, now_ms + VALID_MS, text)


def event_time_ms(view: View) -> int:
    """The time of the events, for a feed whose records are of a time of their own; wall time before any.

    >>> event_time_ms(View(published_ms=7))
    7
    """
    marks = [model.for_feed.data.watermark_ms for model in view.models if model.for_feed is not None]
    return max((mark for mark in marks if mark), default=view.published_ms)
