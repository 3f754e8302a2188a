"""Objects by kind, namespace and name, with the versions, generations and identities that an API server gives. Pure."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from datetime import UTC, datetime
from itertools import count

from monitor.ports_cluster import Json

Key = tuple[str, str, str]
"""Kind, namespace, name."""


def moment(now_ms: int) -> str:
    """Time as the API writes it, in whole seconds.

    >>> moment(1_767_225_600_999)
    '2026-01-01T00:00:00Z'
    """
    return f"{datetime.fromtimestamp(now_ms // 1_000, UTC):%Y-%m-%dT%H:%M:%SZ}"


def milliseconds(text: str) -> int:
    """The time that `moment` wrote.

    >>> milliseconds("2026-01-01T00:00:00Z")
    1767225600000
    """
    return round(datetime.fromisoformat(text).timestamp() * 1_000)


class Store:
    """What is given out is a copy, and only what is put in is kept.

    Examples
    --------
    >>> store = Store()
    >>> made = store.add("Lease", {"metadata": {"name": "who-leads", "namespace": "fairdrift"}}, now_ms=0)
    >>> store.put("Lease", made) == made        # a write of nothing changes no version
    True
    """

    def __init__(self) -> None:
        self._objects: dict[Key, Json] = {}
        self._numbers = count(1)
        self.version = 1_000
        """Rises with every change."""

    def get(self, kind: str, namespace: str, name: str) -> Json | None:
        """The object; None if there is none."""
        return deepcopy(self._objects.get((kind, namespace, name)))

    def every(self, kind: str) -> Iterator[Json]:
        """All objects of a kind, oldest first."""
        return iter([deepcopy(thing) for key, thing in self._objects.items() if key[0] == kind])

    def owned(self, kind: str, uid: str) -> Sequence[Json]:
        """Objects whose controller has this UID, oldest first."""
        return [
            thing
            for thing in self.every(kind)
            if any(one["uid"] == uid and one.get("controller") for one in thing["metadata"].get("ownerReferences", ()))
        ]

    def add(self, kind: str, thing: Json, now_ms: int) -> Json:
        """Keep a new object; it gets its identity, and whatever its maker said of that does not count."""
        made = deepcopy(thing)
        number = next(self._numbers)
        made["metadata"] |= {
            "uid": f"{number:08x}-0000-4000-8000-000000000000",
            "creationTimestamp": moment(now_ms),
            "resourceVersion": self._next_version(),
        }
        if "spec" in made:
            made["metadata"]["generation"] = 1
        self._objects[_key(kind, made)] = made
        return deepcopy(made)

    def put(self, kind: str, thing: Json) -> Json:
        """Keep a changed object: another version if anything differs, another generation if its spec does."""
        old, new = self._objects[_key(kind, thing)], deepcopy(thing)
        new["metadata"]["resourceVersion"] = old["metadata"]["resourceVersion"]
        if "generation" in old["metadata"]:
            new["metadata"]["generation"] = old["metadata"]["generation"] + (new["spec"] != old["spec"])
        if new != old:
            new["metadata"]["resourceVersion"] = self._next_version()
            self._objects[_key(kind, new)] = new
        return deepcopy(new)

    def remove(self, kind: str, thing: Json) -> None:
        """Forget an object."""
        del self._objects[_key(kind, thing)]
        self.version += 1

    def _next_version(self) -> str:
        self.version += 1
        return str(self.version)


def _key(kind: str, thing: Json) -> Key:
    return kind, thing["metadata"]["namespace"], thing["metadata"]["name"]
