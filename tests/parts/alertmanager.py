"""A running Alertmanager 0.25, and a webhook that keeps what it is told."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from tests.parts.processes import HOST, Process, free_ports, start
from tests.parts.prometheus import TEMPLATES, binaries


@dataclass
class Webhook:
    """Somebody who is told: notifications by the last part of the path they were posted to."""

    url: str
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def alerts(self, receiver: str, status: str, **labels: str) -> list[dict[str, Any]]:
        """Alerts of this status and these labels that a receiver was told of, oldest first."""
        return [
            alert
            for path, body in list(self.told)
            if path == receiver
            for alert in body["alerts"]
            if alert["status"] == status and labels.items() <= alert["labels"].items()
        ]

    def wait_for(self, receiver: str, status: str, timeout_s: float = 30, **labels: str) -> dict[str, Any]:
        """The first of `alerts`, once there is one; TimeoutError with all that was told."""
        end = time.monotonic() + timeout_s
        while not (found := self.alerts(receiver, status, **labels)):
            if time.monotonic() > end:
                told = [(path, a["status"], a["labels"]) for path, body in self.told for a in body["alerts"]]
                raise TimeoutError(f"{receiver} was not told of {status} {labels} in {timeout_s} s, but of {told}")
            time.sleep(0.05)
        return found[0]


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    """A receiver of notifications on a free port; it ends with the test."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            known.told.append((self.path.strip("/"), body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((HOST, 0), Handler)
    known = Webhook(f"http://{HOST}:{server.server_address[1]}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield known
    server.shutdown()
    server.server_close()


@dataclass(frozen=True, slots=True)
class Alertmanager:
    """A running server."""

    address: str
    process: Process

    def alerts(self, **labels: str) -> list[dict[str, Any]]:
        """What it knows now, with `status.state` (active or suppressed), `inhibitedBy` and `silencedBy`."""
        filters = [("filter", f'{name}="{value}"') for name, value in labels.items()]
        found = self._call(f"alerts?{urlencode(filters)}")
        assert isinstance(found, list)
        return found

    def wait_for(
        self, holds: Callable[[list[dict[str, Any]]], bool], timeout_s: float = 30, **labels: str
    ) -> list[dict[str, Any]]:
        """`alerts` once they are so."""
        self.process.wait_ready(lambda: holds(self.alerts(**labels)), timeout_s)
        return self.alerts(**labels)

    def silence(self, comment: str, **labels: str) -> str:
        """Silence alerts with these labels for an hour; gives the silence's id."""
        now = datetime.now(UTC)
        matchers = [{"name": name, "value": value, "isRegex": False, "isEqual": True} for name, value in labels.items()]
        body = {
            "matchers": matchers,
            "startsAt": now.isoformat(),
            "endsAt": (now + timedelta(hours=1)).isoformat(),
            "createdBy": "duty",
            "comment": comment,
        }
        found = self._call("silences", json.dumps(body).encode())
        assert isinstance(found, dict)
        return str(found["silenceID"])

    def expire(self, silence: str) -> None:
        """End a silence."""
        with urlopen(Request(f"http://{self.address}/api/v2/silence/{silence}", method="DELETE"), timeout=10):
            pass

    def _call(self, path: str, body: bytes | None = None) -> object:
        request = Request(f"http://{self.address}/api/v2/{path}", body, {"Content-Type": "application/json"})
        with urlopen(request, timeout=10) as answer:
            return json.load(answer)


Start = Callable[[Mapping[str, Any]], Alertmanager]


@pytest.fixture
def alertmanager(tmp_path: Path) -> Iterator[Start]:
    """Starts servers with the configuration given; they end with the test."""
    with ExitStack() as running:

        def start_one(configuration: Mapping[str, Any]) -> Alertmanager:
            (port,) = free_ports(1)
            home = tmp_path / f"alertmanager-{port}"
            home.mkdir()
            (home / TEMPLATES).symlink_to(binaries() / "templates")
            # JSON is YAML, too.
            (home / "alertmanager.yml").write_text(json.dumps(configuration), encoding="utf-8")
            address = f"{HOST}:{port}"
            options = (
                "--config.file=alertmanager.yml",
                "--storage.path=data",
                f"--web.listen-address={address}",
                "--cluster.listen-address=",
            )
            process = start("alertmanager", [binaries() / "prometheus-alertmanager", *options], home)
            running.callback(process.stop)
            process.wait_ready(lambda: _is_ready(address))
            return Alertmanager(address, process)

        yield start_one


def _is_ready(address: str) -> bool:
    try:
        with urlopen(f"http://{address}/-/ready", timeout=1) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
