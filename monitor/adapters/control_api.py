"""The API of the rollback process: what people ask for, and the hook of Alertmanager, over HTTP with tokens.

Way of an event: beside step 12. Touches the network. It decides nothing: what is asked goes to the loop, and is
answered once the loop has written it down.
"""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import msgspec
from aiohttp import web

from monitor.adapters.callers import Caller, Rights
from monitor.adapters.http_server import Handler, HttpServer, problem, read_body
from monitor.ports_acting import AuditUnwritable, HintsUnwritable

ANSWER_WITHIN_S: Final = 10.0
LARGEST_HOOK_BYTES: Final = 1 << 20

Named = Mapping[str, str]
"""The parts of a path that have names."""


@dataclass(frozen=True, slots=True)
class Door:
    """One thing that people ask for.

    Parameters
    ----------
    form
        Of the body: a `msgspec.Struct` whose `actor` is a claimed name.
    take
        Hands it on, with the actor and the named parts of the path. It raises `LookupError` for what is not known here
        and `ValueError` for what nobody can ask for; the future ends with `ValueError` for what cannot be as things
        stand, with `AuditUnwritable`, or with a sentence.
    fix
        What to send instead of a body that is not understood.
    """

    form: type[Any]
    take: Callable[[Any, str, Named], "Future[str]"]
    fix: str


@dataclass(frozen=True, slots=True)
class Inside:
    """What lies behind the API.

    Parameters
    ----------
    doors
        By path.
    hook
        Takes the body of a notification and names what is looked at sooner, once that is stored; `ValueError` for one
        that is none, `HintsUnwritable`. Called in a worker thread, as is `incidents`.
    incidents
        What is answered to ``/v1/incidents``, for JSON.
    """

    doors: Mapping[str, Door]
    hook: Callable[[bytes], list[str]]
    incidents: Callable[[], Any]


class ControlApi:
    """Serves ``POST /v1/hooks/alertmanager``, ``GET /v1/incidents`` and a POST for each door.

    Parameters
    ----------
    address
        Where to listen, as `HttpServer` takes it.
    rights
        Who may.
    inside
        What lies behind.
    answer_within_s
        How long the loop has; a request that it has not begun by then is taken back.

    Raises
    ------
    OSError
        from `start`, if the address cannot be had.
    TokensUnusable
        from `start`, if a token file cannot be used.

    Examples
    --------
    >>> from urllib.request import urlopen
    >>> api = ControlApi("127.0.0.1:0", Rights(), Inside({}, lambda body: [], lambda: {"incidents": []}))
    >>> api.start()
    >>> with urlopen(f"http://127.0.0.1:{api.port}/v1/incidents") as answer:
    ...     answer.read()
    b'{"incidents":[]}'
    >>> api.stop()
    """

    def __init__(self, address: str, rights: Rights, inside: Inside, answer_within_s: float = ANSWER_WITHIN_S) -> None:
        self._rights, self._inside, self._answer_within_s = rights, inside, answer_within_s
        routes: dict[tuple[str, str], Handler] = {
            ("GET", "/v1/incidents"): self._get_incidents,
            ("POST", "/v1/hooks/alertmanager"): self._post_hook,
        }
        routes |= {("POST", path): partial(self._post, door) for path, door in inside.doors.items()}
        served = ", ".join(f"{method} {path}" for method, path in routes)
        self._server = HttpServer("control", address, "controller.api", routes, f"one of: {served}")

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.port

    def start(self) -> None:
        """Listen, and return when requests are answered."""
        self._rights.check()
        self._server.start()

    def stop(self) -> None:
        """Stop listening; running answers have a moment to end. Idempotent."""
        self._server.stop()

    async def _get_incidents(self, request: web.Request) -> web.Response:
        caller = self._rights.caller(request, "read")
        if isinstance(caller, web.Response):
            return caller
        body = await asyncio.to_thread(lambda: msgspec.json.encode(self._inside.incidents()))
        return web.Response(body=body, content_type="application/json")

    async def _post_hook(self, request: web.Request) -> web.Response:
        caller = self._may_post(request, "hook")
        if isinstance(caller, web.Response):
            return caller
        body = await read_body(request, LARGEST_HOOK_BYTES)
        try:
            woken = await asyncio.to_thread(self._inside.hook, body)
        except (ValueError, RecursionError) as error:
            return problem(
                400, f"no notification: {_short(error)}", "send what Alertmanager's webhook (version 4) sends"
            )
        except HintsUnwritable as error:
            return problem(503, str(error), "send it again; verdicts are looked at meanwhile all the same")
        return web.json_response({"woken": woken}, status=202)

    async def _post(self, door: Door, request: web.Request) -> web.Response:
        caller = self._may_post(request, "operate")
        if isinstance(caller, web.Response):
            return caller
        body = await read_body(request)
        try:
            asked = msgspec.json.decode(body, type=door.form)
            actor = caller.actor(asked.actor)
            answer = door.take(asked, actor, request.match_info)
        except LookupError as error:
            return problem(404, str(error.args[0]), door.fix)
        except (ValueError, RecursionError) as error:
            return problem(400, f"not understood: {_short(error)}", door.fix)
        try:
            said = await asyncio.wait_for(asyncio.wrap_future(answer), self._answer_within_s)
        except ValueError as error:
            return problem(409, str(error), "see GET /v1/incidents for what stands now")
        except AuditUnwritable as error:
            return problem(503, f"nothing was done: {error}", "ask again once the audit log can be written")
        except TimeoutError:
            fix = "see GET /v1/incidents, then ask again: it was taken back, unless the loop was just at it"
            return problem(503, "the controller did not answer in time", fix)
        return web.json_response({"done": said, "actor": actor})

    def _may_post(self, request: web.Request, right: Any) -> Caller | web.Response:
        """Who posts. A body of another kind may come from a page in somebody's browser, which may not ask first."""
        caller = self._rights.caller(request, right)
        if isinstance(caller, Caller) and request.content_type != "application/json":
            return problem(415, "the body is no JSON", "send Content-Type: application/json")
        return caller


def _short(error: Exception) -> str:
    """What is wrong, without what was sent."""
    if isinstance(error, UnicodeError):
        return "it holds characters that are none"
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)[:500]
