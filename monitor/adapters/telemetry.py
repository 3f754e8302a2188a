"""The telemetry port: ``/metrics`` and the probes, over HTTP.

Way of an event: step 9. Touches the network.
"""

import asyncio
from collections.abc import Callable

from aiohttp import web

from monitor.adapters.http_server import Handler, HttpServer

Probe = Callable[[], tuple[bool, str]]
"""Whether all is well, and a sentence about it. Called in the thread of the server."""

Render = Callable[[str], tuple[bytes, str]]
"""Body and content type for an ``Accept`` header. Called in a worker thread of the server."""


class Telemetry:
    """Serves the metrics and the probes.

    Parameters
    ----------
    address
        Where to listen, as `HttpServer` takes it.
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
        self._metrics = metrics
        self._probes = {"/startupz": startup, "/livez": live, "/healthz": live, "/readyz": ready or startup}
        routes: dict[tuple[str, str], Handler] = {("GET", "/metrics"): self._answer_metrics}
        routes |= {("GET", path): self._answer_probe for path in self._probes}
        fix = "GET /metrics, /startupz, /livez, /healthz or /readyz"
        self._server = HttpServer("telemetry", address, "http.telemetry", routes, fix)

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

    async def _answer_metrics(self, request: web.Request) -> web.Response:
        # In a worker, so that a long rendering does not make the probes wait.
        body, content_type = await asyncio.to_thread(self._metrics, request.headers.get("Accept", ""))
        return web.Response(body=body, headers={"Content-Type": content_type})

    async def _answer_probe(self, request: web.Request) -> web.Response:
        is_well, sentence = self._probes[request.path]()
        return web.Response(status=200 if is_well else 503, text=f"{sentence}\n")
