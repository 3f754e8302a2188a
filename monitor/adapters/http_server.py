"""An HTTP server in a thread of its own, so that no request, however slow, holds up the counting.

Way of an event: step 9, under `telemetry` and `operate_api`. Touches the network.
"""

import asyncio
import re
import socket
import threading
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Final

from aiohttp import web

STOP_WITHIN_S: Final = 2.0
LARGEST_BODY_BYTES: Final = 65_536

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
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=STOP_WITHIN_S / 2)
        await self._runner.setup()
        await web.SockSite(self._runner, listening).start()

    async def _close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
        await asyncio.get_running_loop().shutdown_default_executor()

    @web.middleware
    async def _problems(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """RFC 9457 instead of HTML for what is not served here."""
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
