"""An HTTP server in a thread of its own, so that no request, however slow, holds up the counting.

Way of an event: step 9, under `telemetry` and `operate_api`. Touches the network.
"""

import asyncio
import logging
import re
import socket
import threading
import traceback
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Final

from aiohttp import web

STOP_WITHIN_S: Final = 2.0
LARGEST_BODY_BYTES: Final = 65_536
BODY_WITHIN_S: Final = 5.0
HEADERS_WITHIN_S: Final = 5.0
WAITING_CONNECTIONS: Final = 1_024
IDLE_S: Final = 60.0
"""A connection is kept so long for the next request; its headers, too, must come in this time."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class HttpServer:
    """Answers requests in its own thread and event loop.

    Parameters
    ----------
    name
        Of the thread.
    address, setting
        Where to listen: ``:9464`` (every interface), ``127.0.0.1:9464`` or ``[::1]:9464``, port 0: a free one; and the
        setting that names it, for error messages.
    routes
        (method, path) -> handler.
    fix
        What a caller who asked for something else is told.

    Raises
    ------
    OSError
        from `start`, if the address cannot be had.
    """

    def __init__(
        self, name: str, address: str, setting: str, routes: Mapping[tuple[str, str], Handler], fix: str
    ) -> None:
        self._name, self._address, self._setting, self._routes, self._fix = name, address, setting, routes, fix
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._runner: web.AppRunner | None = None
        self._listening: asyncio.Server | None = None
        self._silent: set[asyncio.BaseProtocol] = set()
        self.port = 0

    def start(self) -> None:
        """Listen, and return when requests are answered."""
        listening = listening_socket(self._address, self._setting)
        self.port = listening.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=self._name, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._serve(listening), self._loop).result()

    def stop(self) -> None:
        """Stop listening; running answers have a moment to end. Idempotent."""
        if self._loop is None or self._thread is None:
            return
        with suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(2 * STOP_WITHIN_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(STOP_WITHIN_S)
        if not self._thread.is_alive():
            self._loop.close()
        self._loop = self._thread = None

    async def _serve(self, listening: socket.socket) -> None:
        app = web.Application(middlewares=[self._problems], client_max_size=LARGEST_BODY_BYTES)
        for (method, path), handler in self._routes.items():
            if method == "GET":
                app.router.add_get(path, handler)
            else:
                app.router.add_route(method, path, handler)
        self._runner = web.AppRunner(
            app,
            access_log=None,
            handle_signals=False,
            shutdown_timeout=STOP_WITHIN_S / 2,
            keepalive_timeout=IDLE_S,
            logger=_without_what_was_sent(),
        )
        await self._runner.setup()
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(self._connection, sock=listening, backlog=WAITING_CONNECTIONS)

    def _connection(self) -> asyncio.Protocol:
        """A new connection; it is cut unless the headers of a request come in time."""
        if self._runner is None or self._runner.server is None:
            raise ConnectionError("the server has stopped")
        connection = self._runner.server()
        self._silent.add(connection)
        asyncio.get_running_loop().call_later(HEADERS_WITHIN_S, self._cut_if_silent, connection)
        return connection

    def _cut_if_silent(self, connection: web.RequestHandler) -> None:
        if connection in self._silent:
            self._silent.remove(connection)
            if connection.transport is not None:
                connection.transport.abort()

    async def _close(self) -> None:
        if self._listening is not None:
            self._listening.close()
        if self._runner is not None:
            await self._runner.cleanup()
        await asyncio.get_running_loop().shutdown_default_executor()

    @web.middleware
    async def _problems(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """RFC 9457 instead of HTML for what is not served here."""
        self._silent.discard(request.protocol)
        try:
            return await handler(request)
        except web.HTTPError as error:
            allow = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
            return problem(error.status, error.reason, self._fix, allow)


def problem(
    status: int, title: str, fix: str, headers: dict[str, str] | None = None, **more: str | int
) -> web.Response:
    """An error as problem+json that says what to do; `more` are members that programs read.

    References
    ----------
    RFC 9457, Problem Details for HTTP APIs.
    """
    body = {"title": title, "status": status, "fix": fix, **more}
    return web.json_response(body, status=status, headers=headers, content_type="application/problem+json")


async def read_body(request: web.Request, largest_bytes: int = LARGEST_BODY_BYTES) -> bytes:
    """The body of a request; it has a few seconds to come.

    Raises
    ------
    web.HTTPRequestEntityTooLarge, web.HTTPRequestTimeout
        for a body that is too large or too slow; web.HTTPBadRequest for one that is cut or falsely packed.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            async for part in request.content.iter_any():
                body += part
                if len(body) > largest_bytes:
                    raise web.HTTPRequestEntityTooLarge(largest_bytes, len(body))
    except TimeoutError as error:
        raise web.HTTPRequestTimeout from error
    except (web.RequestPayloadError, ConnectionError) as error:
        raise web.HTTPBadRequest(reason="the body is damaged") from error
    return bytes(body)


def _without_what_was_sent() -> logging.Logger:
    """A log of the server's errors by their kind alone: their texts may quote a request, and so a token."""
    log = logging.getLogger("fairdrift.http")
    if not log.filters:
        log.addFilter(_kind_only)
    return log


def _kind_only(record: logging.LogRecord) -> bool:
    if record.exc_info and record.exc_info[0] is not None:
        where = traceback.extract_tb(record.exc_info[2])[-1:]
        place = f" at {where[0].filename}:{where[0].lineno}" if where else ""
        record.msg, record.args = f"a request failed: {record.exc_info[0].__name__}{place}", ()
        record.exc_info = record.exc_text = None
    return True


def listening_socket(address: str, setting: str) -> socket.socket:
    """A socket that listens at ``host:port``; without a host on every interface, IPv6 too where there is any.

    Raises
    ------
    OSError
        in one sentence, if the address is wrong or taken.

    Examples
    --------
    >>> listening_socket("9464", "http.telemetry")
    Traceback (most recent call last):
    ...
    OSError: cannot listen on 9464: no address like ":9464" or "127.0.0.1:9464"; change http.telemetry
    """
    found = re.fullmatch(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<host>[^\s:\[\]]*)):(?P<port>[0-9]{1,5})", address)
    try:
        if found is None or int(found["port"]) > 65_535:
            raise ValueError('no address like ":9464" or "127.0.0.1:9464"')
        port = int(found["port"])
        if found["v6"]:
            return socket.create_server((found["v6"], port), family=socket.AF_INET6)
        if not found["host"] and socket.has_dualstack_ipv6():
            return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
        return socket.create_server((found["host"] or "", port))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise OSError(f"cannot listen on {address}: {reason}; change {setting}") from error
