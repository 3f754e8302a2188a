"""A monitor's verdict feed and an Alertmanager without silences, on loopback, from a feed in memory."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

from monitor.ports_acting import FeedGap
from tests.parts.processes import HOST
from tests.rolling_back.twins import MemoryFeed


@contextmanager
def serving(feed: MemoryFeed) -> Iterator[str]:
    """Its address, until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            if asked.path == "/api/v2/silences":
                self._answer(200, b"[]")
                return
            try:
                page = feed.read(int(parse_qs(asked.query)["after"][0]), 0)
            except FeedGap as gap:
                self._answer(410, json.dumps({"title": "gone", "status": 410, "first": gap.first}).encode())
                return
            head = {"v": 1, "source": page.source, "first": page.first, "next": page.next}
            records = [json.loads(one) for one in page.records]
            self._answer(200, json.dumps({**head, "records": records}).encode())

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer((HOST, 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://{HOST}:{server.server_port}"
        server.shutdown()
        thread.join(5)
