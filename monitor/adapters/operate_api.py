"""The API of the monitor: what stands now, and acknowledging an alarm, over HTTP with tokens.

Way of an event: beside step 9. Touches the network. It decides nothing: what it is asked goes to the loop's thread.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated, Any, Final

import msgspec
from aiohttp import web

from monitor.adapters.http_server import HttpServer, problem
from monitor.adapters.token_files import holder_of, parse

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


@dataclass(frozen=True, slots=True)
class Tokens:
    """What callers must show, as `token_files.parse` takes it; None: only this machine may ask.

    Who may operate may read. A token with a name says who acknowledges, whatever is claimed.
    """

    read: str | None = None
    operate: str | None = None


class OperateApi:
    """Serves ``GET /v1/status`` and ``POST /v1/acknowledge``.

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
    ) -> None:
        self._tokens, self._status, self._acknowledge = tokens, status, acknowledge
        routes = {("GET", "/v1/status"): self._get_status, ("POST", "/v1/acknowledge"): self._post_acknowledge}
        self._server = HttpServer("api", address, "http.api", routes, "GET /v1/status or POST /v1/acknowledge")

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
        refused = _refused(request, "read", (self._tokens.read, self._tokens.operate))
        if refused is not None:
            return refused
        body = await asyncio.to_thread(lambda: msgspec.json.encode(self._status()))
        return web.Response(body=body, content_type="application/json")

    async def _post_acknowledge(self, request: web.Request) -> web.Response:
        operate = self._tokens.operate
        refused = _refused(request, "operate", (operate,))
        if refused is not None:
            return refused
        try:
            asked = msgspec.json.decode(await request.read(), type=Acknowledgement)
        except msgspec.MsgspecError as error:
            return problem(400, f"not understood: {error}", "send model, attribute, subgroup, metric, actor and reason")
        holder = None if operate is None else holder_of(_shown(request), parse(operate, "operate"))
        if holder is not None and holder.name is not None:
            asked = msgspec.structs.replace(asked, actor=holder.name)
        try:
            await asyncio.wait_for(asyncio.wrap_future(self._acknowledge(asked)), ANSWER_WITHIN_S)
        except ValueError as error:
            return problem(404, str(error), "take model, attribute, subgroup and metric from GET /v1/status")
        except TimeoutError:
            return problem(503, "the monitor did not answer in time", "ask again: acknowledging twice does no harm")
        return web.json_response({"acknowledged": msgspec.to_builtins(asked)})


def _shown(request: web.Request) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


def _refused(request: web.Request, right: str, tokens: tuple[str | None, ...]) -> web.Response | None:
    """None if the caller may."""
    known = [token for token in tokens if token is not None]
    if not known:
        if request.remote is not None and ip_address(request.remote.split("%")[0]).is_loopback:
            return None
        fix = f"set http.tokens.{right}_file, or ask from the machine the monitor runs on"
        return problem(403, f"no {right} token is set, so only this machine may ask", fix)
    shown = _shown(request)
    if holder_of(shown, [holder for token in known for holder in parse(token, right)]) is not None:
        return None
    fix = f"send the contents of http.tokens.{right}_file as Authorization: Bearer"
    return problem(401, f"this needs the {right} token", fix, {"WWW-Authenticate": "Bearer"})
