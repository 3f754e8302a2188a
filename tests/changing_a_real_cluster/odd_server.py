"""A server on loopback that answers one way, whatever it is asked, and counts what it was asked."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.parts.processes import HOST

Answer = Callable[[socket.socket, bytes], None]
"""Writes to a connection, whose request it is given."""


@dataclass
class OddServer:
    """A running one."""

    url: str
    asked: list[str] = field(default_factory=list)
    """Method and path of each request, oldest first."""


@contextmanager
def odd_server(answer: Answer) -> Iterator[OddServer]:
    """One that answers every request so, until the end of the block."""
    over = threading.Event()
    with socket.create_server((HOST, 0)) as listening:
        listening.settimeout(0.1)
        server = OddServer(f"http://{HOST}:{listening.getsockname()[1]}")
        thread = threading.Thread(target=_serve, args=(listening, server, answer, over), name="odd-server", daemon=True)
        thread.start()
        yield server
        over.set()
        thread.join(5)


def _serve(listening: socket.socket, server: OddServer, answer: Answer, over: threading.Event) -> None:
    while not over.is_set():
        try:
            connection, _ = listening.accept()
        except TimeoutError:
            continue
        with connection, suppress(OSError):
            connection.settimeout(5)
            request = _read(connection)
            if request:
                server.asked.append(" ".join(request.decode().split(" ")[:2]))
                answer(connection, request)


def _read(connection: socket.socket) -> bytes:
    """The whole request; empty if it never came."""
    got = b""
    while b"\r\n\r\n" not in got:
        part = connection.recv(65_536)
        if not part:
            return b""
        got += part
    head, _, body = got.partition(b"\r\n\r\n")
    lengths = [line for line in head.decode().lower().splitlines() if line.startswith("content-length:")]
    missing = int(lengths[0].split(":")[1]) - len(body) if lengths else 0
    while missing > 0:
        part = connection.recv(65_536)
        got, missing = got + part, missing - len(part)
    return got


def saying(status: int, body: str = "", *headers: str) -> Answer:
    """An ordinary answer."""

    def answer(connection: socket.socket, request: bytes) -> None:
        lines = (f"HTTP/1.1 {status} Said", f"Content-Length: {len(body.encode())}", "Connection: close", *headers)
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n" + body).encode())

    return answer


def silent(connection: socket.socket, request: bytes) -> None:
    """Nothing, while the other side waits."""
    with suppress(TimeoutError):
        connection.recv(1)


def hanging_up(connection: socket.socket, request: bytes) -> None:
    """Closes at once."""
    connection.shutdown(socket.SHUT_RDWR)


def cutting(beginning: bytes) -> Answer:
    """Begins, and closes in the middle."""

    def answer(connection: socket.socket, request: bytes) -> None:
        connection.sendall(beginning)

    return answer


def dripping(beginning: bytes) -> Answer:
    """Goes on for ever, a byte at a time, far more often than any time-out."""

    def answer(connection: socket.socket, request: bytes) -> None:
        connection.sendall(beginning)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            connection.sendall(b"x")
            time.sleep(0.05)

    return answer
