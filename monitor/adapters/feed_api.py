"""The verdict feed over HTTP: parts of it as they come, one record, and one verdict in sentences.

Way of an event: step 10. Touches the network. It waits without a thread: however many ask, nobody is held up.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from re import fullmatch
from typing import Final, Protocol

from aiohttp import web

from monitor.adapters.http_server import Handler, problem
from monitor.adapters.tokens import Tokens
from monitor.ports_acting import FeedGap, FeedPage

LONGEST_WAIT_S: Final = 60
MOST_WAITING: Final = 64
"""Callers that wait at once; one controller is usual."""

LONGEST_NUMBER: Final = 15
"""Digits: integers beyond 2**53 are not the same number to every reader of JSON."""

_HOW_TO_ASK: Final = f"ask like /v1/verdicts?after=0&wait=30; wait is at most {LONGEST_WAIT_S} seconds"


class Pages(Protocol):
    """The records that are held. Any thread may call, and no method takes longer than it is told to wait."""

    @property
    def first(self) -> int:
        """Number of the oldest record held."""
        ...

    def read(self, after: int, wait_s: float) -> FeedPage:
        """Records numbered above `after`. `FeedGap` if some are no longer held."""
        ...

    def find(self, number: int) -> bytes | None:
        """One record; None if it is not held."""
        ...

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call this after each addition, from the thread that adds; gives what ends it."""
        ...


class FeedApi:
    """Serves ``GET /v1/verdicts``, ``/v1/verdicts/{id}`` and ``/v1/explain/{id}``.

    Parameters
    ----------
    tokens
        Who may read.
    pages
        The records.
    explain
        A record as JSON text -> sentences about its stream as it stands now; None if it is about no stream that is
        judged. Called in a worker thread.

    Attributes
    ----------
    waiting
        How many callers wait now.
    """

    def __init__(self, tokens: Tokens, pages: Pages, explain: Callable[[bytes], Sequence[str] | None]) -> None:
        self._tokens, self._pages, self._explain = tokens, pages, explain
        self.waiting = 0

    @property
    def routes(self) -> Mapping[tuple[str, str], Handler]:
        """(method, path) -> handler."""
        return {
            ("GET", "/v1/verdicts"): self._get_page,
            ("GET", "/v1/verdicts/{id}"): self._get_record,
            ("GET", "/v1/explain/{id}"): self._get_explanation,
        }

    async def _get_page(self, request: web.Request) -> web.Response:
        refused = self._tokens.refusal_to_read(request)
        if refused is not None:
            return refused
        after, wait_s = request.query.get("after"), request.query.get("wait", "0")
        if after is not None and _number(after) is None:
            return problem(400, "after must be the number of a record", _HOW_TO_ASK)
        wait = _number(wait_s)
        if wait is None or wait > LONGEST_WAIT_S:
            return problem(400, f"wait must be whole seconds, 0 to {LONGEST_WAIT_S}", _HOW_TO_ASK)
        number = self._pages.first - 1 if after is None else int(after)
        try:
            page = self._pages.read(number, 0)
            if not page.records and wait:
                if self.waiting >= MOST_WAITING:
                    fix = f"ask again later, or without wait; at most {MOST_WAITING} may wait at once"
                    return problem(503, "too many callers wait for verdicts", fix, {"Retry-After": "5"})
                page = await self._wait(number, wait)
        except FeedGap as gap:
            fix = f"go on with after={gap.first - 1}; what stood meanwhile is at /v1/status"
            return problem(410, str(gap), fix, first=gap.first)
        return web.Response(body=_body(page), content_type="application/json")

    async def _wait(self, after: int, wait_s: int) -> FeedPage:
        """The page once something was added, or time is up."""
        loop, changed = asyncio.get_running_loop(), asyncio.Event()
        end = self._pages.listen(lambda: _tell(loop, changed))
        self.waiting += 1
        try:
            page = self._pages.read(after, 0)
            if not page.records:
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), wait_s)
                page = self._pages.read(after, 0)
            return page
        finally:
            self.waiting -= 1
            end()

    async def _get_record(self, request: web.Request) -> web.Response:
        refused = self._tokens.refusal_to_read(request)
        if refused is not None:
            return refused
        record = self._found(request)
        return _not_held() if record is None else web.Response(body=record, content_type="application/json")

    async def _get_explanation(self, request: web.Request) -> web.Response:
        refused = self._tokens.refusal_to_read(request)
        if refused is not None:
            return refused
        record = self._found(request)
        if record is None:
            return _not_held()
        said = await asyncio.to_thread(self._explain, record)
        if said is None:
            fix = "take the id of a record of kind stream whose revision still serves"
            return problem(404, "nothing is judged now that this record is about", fix)
        return web.json_response({"id": request.match_info["id"], "sentences": list(said)})

    def _found(self, request: web.Request) -> bytes | None:
        number = _number(request.match_info["id"].removeprefix("v-"))
        return None if number is None else self._pages.find(number)


def _tell(loop: asyncio.AbstractEventLoop, changed: asyncio.Event) -> None:
    with suppress(RuntimeError):  # the server was stopped meanwhile
        loop.call_soon_threadsafe(changed.set)


def _number(text: str) -> int | None:
    """A whole number, not negative and not too long; None for any other text.

    >>> _number("12"), _number("-1"), _number("1e3"), _number("\\u0663")
    (12, None, None, None)
    """
    return int(text) if fullmatch(f"[0-9]{{1,{LONGEST_NUMBER}}}", text) else None


def _not_held() -> web.Response:
    return problem(404, "no such record is held (any more)", "take an id, like v-48213, from GET /v1/verdicts")


def _body(page: FeedPage) -> bytes:
    head = {"v": 1, "source": page.source, "first": page.first, "next": page.next}
    return json.dumps(head).encode()[:-1] + b', "records": [' + b",".join(page.records) + b"]}"
