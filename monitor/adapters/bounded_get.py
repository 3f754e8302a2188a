"""One GET that ends: in time, however slowly the answer drips, and with no more bytes than are wanted.

Way of an event: step 11, under `verdict_feed`. Touches the network. No redirect is followed: a token goes to the server
that was named, and to no other.
"""

import socket
import ssl
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from threading import Timer
from typing import Final
from urllib.parse import urlsplit

_PIECE: Final = 1 << 16


class TooLarge(Exception):
    """The answer has more bytes than are wanted."""


class NotTrusted(Exception):
    """Nobody who is trusted vouches for the server, or those who may are not there."""


class BoundedGet:
    """Asks one server.

    Parameters
    ----------
    url
        Its address, ``https://host:port``, with or without a path that all targets begin with.
    ca_file
        Certificates of who may vouch for it; None: those of the system.
    most_bytes
        Longest body that is wanted.

    Raises
    ------
    ValueError
        for an address that is none.
    """

    def __init__(self, url: str, ca_file: Path | None, most_bytes: int) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url}: no address; write it like https://fairdrift:8464")
        self._host, self._port, self._path = parts.hostname, parts.port, parts.path.rstrip("/")
        self._is_tls, self._ca_file, self._most_bytes = parts.scheme == "https", ca_file, most_bytes

    def get(self, target: str, headers: dict[str, str], within_s: float) -> tuple[int, bytes]:
        """Status and body.

        Raises
        ------
        OSError
            for no answer, one that was cut, or one that did not come in time (`TimeoutError`).
        TooLarge, NotTrusted
            as they say.
        """
        connection = self._connection(within_s)
        late = False

        def cut() -> None:
            nonlocal late
            late = True
            with suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)

        try:
            connection.connect()
            held = connection.sock
            timer = Timer(within_s, cut)
            timer.daemon = True
            timer.start()
            try:
                connection.request("GET", self._path + target, headers={"Connection": "close", **headers})
                answer = connection.getresponse()
                body = self._whole(answer)
            finally:
                timer.cancel()
        except ssl.SSLCertVerificationError as error:
            raise NotTrusted(error.verify_message) from error
        except (OSError, HTTPException) as error:
            if late or isinstance(error, TimeoutError):
                raise TimeoutError(f"no whole answer within {within_s:g} s") from error
            raise ConnectionError(f"{type(error).__name__}: {error}") from error
        finally:
            connection.close()
        if late:
            raise TimeoutError(f"no whole answer within {within_s:g} s")
        return answer.status, body

    def _connection(self, within_s: float) -> HTTPConnection:
        if not self._is_tls:
            return HTTPConnection(self._host, self._port, timeout=within_s)
        try:
            trusted = ssl.create_default_context(cafile=None if self._ca_file is None else str(self._ca_file))
        except OSError as error:
            raise NotTrusted(f"{self._ca_file}: no certificates there ({error})") from error
        return HTTPSConnection(self._host, self._port, timeout=within_s, context=trusted)

    def _whole(self, answer: HTTPResponse) -> bytes:
        body = bytearray()
        while piece := answer.read1(_PIECE):
            body += piece
            if len(body) > self._most_bytes:
                raise TooLarge(f"more than {self._most_bytes} bytes")
        if answer.length:
            raise ConnectionError(f"{answer.length} of the bytes that were announced did not come")
        return bytes(body)
