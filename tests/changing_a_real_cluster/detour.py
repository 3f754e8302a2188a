"""A way to the real API server on which the answer, and only the answer, comes to harm."""

import socket
import ssl
import time

from tests.changing_a_real_cluster.odd_server import Answer
from tests.parts.kubernetes.control_plane import ControlPlane


def asking(plane: ControlPlane, then: Answer) -> Answer:
    """The real server does what is asked; `then` is given its answer in place of the request."""
    trust = ssl.create_default_context(cafile=str(plane.ca))
    host, port = plane.url.removeprefix("https://").split(":")

    def answer(connection: socket.socket, request: bytes) -> None:
        line, _, rest = request.partition(b"\r\n")
        with (
            socket.create_connection((host, int(port)), 10) as plain,
            trust.wrap_socket(plain, server_hostname=host) as way,
        ):
            way.sendall(line + b"\r\nConnection: close\r\n" + rest)
            said = b""
            while part := way.recv(65_536):
                said += part
        then(connection, said)

    return answer


def handed_on(connection: socket.socket, said: bytes) -> None:
    """It arrives."""
    connection.sendall(said)


def handed_on_too_late(connection: socket.socket, said: bytes) -> None:
    """It arrives when nobody waits for it any more."""
    time.sleep(1)
    connection.sendall(said)


def cut_short(connection: socket.socket, said: bytes) -> None:
    """Half of it arrives."""
    connection.sendall(said[: len(said) // 2])
