"""What may stand where a monitor should be: cut, huge, slow, foreign, hostile. Each is an error of the port."""

import json
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor.adapters import verdict_feed
from monitor.adapters.verdict_feed import HttpVerdictFeed
from monitor.ports_acting import FeedGap, FeedRefused, FeedUnreachable

Script = Callable[[socket.socket], None]


class OddServer:
    """Answers each connection by a script, after the head of the request has come."""

    def __init__(self, script: Script, trust: ssl.SSLContext | None = None) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._script, self._trust = script, trust
        self.port: int = self._socket.getsockname()[1]
        self.heads: list[bytes] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._socket.accept()
            except OSError:
                return
            try:
                with plain if self._trust is None else self._trust.wrap_socket(plain, server_side=True) as caller:
                    head = b""
                    while b"\r\n\r\n" not in head:
                        head += caller.recv(4_096)
                    self.heads.append(head)
                    self._script(caller)
            except OSError:
                continue

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)


@pytest.fixture
def serve() -> Iterator[Callable[..., OddServer]]:
    started: list[OddServer] = []

    def serve(script: Script, trust: ssl.SSLContext | None = None) -> OddServer:
        started.append(OddServer(script, trust))
        return started[-1]

    yield serve
    for one in started:
        one.close()


def says(body: bytes, status: str = "200 OK", length: int | None = None, kind: str = "application/json") -> Script:
    """A plain answer, whose length may be a lie."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body) if length is None else length}\r\n"
    return lambda caller: caller.sendall(head.encode() + b"\r\n" + body)


def part(first: int = 1, numbers: tuple[int, ...] = (8, 9), next_number: int = 10, **changed: object) -> bytes:
    """A part of a feed, asked for with after=7."""
    known = {"v": 1, "source": "a", "first": first, "next": next_number, "records": [{"seq": n} for n in numbers]}
    return json.dumps({**known, **changed}).encode()


def read(server: OddServer, **made: object) -> object:
    return HttpVerdictFeed(f"http://127.0.0.1:{server.port}", **made).read(7, 0)  # type: ignore[arg-type]


def test_an_odd_server_may_be_a_good_one(serve: Callable[..., OddServer]) -> None:
    """So that the others fail for what is odd about them."""
    page = HttpVerdictFeed(f"http://127.0.0.1:{serve(says(part())).port}").read(7, 0)
    assert (page.source, page.next, list(page.records)) == ("a", 10, [b'{"seq": 8}', b'{"seq": 9}'])


def without_length(body: bytes) -> Script:
    return lambda caller: caller.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + body)


def chunked(*chunks: bytes) -> Script:
    sent = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    return lambda caller: caller.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + sent)


UNREACHABLE: dict[str, Script] = {
    "hangs up": lambda _caller: None,
    "half a head": lambda caller: caller.sendall(b"HTTP/1.1 200 OK\r\nContent-"),
    "nothing": says(b""),
    "cut": says(part()[:30], length=len(part())),
    "cut before its end": says(part()[:-1], length=len(part())),
    "cut without a length": without_length(part()[:30]),
    "cut between chunks": chunked(part()[:30]),
    "starting": says(b'{"title":"starting","status":503,"fix":"wait"}', "503 Service Unavailable"),
    "broken": says(b"<html>oops</html>", "500 Internal Server Error", kind="text/html"),
    "a proxy in vain": says(b"", "502 Bad Gateway"),
    "busy": says(b"", "429 Too Many Requests"),
    "no HTTP": lambda caller: caller.sendall(b"220 mail ready\r\n"),
    "endless head": lambda caller: caller.sendall(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 10_000),
}


@pytest.mark.parametrize("script", UNREACHABLE.values(), ids=UNREACHABLE.keys())
def test_what_may_be_better_in_a_moment_is_unreachable(serve: Callable[..., OddServer], script: Script) -> None:
    with pytest.raises(FeedUnreachable, match=r"127\.0\.0\.1:\d+: .*; is `fairdrift run` up there"):
        read(serve(script))


REFUSED: dict[str, tuple[Script, str]] = {
    "a wrong token": (
        says(b'{"title":"this needs the read token","status":401,"fix":"send it"}', "401 Unauthorized"),
        "401 this needs the read token; send it",
    ),
    "not from here": (
        says(b'{"title":"only this machine","status":403,"fix":"set a token"}', "403 Forbidden"),
        "set a",
    ),
    "nothing there": (says(b"not found", "404 Not Found", kind="text/plain"), "check that controller.feed"),
    "elsewhere": (says(b"", "302 Found\r\nLocation: http://127.0.0.1:1/"), "302"),
    "a page for people": (says(b"<!doctype html><p>log in", kind="text/html"), "no part of a verdict feed"),
    "no object": (says(b"[]"), "no part of a verdict feed"),
    "no feed": (says(b'{"status":"ok"}'), "no part of a verdict feed"),
    "no text": (says(b"\xff\xfe{}"), "no part of a verdict feed"),
    "another version": (says(part(v=2)), "version 2 is not known here"),
    "a hole": (says(part(numbers=(8, 10), next_number=11)), "hole behind record 7"),
    "a hole at once": (says(part(numbers=(9,))), "hole behind record 7"),
    "backwards": (says(part(numbers=(9, 8))), "hole behind record 7"),
    "a record less": (says(part(numbers=(8,))), "hole behind record 7"),
    "a record more": (says(part(next_number=9)), "hole behind record 7"),
    "records without numbers": (says(part(records=[{}, {}])), "no part of a verdict feed"),
    "numbers that are none": (says(part().replace(b'"first": 1', b'"first": "1"')), "no part of a verdict feed"),
    "deep": (says(b'{"v":1,"records":' + b"[" * 100_000 + b"]" * 100_000 + b"}"), "no part of a verdict feed"),
    "a gap that says nothing": (says(b'{"title":"gone","status":410,"fix":"go on"}', "410 Gone"), "410 gone"),
}


@pytest.mark.parametrize(("script", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_a_person_must_mend_is_refused_with_what_to_do(
    serve: Callable[..., OddServer], script: Script, words: str
) -> None:
    with pytest.raises(FeedRefused) as refused:
        read(serve(script))
    assert words in str(refused.value)


def test_a_gap_says_where_to_begin(serve: Callable[..., OddServer]) -> None:
    body = b'{"title":"no longer held","status":410,"fix":"go on with after=8","first":9}'
    with pytest.raises(FeedGap, match="no longer held; go on with after=8") as gap:
        read(serve(says(body, "410 Gone")))
    assert gap.value.first == 9


def test_what_was_announced_must_come_also_where_the_rest_says_nothing(serve: Callable[..., OddServer]) -> None:
    with pytest.raises(FeedUnreachable, match="did not come"):
        read(serve(says(part(), length=len(part()) + 5)))


def test_a_server_cannot_forge_a_line_of_our_log(serve: Callable[..., OddServer]) -> None:
    body = json.dumps({"title": "no\nERROR all is well", "fix": "\x1b[2J" + "x" * 9_000}).encode()
    for status in ("401 Unauthorized", "500 Oops"):
        with pytest.raises((FeedRefused, FeedUnreachable)) as said:
            read(serve(says(body, status)))
        assert str(said.value).isprintable()
        assert len(str(said.value)) < 600


def test_another_source_is_handed_on_under_its_name(serve: Callable[..., OddServer]) -> None:
    feed = HttpVerdictFeed(f"http://127.0.0.1:{serve(says(part(source='another'))).port}")
    assert feed.read(7, 0).source == "another"


@pytest.mark.parametrize("is_announced", [True, False])
def test_an_answer_without_end_is_not_read_to_its_end(
    serve: Callable[..., OddServer], monkeypatch: pytest.MonkeyPatch, is_announced: bool
) -> None:
    monkeypatch.setattr(verdict_feed, "LARGEST_ANSWER_BYTES", 100_000)
    sent: list[int] = []

    def huge(caller: socket.socket) -> None:
        length = b"Content-Length: 1000000000\r\n" if is_announced else b""
        caller.sendall(b"HTTP/1.1 200 OK\r\n" + length + b"\r\n")
        while True:
            sent.append(caller.send(b" " * 65_536))

    with pytest.raises(FeedRefused, match="more than 100000 bytes"):
        read(serve(huge))
    assert sum(sent) < 50_000_000


def drips(head: bytes, drop: bytes) -> Script:
    def drip(caller: socket.socket) -> None:
        caller.sendall(head)
        for _ in range(50):
            caller.sendall(drop)
            time.sleep(0.05)

    return drip


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(lambda _caller: time.sleep(2), id="says nothing"),
        pytest.param(drips(b"HTTP/1.1 200 OK\r\nX: ", b"y"), id="drips its head"),
        pytest.param(drips(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{", b" "), id="drips its body"),
        pytest.param(drips(b"HTTP/1.1 200 OK\r\n\r\n{", b" "), id="drips without a length"),
        pytest.param(drips(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n{\r\n"), id="in chunks"),
    ],
)
def test_however_slow_it_ends_in_time(serve: Callable[..., OddServer], script: Script) -> None:
    server = serve(script)
    began_s = time.monotonic()
    with pytest.raises(FeedUnreachable, match=r"no whole answer within 0\.5 s"):
        read(server, answer_within_s=0.5)
    assert time.monotonic() - began_s < 3


def test_the_time_it_is_asked_to_wait_is_given_beside(serve: Callable[..., OddServer]) -> None:
    def waits(caller: socket.socket) -> None:
        time.sleep(1)
        says(part())(caller)

    feed = HttpVerdictFeed(f"http://127.0.0.1:{serve(waits).port}", answer_within_s=0.5)
    assert feed.read(7, 1.0).next == 10


def test_nobody_there_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    with pytest.raises(FeedUnreachable, match="ConnectionRefusedError"):
        HttpVerdictFeed(f"http://127.0.0.1:{port}").read(0, 0)
    with pytest.raises(FeedUnreachable, match="is `fairdrift run` up there"):
        HttpVerdictFeed("http://no-such-host.invalid:8464").read(0, 0)


def test_the_token_is_read_afresh_and_sent_to_nobody_else(serve: Callable[..., OddServer], tmp_path: Path) -> None:
    other = serve(says(part()))
    server = serve(says(b"", f"307 Temporary Redirect\r\nLocation: http://127.0.0.1:{other.port}/v1/verdicts"))
    token = tmp_path / "token"
    feed = HttpVerdictFeed(f"http://127.0.0.1:{server.port}", token)
    for secret in ("first", "second"):
        token.write_text(secret + "\n")
        with pytest.raises(FeedRefused, match="307"):
            feed.read(7, 0)
        assert f"Authorization: Bearer {secret}\r\n".encode() in server.heads[-1]
    assert other.heads == []


@pytest.mark.parametrize("content", [b"", b" \n", b"two\nlines", b"\xff\xfe", "smörgås".encode(), b"a\r\nHost: evil"])
def test_a_token_file_without_a_token_is_told_and_not_quoted(tmp_path: Path, content: bytes) -> None:
    token = tmp_path / "token"
    token.write_bytes(content)
    with pytest.raises(FeedRefused, match=r"controller\.token_file: .*token") as refused:
        HttpVerdictFeed("http://127.0.0.1:1", token).read(0, 0)
    assert "evil" not in str(refused.value)
    token.unlink()
    with pytest.raises(FeedRefused, match="cannot be read"):
        HttpVerdictFeed("http://127.0.0.1:1", token).read(0, 0)


@pytest.mark.parametrize("url", ["fairdrift:8464", "ftp://fairdrift", "https://", "", "http:///v1"])
def test_what_is_no_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="no address; write it like https://fairdrift:8464"):
        HttpVerdictFeed(url)


# HTTPS.


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For localhost, signed by itself; key and certificate in one file."""
    folder = tmp_path_factory.mktemp("tls")
    made: list[str | Path] = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
    ]
    where: list[str | Path] = [
        "-keyout",
        folder / "key.pem",
        "-out",
        folder / "cert.pem",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    subprocess.run([*made, *where, "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    return folder


@pytest.fixture
def trust(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    return context


def test_over_tls_it_reads_what_is_vouched_for(
    serve: Callable[..., OddServer], trust: ssl.SSLContext, certificate: Path
) -> None:
    server = serve(says(part()), trust)
    assert HttpVerdictFeed(f"https://localhost:{server.port}", ca_file=certificate / "cert.pem").read(7, 0).next == 10


def test_over_tls_it_says_nothing_to_a_stranger(
    serve: Callable[..., OddServer], trust: ssl.SSLContext, certificate: Path, tmp_path: Path
) -> None:
    server = serve(says(part()), trust)
    with pytest.raises(FeedRefused, match="certificate is not trusted"):
        HttpVerdictFeed(f"https://localhost:{server.port}").read(7, 0)
    with pytest.raises(FeedRefused, match="certificate is not trusted"):
        HttpVerdictFeed(f"https://127.0.0.1:{server.port}", ca_file=certificate / "cert.pem").read(7, 0)
    with pytest.raises(FeedRefused, match="no certificates there"):
        HttpVerdictFeed(f"https://localhost:{server.port}", ca_file=tmp_path / "none.pem").read(7, 0)
    assert server.heads == []
