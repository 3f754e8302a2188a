"""The API server as its administrator sees it: raw JSON, for what a test prepares and what it looks at afterwards."""

import json
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

JSON = "application/json"
JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_MERGE_PATCH = "application/strategic-merge-patch+json"


T = TypeVar("T")


class Refusal(AssertionError):
    """The server did not do what the test took for granted."""


@dataclass(frozen=True)
class Api:
    """The API server at `url`, asked with a token.

    Parameters
    ----------
    ca
        File with the certificate of the server's authority.
    """

    url: str
    ca: Path
    token: str

    def ask(self, method: str, path: str, body: Any = None, kind: str = JSON, **query: str) -> tuple[int, Any]:
        """Status and answer: JSON as it is, anything else as ``{"message": text}``. OSError if there is none."""
        try:
            with self._open(method, path, body, kind, query, timeout_s=10) as answer:
                return answer.status, _read(answer.read())
        except HTTPError as error:
            with error:
                return error.code, _read(error.read())

    def ok(self, method: str, path: str, body: Any = None, kind: str = JSON, **query: str) -> Any:
        """The answer of a request that must succeed."""
        status, answer = self.ask(method, path, body, kind, **query)
        if status >= 300:
            raise Refusal(f"{method} {path}: {status} {answer.get('message')}")
        return answer

    @contextmanager
    def watch(self, path: str, version: str, seconds: int) -> Iterator[Iterator[Any]]:
        """Events after a resourceVersion, for some seconds."""
        query = {"watch": "1", "resourceVersion": version, "timeoutSeconds": str(seconds)}
        with self._open("GET", path, None, JSON, query, timeout_s=seconds + 5) as answer:
            yield map(json.loads, answer)

    def is_ready(self) -> bool:
        """Whether the server is up and ready."""
        try:
            return self.ask("GET", "/readyz")[0] == 200
        except OSError:
            return False

    def exists(self, path: str) -> bool:
        """Whether an object is there."""
        return self.ask("GET", path)[0] == 200

    def _open(self, method: str, path: str, body: Any, kind: str, query: dict[str, str], timeout_s: float) -> Any:
        address = self.url + path + (f"?{urlencode(query)}" if query else "")
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind, "Accept": JSON}
        data = None if body is None else json.dumps(body).encode()
        request = Request(address, data, headers, method=method)
        return urlopen(request, context=_trust(self.ca), timeout=timeout_s)


def until(look: Callable[[], T], timeout_s: float = 20) -> T:
    """What `look` gives as soon as it is true; TimeoutError with the last of it otherwise."""
    end = time.monotonic() + timeout_s
    while not (seen := look()):
        if time.monotonic() > end:
            raise TimeoutError(f"not within {timeout_s} s; last seen: {seen!r}")
        time.sleep(0.03)
    return seen


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return {"message": body.decode(errors="replace")}


@cache
def _trust(ca: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(ca))
