"""The API of the monitor: what stands now, and acknowledging an alarm, over HTTP with tokens.

Way of an event: beside step 9. Touches the network. It decides nothing: what it is asked goes to the loop's thread.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import Annotated, Any, Final

import msgspec
from aiohttp import web

from monitor.adapters.feed_api import FeedApi
from monitor.adapters.http_server import Handler, HttpServer, problem
from monitor.adapters.tokens import Tokens

__all__ = ["Acknowledgement", "OperateApi", "Tokens"]

ANSWER_WITHIN_S: Final = 10.0
_Short = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Acknowledgement(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A person has seen the alarm of one stream: who (as claimed) and why."""

    model: _Short
    attribute: _Short
    subgroup: _Short
    metric: _Short
    actor: _Short
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]


class OperateApi:
    """Serves ``GET /v1/status`` and ``POST /v1/acknowledge``, and the verdict feed where there is one.

    Parameters
    ----------
    address
        Where to listen, as `HttpServer` takes it.
    tokens
        Who may.
    status
        What is answered to ``/v1/status``, for JSON. Called in a worker thread.
    acknowledge
        Hands an acknowledgement on; the future ends once it is stored, with `ValueError` for a stream that is not
        judged. Called in the thread of the server.
    feed
        Answers for ``/v1/verdicts`` and ``/v1/explain``.

    Raises
    ------
    OSError
        from `start`, if the address cannot be had.

    Examples
    --------
    >>> from urllib.request import urlopen
    >>> api = OperateApi("127.0.0.1:0", Tokens(), lambda: {"models": {}}, lambda asked: Future())
    >>> api.start()
    >>> with urlopen(f"http://127.0.0.1:{api.port}/v1/status") as answer:
    ...     answer.read()
    b'{"models":{}}'
    >>> api.stop()
    """

    def __init__(
        self,
        address: str,
        tokens: Tokens,
        status: Callable[[], Any],
        acknowledge: Callable[[Acknowledgement], "Future[None]"],
        feed: FeedApi | None = None,
    ) -> None:
        self._tokens, self._status, self._acknowledge = tokens, status, acknowledge
        routes: dict[tuple[str, str], Handler] = {
            ("GET", "/v1/status"): self._get_status,
            ("POST", "/v1/acknowledge"): self._post_acknowledge,
            **({} if feed is None else feed.routes),
        }
        served = ", ".join(f"{method} {path}" for method, path in routes)
        self._server = HttpServer("api", address, "http.api", routes, f"ask for one of {served}")

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.port

    def start(self) -> None:
        """Listen, and return when requests are answered."""
        self._server.start()

    def stop(self) -> None:
        """Stop listening; running answers have a moment to end. Idempotent."""
        self._server.stop()

    async def _get_status(self, request: web.Request) -> web.Response:
        refused = self._tokens.refusal_to_read(request)
        if refused is not None:
            return refused
        body = await asyncio.to_thread(lambda: msgspec.json.encode(self._status()))
        return web.Response(body=body, content_type="application/json")

    async def _post_acknowledge(self, request: web.Request) -> web.Response:
        refused = self._tokens.refusal_to_operate(request)
        if refused is not None:
            return refused
        if request.content_type != "application/json":  # a page in a browser cannot say so unasked
            return problem(415, "the body is no JSON", "send Content-Type: application/json")
        try:
            asked = msgspec.json.decode(await request.read(), type=Acknowledgement)
        except msgspec.MsgspecError as error:
            return problem(400, f"not understood: {error}", "send model, attribute, subgroup, metric, actor and reason")
        name = self._tokens.name_of(request)
        if name is not None:
            asked = msgspec.structs.replace(asked, actor=name)
        try:
            await asyncio.wait_for(asyncio.wrap_future(self._acknowledge(asked)), ANSWER_WITHIN_S)
        except ValueError as error:
            return problem(404, str(error), "take model, attribute, subgroup and metric from GET /v1/status")
        except TimeoutError:
            return problem(503, "the monitor did not answer in time", "ask again: acknowledging twice does no harm")
        return web.json_response({"acknowledged": msgspec.to_builtins(asked)})
