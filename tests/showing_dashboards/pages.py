"""A port that a Prometheus can scrape: at every scrape the next page of a monitor's life, at the end the last one."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from monitor.exporting.exposition import render
from monitor.exporting.samples_of_control import ControlView, render_control
from monitor.exporting.view import View


@contextmanager
def served(views: Sequence[View]) -> Iterator[str]:
    """Address, ``host:port``."""
    coming = list(views)
    with _answering(lambda accept: render(coming.pop(0) if len(coming) > 1 else coming[0], accept)) as address:
        yield address


@contextmanager
def served_control(view: ControlView) -> Iterator[str]:
    """Address of a rollback process, ``host:port``."""
    with _answering(lambda accept: render_control(view, accept)) as address:
        yield address


@contextmanager
def _answering(page: Callable[[str], tuple[bytes, str]]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body, content_type = page(self.headers["Accept"])
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
