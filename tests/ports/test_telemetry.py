"""What Prometheus and the kubelet get to see."""

import json
import socket
import threading
from collections.abc import Iterator
from email.message import Message
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from monitor.adapters.telemetry import Probe, Telemetry

TEXT = "text/plain; version=0.0.4; charset=utf-8"


def fine() -> tuple[bool, str]:
    return True, "all is well"


def ill() -> tuple[bool, str]:
    return False, "restoring state"


def metrics(accept: str) -> tuple[bytes, str]:
    return f'asked_for{{accept="{accept}"}} 1\n'.encode(), TEXT


def ask(server: Telemetry, path: str, method: str = "GET", accept: str = "a/b") -> tuple[int, Message, str]:
    """Status, headers and body."""
    request = Request(f"http://127.0.0.1:{server.port}{path}", method=method, headers={"Accept": accept})
    try:
        with urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.headers, error.read().decode()


@pytest.fixture
def server() -> Iterator[Telemetry]:
    server = Telemetry("127.0.0.1:0", metrics, startup=fine, live=fine, ready=ill)
    server.start()
    yield server
    server.stop()


def test_metrics_are_rendered_for_the_format_that_was_asked_for(server: Telemetry) -> None:
    status, headers, body = ask(server, "/metrics", accept="application/openmetrics-text")
    assert (status, headers["Content-Type"], body) == (
        *(200, TEXT, 'asked_for{accept="application/openmetrics-text"} 1\n'),
    )


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        *(("/startupz", 200, "all is well"), ("/livez", 200, "all is well"), ("/healthz", 200, "all is well")),
        ("/readyz", 503, "restoring state"),
    ],
)
def test_a_probe_tells_its_sentence(server: Telemetry, path: str, status: int, sentence: str) -> None:
    found, headers, body = ask(server, path)
    assert (found, headers["Content-Type"], body) == (status, "text/plain; charset=utf-8", f"{sentence}\n")


@pytest.mark.parametrize("path", ["/metrics", "/livez", "/readyz"])
def test_head_has_the_headers_and_no_body(server: Telemetry, path: str) -> None:
    (status, _, whole), (head_status, headers, body) = ask(server, path), ask(server, path, "HEAD")
    assert (head_status, int(headers["Content-Length"]), body) == (status, len(whole), "")


@pytest.mark.parametrize(
    ("method", "path", "status", "title"),
    [
        *(("GET", "/", 404, "Not Found"), ("GET", "/metrics/x", 404, "Not Found")),
        ("GET", "/%2e%2e/etc/passwd", 404, "Not Found"),
        ("POST", "/metrics", 405, "Method Not Allowed"),
    ],
)
def test_anything_else_is_a_problem_that_says_what_there_is(
    server: Telemetry, method: str, path: str, status: int, title: str
) -> None:
    found, headers, body = ask(server, path, method)
    assert (found, headers["Content-Type"]) == (status, "application/problem+json; charset=utf-8")
    assert json.loads(body) == {
        "title": title,
        "status": status,
        "fix": "GET /metrics, /startupz, /livez, /healthz or /readyz",
    }


def test_without_a_word_on_readiness_it_is_that_of_the_start() -> None:
    server = Telemetry("127.0.0.1:0", metrics, startup=ill, live=fine)
    server.start()
    assert ask(server, "/readyz")[0] == 503
    server.stop()


def test_a_rendering_that_takes_long_does_not_make_the_probes_wait() -> None:
    began, may_end = threading.Event(), threading.Event()

    def slow(_accept: str) -> tuple[bytes, str]:
        began.set()
        assert may_end.wait(30)
        return b"", TEXT

    server = Telemetry("127.0.0.1:0", slow, startup=fine, live=fine)
    server.start()
    scrape = threading.Thread(target=ask, args=(server, "/metrics"))
    scrape.start()
    assert began.wait(30)
    assert ask(server, "/livez")[0] == 200
    may_end.set()
    scrape.join(30)
    server.stop()


def test_a_client_that_sends_nothing_holds_up_nobody(server: Telemetry) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as silent:
        silent.sendall(b"GET /metrics HT")
        assert ask(server, "/livez")[0] == 200


@pytest.mark.parametrize("probe", [fine, ill])
def test_after_stopping_twice_nobody_listens_and_the_port_is_free(probe: Probe) -> None:
    server = Telemetry("127.0.0.1:0", metrics, startup=probe, live=probe)
    server.start()
    ask(server, "/metrics")
    server.stop()
    server.stop()
    again = Telemetry(f"127.0.0.1:{server.port}", metrics, startup=probe, live=probe)
    again.start()
    again.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "telemetry"]


def test_stopping_what_never_started_is_stopping() -> None:
    Telemetry("127.0.0.1:0", metrics, startup=fine, live=fine).stop()


def test_a_port_in_use_is_one_sentence(server: Telemetry) -> None:
    address = f"127.0.0.1:{server.port}"
    with pytest.raises(OSError, match=rf"^cannot listen on {address}: Address already in use"):
        Telemetry(address, metrics, startup=fine, live=fine).start()


@pytest.mark.parametrize("address", ["9464", ":70000", "127.0.0.1", "::1:9464", ":9464x", ""])
def test_an_address_that_is_none_is_one_sentence(address: str) -> None:
    with pytest.raises(OSError, match=r"^cannot listen on .*: no address like .*; change http.telemetry$"):
        Telemetry(address, metrics, startup=fine, live=fine).start()


def test_without_a_host_every_interface_is_served() -> None:
    server = Telemetry(":0", metrics, startup=fine, live=fine)
    server.start()
    assert ask(server, "/livez")[0] == 200
    server.stop()
