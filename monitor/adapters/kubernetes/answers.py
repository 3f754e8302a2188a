"""What came back from the API server, or did not, translated once into the errors of the port.

Way of an event: steps 11 to 15. Pure.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from monitor.ports_cluster import (
    AnswerLost,
    ClusterConflict,
    ClusterError,
    ClusterGone,
    ClusterRefused,
    ClusterUnreachable,
)

QUOTED: Final = 600
"""Characters of the server's sentence that an error quotes: enough for the name of a policy and what it says."""


def error_of(what: str, status: int, body: bytes, headers: Mapping[str, str], *, may_write: bool) -> ClusterError:
    """The error that an answer other than a success means.

    Parameters
    ----------
    what
        The request in words, for example ``patch deployment models/web``.
    may_write
        Whether the request may have changed something. A failure inside the server, or of what stands before it, then
        leaves it open whether it did.

    Examples
    --------
    >>> said = b'{"kind": "Status", "reason": "Conflict", "message": "the object has been modified"}'
    >>> error_of("patch deployment models/web", 409, said, {}, may_write=True)
    ClusterConflict('patch deployment models/web: 409 Conflict, the object has been modified')
    >>> error_of("patch deployment models/web", 504, b"", {}, may_write=True)
    AnswerLost('patch deployment models/web: 504; it may have been done or not: read again')
    """
    said = _status_in(body)
    reason, sentence = str(said.get("reason") or ""), str(said.get("message") or "")[:QUOTED]
    message = f"{what}: {f'{status} {reason}'.strip()}" + (f", {sentence}" if sentence else "")
    if status == 429:
        return ClusterUnreachable(f"{message}; the server wants fewer requests: later", _seconds(headers))
    if status >= 500:
        if may_write:
            return AnswerLost(f"{message}; it may have been done or not: read again")
        return ClusterUnreachable(f"{message}; the server is not well: later", _seconds(headers))
    if status == 409:
        return ClusterConflict(message)
    # Only the API server's own word means that an object is gone: a proxy, or an API it does not serve, says 404, too.
    if status == 404 and reason == "NotFound":
        return ClusterGone(message)
    if status == 410:
        return ClusterUnreachable(f"{message}; the list grew too old while it was read: read again")
    return ClusterRefused(message, reason or str(status))


def no_answer(what: str, error: Exception, *, was_sent: bool, may_write: bool) -> ClusterError:
    """The error that a broken, silent or garbled connection means.

    >>> no_answer("patch deployment models/web", TimeoutError("5 s"), was_sent=True, may_write=True)
    AnswerLost('patch deployment models/web: TimeoutError (5 s); it may have been done or not: read again')
    """
    message = f"{what}: {type(error).__name__} ({str(error)[:QUOTED]})"
    if was_sent and may_write:
        return AnswerLost(f"{message}; it may have been done or not: read again")
    return ClusterUnreachable(f"{message}; is the API server up, and its address right?")


def _status_in(body: bytes) -> dict[str, Any]:
    """The `Status` object of an answer; empty if it is none, for example a proxy's page."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) and found.get("kind") == "Status" else {}


def _seconds(headers: Mapping[str, str]) -> float | None:
    text = headers.get("Retry-After", "")
    return float(text) if text.isdigit() else None
