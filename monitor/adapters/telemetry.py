"""The telemetry port: ``/metrics`` and the probes, over HTTP.

Way of an event: step 9. Touches the network: a thread of its own with its own event loop, so that no request, however
slow, holds up the counting.
"""

import asyncio
import re
import socket
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from aiohttp import web

Probe = Callable[[], tuple[bool, str]]
"""Whether all is well, and a sentence about it. Called in the thread of the server."""

Render = Callable[[str], tuple[bytes, str]]
"""Body and content type for an ``Accept`` header. Called in a worker thread of the server."""

STOP_WITHIN_S: Final = 2.0


class Telemetry:
    """Serves the metrics and the probes.

    Parameters
    ----------
    address
        Where to listen: ``:9464`` (every interface), ``127.0.0.1:9464`` or ``[::1]:9464``. Port 0: a free one.
    metrics
        What ``/metrics`` answers.
    startup, live, ready
        What ``/startupz``, ``/livez`` (also ``/healthz``) and ``/readyz`` answer: 200 or 503. `ready` None: `startup`.

    Raises
    ------
    OSError
        from `start`, if the address cannot be had.

    Examples
    --------
    >>> from urllib.request import urlopen
    >>> def fine():
    ...     return True, "all is well"
    >>> server = Telemetry("127.0.0.1:0", lambda accept: (b"up 1\\n", "text/plain"), startup=fine, live=fine)
    >>> server.start()
    >>> with urlopen(f"http://127.0.0.1:{server.port}/metrics") as answer:
    ...     answer.read()
    b'up 1\\n'
    >>> server.stop()
    """

    def __init__(
        self, address: str, metrics: Render, *, startup: Probe, live: Probe, ready: Probe | None = None
    ) -> None:
        self._address, self._metrics = address, metrics
        self._probes = {"/startupz": startup, "/livez": live, "/healthz": live, "/readyz": ready or startup}
        self._socket: socket.socket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._runner: web.AppRunner | None = None
        self.port = 0

    def start(self) -> None:
        """Listen, and return when requests are answered."""
        self._socket = listening_socket(self._address)
        self.port = self._socket.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="telemetry", daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._serve(self._socket), self._loop).result()

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
        app = web.Application(middlewares=[_problems])
        app.router.add_get("/metrics", self._answer_metrics)
        for path in self._probes:
            app.router.add_get(path, self._answer_probe)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=STOP_WITHIN_S / 2)
        await self._runner.setup()
        await web.SockSite(self._runner, listening).start()

    async def _close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
        await asyncio.get_running_loop().shutdown_default_executor()

    async def _answer_metrics(self, request: web.Request) -> web.Response:
        # In a worker, so that a long rendering does not make the probes wait.
        body, content_type = await asyncio.to_thread(self._metrics, request.headers.get("Accept", ""))
        return web.Response(body=body, headers={"Content-Type": content_type})

    async def _answer_probe(self, request: web.Request) -> web.Response:
        is_well, sentence = self._probes[request.path]()
        return web.Response(status=200 if is_well else 503, text=f"{sentence}\n")


@web.middleware
async def _problems(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """RFC 9457 instead of HTML for what is not served here."""
    try:
        return await handler(request)
    except web.HTTPError as error:
        fix = "GET /metrics, /startupz, /livez, /healthz or /readyz"
        body = {"title": error.reason, "status": error.status, "fix": fix}
        allow = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
        return web.json_response(body, status=error.status, headers=allow, content_type="application/problem+json")


def listening_socket(address: str) -> socket.socket:
    """A socket that listens at ``host:port``; without a host on every interface, IPv6 too where there is any.

    Raises
    ------
    OSError
        in one sentence, if the address is wrong or taken.

    Examples
    --------
    >>> listening_socket("9464")
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
        raise OSError(f"cannot listen on {address}: {reason}; change http.telemetry") from error
