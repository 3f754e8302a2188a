"""Connections that never wait longer than their time-out, however slowly the other side goes on.

Way of an event: steps 11 to 15. Touches the network. The time-out of a socket begins anew with every byte, so a server
that greets, or sends its headers, drop by drop could hold a request for ever.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from typing import Any, Final

from kubernetes.client import ApiClient
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class _Bounded:
    """What both kinds of connections get."""

    timeout: Any
    sock: Any

    @contextmanager
    def in_time(self) -> Iterator[None]:
        """Cut the connection when its time-out has passed before the block is done; the wait ends as a lost one."""
        over: list[bool] = []

        def cut() -> None:
            over.append(True)
            with suppress(OSError, AttributeError):
                self.sock.shutdown(socket.SHUT_RDWR)

        timer = Timer(self.timeout if isinstance(self.timeout, int | float) else _USUAL_S, cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        except Exception as error:
            if over:
                raise TimeoutError("the server did not answer in time") from error
            raise
        finally:
            timer.cancel()


class _Http(_Bounded, HTTPConnection):
    def connect(self) -> None:
        with self.in_time():
            super().connect()

    def getresponse(self) -> Any:
        with self.in_time():
            return super().getresponse()


class _Https(_Bounded, HTTPSConnection):
    def connect(self) -> None:
        with self.in_time():
            super().connect()

    def getresponse(self) -> Any:
        with self.in_time():
            return super().getresponse()


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


_USUAL_S: Final = 60.0


def bound(client: ApiClient) -> None:
    """Give a client such connections."""
    client.rest_client.pool_manager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
