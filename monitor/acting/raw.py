"""Reading raw API objects, as the server sent them: a missing field is None, whatever was to hold it.

Way of an event: step 12; typed models would drop fields that the target's template must keep. Pure.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Raw = Mapping[str, Any]
"""A Deployment, a ReplicaSet or a part of one."""


def field(thing: Any, *path: str) -> Any:
    """The value at a path of names; None where any part of the path is missing.

    >>> field({"spec": {"replicas": 3}}, "spec", "replicas"), field({"spec": None}, "spec", "paused")
    (3, None)
    """
    for name in path:
        if not isinstance(thing, Mapping):
            return None
        thing = thing.get(name)
    return thing


def annotations(thing: Raw) -> Mapping[str, str]:
    """Annotations of an object or a template; empty if it has none."""
    return field(thing, "metadata", "annotations") or {}


def labels(thing: Raw) -> Mapping[str, str]:
    """Labels of an object or a template; empty if it has none."""
    return field(thing, "metadata", "labels") or {}


def uid(thing: Raw) -> str:
    """UID of an object; empty for one that has none."""
    return field(thing, "metadata", "uid") or ""


def number(thing: Any, *path: str) -> int:
    """An integer; 0 where it is missing, as the API leaves out zeros."""
    value = field(thing, *path)
    return value if isinstance(value, int) else 0


def time_ms(text: str | None) -> int | None:
    """RFC 3339 -> milliseconds since the epoch; None stays None, and a time without zone is UTC.

    >>> time_ms("2026-01-01T00:00:01Z")
    1767225601000
    """
    if text is None:
        return None
    time = datetime.fromisoformat(text)
    return round((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() * 1000)
