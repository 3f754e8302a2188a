"""A cluster that notes what is asked of it, and lets a test step in before and after each call."""

from collections.abc import Callable, Sequence
from typing import Any

from monitor.ports_cluster import Cluster, Json, Kind, Told, Workload

Around = Callable[[str, bool], None]
"""Called with a word for the call, and whether it is over."""


def _nothing(_word: str, _is_over: bool) -> None:  # the form of `Around`
    pass


class SpiedCluster:
    """`Cluster` around another; words: look, dry, patch, tell, read, create, replace."""

    def __init__(self, cluster: Cluster, around: Around = _nothing) -> None:
        self._cluster, self.around = cluster, around
        self.asked: list[str] = []
        self.patched: list[Json] = []
        """What every accepted patch made."""
        self.told: list[Told] = []

    def _spied(self, word: str, call: Callable[[], Any]) -> Any:
        self.asked.append(word)
        self.around(word, False)
        done = call()
        if word == "patch":
            self.patched.append(done)
        self.around(word, True)
        return done

    def look(self, namespace: str, name: str) -> Workload:
        found: Workload = self._spied("look", lambda: self._cluster.look(namespace, name))
        return found

    def patch(self, namespace: str, name: str, body: Sequence[Json], *, is_dry_run: bool = False) -> Json:
        word = "dry" if is_dry_run else "patch"
        made: Json = self._spied(word, lambda: self._cluster.patch(namespace, name, body, is_dry_run=is_dry_run))
        return made

    def tell(self, event: Told) -> bool:
        self.told.append(event)
        return bool(self._spied("tell", lambda: self._cluster.tell(event)))

    def read(self, kind: Kind, namespace: str, name: str) -> Json:
        found: Json = self._spied("read", lambda: self._cluster.read(kind, namespace, name))
        return found

    def create(self, kind: Kind, namespace: str, body: Json) -> Json:
        made: Json = self._spied("create", lambda: self._cluster.create(kind, namespace, body))
        return made

    def replace(self, kind: Kind, namespace: str, body: Json) -> Json:
        made: Json = self._spied("replace", lambda: self._cluster.replace(kind, namespace, body))
        return made

    def close(self) -> None:
        self._cluster.close()
