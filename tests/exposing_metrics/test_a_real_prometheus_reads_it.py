"""A real Prometheus scrapes a real port, and answers with our numbers."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from monitor.exporting.catalogue import CATALOGUE
from monitor.exporting.exposition import render
from monitor.exporting.view import View
from tests.exposing_metrics import populations
from tests.parts.prometheus import Start


@pytest.fixture
def asked() -> list[str]:
    """Accept headers that were sent."""
    return []


@pytest.fixture
def address(asked: list[str]) -> Iterator[str]:
    """A port that serves one view."""
    of = populations.lattice(3, 2)
    combinations, parts = populations.people(of, np.random.default_rng(5), 20_000)
    parts[0] += 5_000
    shown = populations.groups(of, {"28d": (combinations, parts)})
    view: View = populations.view(populations.model(shown))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers["Accept"])
            body, content_type = render(view, self.headers["Accept"])
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_every_series_arrives_once_in_the_format_prometheus_prefers(
    address: str, asked: list[str], prometheus: Start
) -> None:
    server = prometheus({"fairdrift": [address]})
    server.wait_for('up{job="fairdrift"} == 1')
    assert asked[0].startswith("application/openmetrics-text")
    names = server.get("label/__name__/values")
    assert isinstance(names, list)
    expected = {series.name + "_bucket" * (series.kind == "histogram") for series in CATALOGUE}
    assert {name for name in names if name.startswith("fairdrift_")} == expected
    (degraded,) = server.query('count(fairdrift_verdict{state="DEGRADED"} == 1)')
    assert float(degraded["value"][1]) > 0
    (budget,) = server.query('fairdrift_false_alarm_budget{level="page"}')
    assert budget["value"][1] == "1"


def test_cases_over_samples_is_the_rate_for_everyone_who_asks_prometheus(address: str, prometheus: Start) -> None:
    server = prometheus({"fairdrift": [address]})
    server.wait_for("fairdrift_rate_ratio")
    off = "abs(fairdrift_window_cases / fairdrift_window_samples - fairdrift_rate_ratio) > 1e-12"
    assert server.query(off) == []
    (several,) = server.query("count(fairdrift_rate_ratio)")
    assert float(several["value"][1]) > 20
