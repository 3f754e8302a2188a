"""Forged, huge, slow and broken requests on a real socket: refused, and nobody else waits for them."""

import json
import logging
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from monitor.adapters import http_server
from tests.asking_the_controller.office import Office, alert, notification

HOOK = "/v1/hooks/alertmanager"
TOKENS = {"/v1/pause": "a-token", HOOK: "h-token"}


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is slow is cut after a third of a second instead of five."""
    monkeypatch.setattr(http_server, "HEADERS_WITHIN_S", 0.3)
    monkeypatch.setattr(http_server, "BODY_WITHIN_S", 0.3)


def connected(office: Office) -> socket.socket:
    return socket.create_connection(("127.0.0.1", office.port), 10)


def head(path: str, token: str, *more: str) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {token}"]
    return "\r\n".join([*lines, "Content-Type: application/json", *more, "", ""]).encode()


def rest_of(connection: socket.socket) -> bytes:
    """All that comes until the other side closes, however it does."""
    found = b""
    try:
        while part := connection.recv(65_536):
            found += part
    except ConnectionError:
        pass
    return found


def status_of(answer: bytes) -> int:
    return int(answer.split()[1])


@pytest.mark.parametrize("begun", [b"", b"POST", b"POST /v1/pause HTTP/1.1\r\nHost: localhost\r\nX: "])
def test_who_sends_no_whole_head_is_cut(hurried: None, office: Office, begun: bytes) -> None:
    with connected(office) as connection:
        connection.sendall(begun)
        started = time.monotonic()
        assert rest_of(connection) == b""
        assert 0.1 < time.monotonic() - started < 3


def test_drops_of_a_head_keep_no_connection_open(hurried: None, office: Office) -> None:
    with connected(office) as connection:
        end = time.monotonic() + 3
        try:
            while time.monotonic() < end:
                connection.sendall(b"X")
                time.sleep(0.02)
        except ConnectionError:
            return
    pytest.fail("it was let drip for three seconds")


@pytest.mark.parametrize("path", TOKENS)
def test_a_body_that_comes_in_drops_is_408(hurried: None, office: Office, path: str) -> None:
    with connected(office) as connection:
        connection.sendall(head(path, TOKENS[path], "Content-Length: 1000"))
        for _ in range(12):
            connection.sendall(b" ")
            time.sleep(0.05)
        answer = connection.recv(65_536)
    assert status_of(answer) == 408
    assert b"problem+json" in answer


@pytest.mark.parametrize(("path", "limit"), [("/v1/pause", 65_536), (HOOK, 1 << 20)])
@pytest.mark.parametrize("framing", ["Content-Length: 50000000", "Transfer-Encoding: chunked"])
def test_a_body_beyond_the_limit_is_413_before_it_is_all_there(
    office: Office, path: str, limit: int, framing: str
) -> None:
    part = b" " * 65_536
    framed = b"%x\r\n%s\r\n" % (len(part), part) if "chunked" in framing else part
    with connected(office) as connection:
        connection.sendall(head(path, TOKENS[path], framing))
        for _ in range(limit // len(part) + 1):
            connection.sendall(framed)
        assert status_of(connection.recv(65_536)) == 413


@pytest.mark.parametrize("path", TOKENS)
def test_a_body_at_the_limit_is_read(office: Office, path: str) -> None:
    limit = 65_536 if path == "/v1/pause" else 1 << 20
    said = json.dumps({"model": None, "for_ms": 1, "reason": "x"} if path == "/v1/pause" else notification(alert()))
    assert office.ask(path, said.ljust(limit).encode(), TOKENS[path])[0] in (200, 202)


def test_a_bomb_that_unpacks_beyond_the_limit_is_413(office: Office) -> None:
    import gzip

    bomb = gzip.compress(b" " * 50_000_000)
    assert len(bomb) < 60_000
    assert office.ask(HOOK, bomb, "h-token", **{"Content-Encoding": "gzip"})[0] == 413


def test_a_body_that_is_cut_wakes_nobody(office: Office) -> None:
    body = json.dumps(notification(alert())).encode()
    with connected(office) as connection:
        connection.sendall(head(HOOK, "h-token", f"Content-Length: {len(body)}") + body[:-10])
        connection.shutdown(socket.SHUT_WR)
        rest_of(connection)
    assert office.ask("/v1/incidents")[0] == 200
    assert office.control.store.pending() == {}


def test_four_hundred_at_once_who_say_nothing_more_hold_up_nobody_and_are_let_go(
    monkeypatch: pytest.MonkeyPatch, office: Office
) -> None:
    monkeypatch.setattr(http_server, "HEADERS_WITHIN_S", 2)
    monkeypatch.setattr(http_server, "BODY_WITHIN_S", 2)
    with ExitStack() as open_ones:
        silent = [open_ones.enter_context(connected(office)) for _ in range(200)]
        slow = [open_ones.enter_context(connected(office)) for _ in range(200)]
        for connection in slow:
            connection.sendall(head(HOOK, "h-token", "Content-Length: 1000"))
        started = time.monotonic()
        assert office.notify(notification(alert()))[0] == 202
        assert office.ask("/v1/resume", {"model": None})[0] == 200
        assert time.monotonic() - started < 1
        assert {rest_of(connection) for connection in silent} == {b""}
        assert {status_of(connection.recv(65_536)) for connection in slow} == {408}


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> "Iterator[list[str]]":
    """What was logged or printed, filled in at the end of the test's own work by `read`."""
    found: list[str] = []
    with caplog.at_level(logging.DEBUG):
        yield found
    out, err = capfd.readouterr()
    formatter = logging.Formatter()
    text = "\n".join([*(formatter.format(record) for record in caplog.get_records("call")), out, err])
    for secret in found:
        assert secret not in text


@pytest.mark.parametrize(
    "line",
    [
        "Authorization: Bearer s3cr3t\x00",
        "Authorization\x01: Bearer s3cr3t",
        "Authorization: Bearer s3cr3t\r\nContent-Length: x",
        "Authorization: Bearer s3cr3t\r\nContent-Length: 1\r\nContent-Length: 2",
        "Authorization: Bearer s3cr3t\r\nTransfer-Encoding: s3cr3t",
        f"Authorization: Bearer s3cr3t{'x' * 20_000}",
    ],
)
def test_a_request_that_is_no_http_is_400_and_its_token_is_in_no_log(
    office: Office, line: str, logged: list[str]
) -> None:
    logged.append("s3cr3t")
    with connected(office) as connection:
        connection.sendall(f"POST /v1/pause HTTP/1.1\r\nHost: localhost\r\n{line}\r\n\r\n".encode())
        assert status_of(connection.recv(65_536)) in (400, 401)


def test_an_error_of_ours_is_500_and_is_logged_by_its_kind_and_place_alone(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> object:
        raise RuntimeError("s3cr3t")

    office.shown = broken
    with connected(office) as connection:
        connection.sendall(b"GET /v1/incidents HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer r-token\r\n\r\n")
        answer = connection.recv(65_536)
    assert (status_of(answer), b"s3cr3t" in answer) == (500, False)
    assert "RuntimeError at " in caplog.text
    assert "test_bad_callers_do_no_harm.py:" in caplog.text
    assert "s3cr3t" not in caplog.text
