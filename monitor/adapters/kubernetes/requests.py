"""One request to the API server: raw JSON out, raw JSON in, one time-out, errors translated.

Way of an event: steps 11 to 15. Touches the network.
"""

import json
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from kubernetes.client import ApiClient
from kubernetes.client.api_client import RequestSerialized
from kubernetes.client.exceptions import ApiException
from kubernetes.config import ConfigException
from urllib3.exceptions import ConnectTimeoutError, HTTPError

from monitor.adapters.kubernetes.answers import error_of, no_answer
from monitor.ports_cluster import ClusterRefused, Json

JSON_PATCH: Final = "application/json-patch+json"
_CHUNK: Final = 1 << 20
_MOST: Final = 64 << 20
"""Bytes of the longest answer: a page of 500 ReplicaSets of 100 kB each has 50 MB."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked; `what` says it in words, for errors. One that may not write can be repeated without harm."""

    what: str
    method: str
    path: str
    query: Sequence[tuple[str, str]] = ()
    body: Json | list[Json] | None = None
    content_type: str = "application/json"
    may_write: bool = False


def send(client: ApiClient, request: Request, timeout_s: float) -> Json:
    """The JSON object that answers, or any `ClusterError`. Nothing is sent twice."""
    call = _prepared(client, request)
    end = time.monotonic() + timeout_s
    try:
        answer = client.call_api(*call, _request_timeout=timeout_s).response
        body = _read(answer, end)
        if 200 <= answer.status < 300:
            return _object_in(body)
    except ApiException as error:  # the client's word for every failure of TLS
        raise _tls(request, error) from error
    except ConnectTimeoutError as error:  # also what `NewConnectionError` is
        raise no_answer(request.what, error, was_sent=False, may_write=request.may_write) from error
    except (HTTPError, OSError, ValueError) as error:
        raise no_answer(request.what, error, was_sent=True, may_write=request.may_write) from error
    raise error_of(request.what, answer.status, body, answer.headers, may_write=request.may_write)


def _prepared(client: ApiClient, request: Request) -> RequestSerialized:
    """What the client sends. It reads the account's token anew from its file now and then."""
    headers = {"Accept": "application/json", "Content-Type": request.content_type}
    try:
        return client.param_serialize(
            request.method,
            request.path,
            query_params=list(request.query),
            header_params=headers,
            body=request.body,
            auth_settings=["BearerToken"],
        )
    except (ConfigException, OSError) as error:
        message = f"{request.what}: the token of this pod's account cannot be read: {error}"
        raise ClusterRefused(message, "Unauthorized") from error


def _read(answer: Any, end: float) -> bytes:
    """All of an answer. One that comes drop by drop never keeps a single read waiting, so the whole is timed."""
    parts, size = [], 0
    try:
        while part := answer.read1(_CHUNK):
            parts.append(part)
            size += len(part)
            if time.monotonic() > end or size > _MOST:
                raise TimeoutError("the answer does not end")
    except BaseException:
        answer.close()
        raise
    answer.release_conn()
    return b"".join(parts)


def _object_in(body: bytes) -> Json:
    """The object; ValueError for anything else, as a proxy's page."""
    found = json.loads(body)
    if not isinstance(found, dict) or not isinstance(found.get("metadata"), dict):
        raise ValueError("the answer is no object of the API")
    return found


def _tls(request: Request, error: ApiException) -> Exception:
    cause = error.__context__
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__ or next((a for a in cause.args if isinstance(a, Exception)), None)
    if isinstance(cause, ssl.SSLCertVerificationError):
        message = f"{request.what}: {cause.verify_message}; is the CA of the kubeconfig or the account the server's?"
        return ClusterRefused(message, "Certificate")
    return no_answer(request.what, cause or error, was_sent=True, may_write=request.may_write)
