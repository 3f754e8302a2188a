"""Silences of a real Alertmanager, made with amtool; and of servers that are none, or ill."""

import json
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from monitor.acting.silences import silences_over
from monitor.adapters import alertmanager as adapter
from monitor.adapters.alertmanager import AlertmanagerSilences
from monitor.ports_acting import SilencesUnreadable
from tests.parts.alertmanager import Alertmanager, Start
from tests.parts.prometheus import binaries
from tests.ports.silences_contract import ALERT, SilencesContract, now_ms

QUIET = {"route": {"receiver": "nobody"}, "receivers": [{"name": "nobody"}]}


def amtool(server: Alertmanager, *arguments: str) -> str:
    command = [str(binaries() / "amtool"), f"--alertmanager.url=http://{server.address}", "silence", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    return done.stdout.strip()


def add(server: Alertmanager, comment: str, *matchers: str, end: str = "") -> str:
    """A silence by amtool; gives its id."""
    until = [f"--end={end}"] if end else []
    return amtool(server, "add", "--author=duty", f"--comment={comment}", *until, *matchers)


class TestAlertmanagerSilences(SilencesContract):
    @pytest.fixture(autouse=True)
    def _made(self, alertmanager: Start) -> None:
        self.server = alertmanager(QUIET)
        self.silences = AlertmanagerSilences([f"http://{self.server.address}"])

    def silence(self, ends_at: str, comment: str, *, is_regex: bool = False, **labels: str) -> str:
        sign = "=~" if is_regex else "="
        return add(self.server, comment, *(f'{name}{sign}"{value}"' for name, value in labels.items()), end=ends_at)

    def expire(self, name: str) -> None:
        amtool(self.server, "expire", name)

    def break_it(self) -> None:
        self.server.process.stop()


def test_each_of_a_pair_that_hear_nothing_of_each_other_is_asked(alertmanager: Start) -> None:
    pair = [alertmanager(QUIET) for _ in range(2)]
    silences = AlertmanagerSilences([f"http://{server.address}/" for server in pair])
    made = {add(server, "a freeze", "model=readmission") for server in pair}
    assert {one.id for one in silences_over(ALERT, silences.read(), now_ms())} == made


def test_one_of_a_pair_that_is_silent_holds_and_what_the_other_says_is_in_the_error(alertmanager: Start) -> None:
    pair = [alertmanager(QUIET) for _ in range(2)]
    made = add(pair[1], "a freeze", "model=readmission")
    pair[0].process.stop()
    with pytest.raises(SilencesUnreadable) as unreadable:
        AlertmanagerSilences([f"http://{server.address}" for server in pair]).read()
    assert pair[0].address in str(unreadable.value)
    assert pair[1].address not in str(unreadable.value)
    assert [one.id for one in silences_over(ALERT, unreadable.value.seen, now_ms())] == [made]


def test_a_negative_matcher_is_read_as_alertmanager_reads_it(alertmanager: Start) -> None:
    server = alertmanager(QUIET)
    made = add(server, "all but one", 'model!="sepsis"')
    told = AlertmanagerSilences([f"http://{server.address}"]).read()
    assert [one.id for one in silences_over(ALERT, told, now_ms())] == [made]
    assert silences_over({**ALERT, "model": "sepsis"}, told, now_ms()) == ()


def test_nobody_to_ask_is_nobody_who_knows() -> None:
    with pytest.raises(SilencesUnreadable, match=r"alerting\.alertmanagers"):
        AlertmanagerSilences([]).read()


@contextmanager
def answering(*parts: bytes, between_s: float = 0.0) -> Iterator[str]:
    """A server that answers every request with these bytes, slowly if wished; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        is_over = threading.Event()

        def serve() -> None:
            while not is_over.is_set():
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    try:
                        connection.recv(65_536)
                        for part in parts:
                            connection.sendall(part)
                            if is_over.wait(between_s):
                                return
                    except OSError:
                        continue

        serving = threading.Thread(target=serve, daemon=True)
        serving.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        is_over.set()
        listening.shutdown(socket.SHUT_RDWR)
        serving.join(5)


def http(body: bytes, status: str = "200 OK", *more: str) -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *more, "", ""]
    return "\r\n".join(head).encode() + body


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        pytest.param(http(b"<html>"), "no JSON", id="a page"),
        pytest.param(http(b"\xff\xfe"), "no JSON", id="no text"),
        pytest.param(http(b"[" * 100_000), "no JSON", id="a deep one"),
        pytest.param(http(b'{"status":"success","data":[]}'), "no list", id="the API before v2"),
        pytest.param(http(b"[1]"), "no list", id="a list of numbers"),
        pytest.param(http(b"[]", "401 Unauthorized"), "answers 401", id="a login"),
        pytest.param(http(b"[]", "302 Found", "Location: http://127.0.0.1:9/"), "answers 302", id="elsewhere"),
        pytest.param(http(b"[]", "500 Oh"), "answers 500", id="an error"),
        pytest.param(http(b"[]" + b" " * 100)[:-50], "damaged", id="a cut one"),
        pytest.param(b"hello\r\n\r\n", "damaged", id="no HTTP"),
        pytest.param(b"", "damaged", id="nothing"),
        pytest.param(http(b"[]", "200 OK", "X: " + "y" * 20_000), "damaged", id="an endless head"),
    ],
)
def test_an_answer_that_is_no_list_of_silences_holds(answer: bytes, word: str) -> None:
    with answering(answer) as address, pytest.raises(SilencesUnreadable, match=word):
        AlertmanagerSilences([address]).read()


def test_an_answer_beyond_the_limit_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "LARGEST_BYTES", 1_000)
    long = http(json.dumps([{"id": "s" * 2_000}]).encode())
    with answering(long) as address, pytest.raises(SilencesUnreadable, match="more than 1000 bytes"):
        AlertmanagerSilences([address]).read()


@pytest.mark.parametrize(
    "begun",
    [
        pytest.param([b"", b""], id="nothing"),
        pytest.param([b"HTTP/1.1 200 OK\r\n", *[b"X"] * 200], id="a head in drops"),
        pytest.param([b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", *[b" "] * 200], id="a body in drops"),
    ],
)
def test_an_answer_that_is_slow_holds_and_keeps_nobody_waiting(begun: list[bytes]) -> None:
    between_s = 10 if len(begun) == 2 else 0.05
    with answering(*begun, between_s=between_s) as address:
        started = time.monotonic()
        with pytest.raises(SilencesUnreadable, match=r"no whole answer in 0\.5 s"):
            AlertmanagerSilences([address, address], within_s=0.5).read()
        assert time.monotonic() - started < 2
