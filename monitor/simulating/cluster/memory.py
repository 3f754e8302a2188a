"""The port `Cluster` in memory, and beside it the hands of other people, of time and of admission."""

from collections.abc import Callable, Collection, Sequence
from copy import deepcopy
from typing import Final

from monitor.ports_cluster import (
    FIELD_MANAGER,
    ClusterConflict,
    ClusterGone,
    ClusterRefused,
    Json,
    Kind,
    Told,
    Workload,
    require_version,
    version_read,
)
from monitor.simulating.cluster import json_patch
from monitor.simulating.cluster.controllers import Controllers
from monitor.simulating.cluster.rules import faults, with_defaults
from monitor.simulating.cluster.store import Store, moment
from monitor.simulating.cluster.writers import note_writer

START_MS: Final = 1_767_225_600_000  # 2026-01-01T00:00:00Z

Admission = Callable[[Json], Json]
"""What admission makes of a changed Deployment; it refuses by raising `ClusterRefused`."""


class MemoryCluster:
    """One API server without a network: it is never away, and loses no answer.

    Parameters
    ----------
    namespaces
        That exist; they are never made or deleted.
    now_ms
        Its time at the beginning.
    admission
        Asked at every change of a Deployment, also at dry runs; None: everything passes.

    Examples
    --------
    >>> cluster = MemoryCluster(["clinical"])
    >>> container = {"name": "model", "image": "registry.example/readmission:1"}
    >>> pod = {"metadata": {"labels": {"app": "m"}}, "spec": {"containers": [container]}}
    >>> spec = {"replicas": 3, "selector": {"matchLabels": {"app": "m"}}, "template": pod}
    >>> made = cluster.make("clinical", {"metadata": {"name": "readmission"}, "spec": spec})
    >>> cluster.look("clinical", "readmission").deployment["status"]      # nobody has reacted yet
    {}
    >>> cluster.advance(0)
    >>> cluster.look("clinical", "readmission").deployment["status"]["availableReplicas"]
    3
    """

    def __init__(self, namespaces: Collection[str], now_ms: int = START_MS, admission: Admission | None = None) -> None:
        self._namespaces, self.now_ms, self.admission = frozenset(namespaces), now_ms, admission
        self._store = Store()
        self._controllers = Controllers(self._store)
        self.told: list[Told] = []

    # The port.

    def look(self, namespace: str, name: str) -> Workload:
        """One Deployment with all its ReplicaSets."""
        deployment = self._get("Deployment", namespace, name)
        return Workload(deployment, self._store.owned("ReplicaSet", deployment["metadata"]["uid"]))

    def patch(self, namespace: str, name: str, body: Sequence[Json], *, is_dry_run: bool = False) -> Json:
        """Apply one JSON Patch to a Deployment: whole, or not at all."""
        require_version(body)
        before = self._get("Deployment", namespace, name)
        try:
            after = json_patch.apply(before, body)
        except json_patch.PatchFailed as error:
            raise ClusterRefused(f"patch deployment {namespace}/{name}: 422 Invalid, {error}", "Invalid") from error
        return self._write(before, after, FIELD_MANAGER, is_dry_run=is_dry_run)

    def tell(self, event: Told) -> bool:
        """Keep an Event in `told`."""
        self.told.append(event)
        return event.deployment["metadata"]["namespace"] in self._namespaces

    def read(self, kind: Kind, namespace: str, name: str) -> Json:
        """One object of our own."""
        return self._get(kind.value, namespace, name)

    def create(self, kind: Kind, namespace: str, body: Json) -> Json:
        """Make an object."""
        return self._add(kind.value, namespace, body)

    def replace(self, kind: Kind, namespace: str, body: Json) -> Json:
        """Replace an object by a changed copy of what was read."""
        name, version = body["metadata"]["name"], version_read(body)
        found = self._get(kind.value, namespace, name)["metadata"]
        if (version, body["metadata"]["uid"]) != (found["resourceVersion"], found["uid"]):
            raise ClusterConflict(f"replace {kind.value} {namespace}/{name}: the object has been modified")
        return self._store.put(kind.value, {**body, "metadata": {**body["metadata"], "namespace": namespace}})

    def close(self) -> None:
        """Nothing to let go of."""

    # Time, and other people.

    def advance(self, seconds: float) -> None:
        """Let time pass, and the controllers do what they do meanwhile; with 0 they only react."""
        end = self.now_ms + round(1_000 * seconds)
        self._controllers.settle(self.now_ms)
        while (at := self._controllers.next_change_ms(self.now_ms)) <= end:
            self.now_ms = at
            self._controllers.settle(at)
        self.now_ms = end

    def make(self, namespace: str, deployment: Json, manager: str = "kubectl-create") -> Json:
        """Somebody makes a Deployment."""
        made = with_defaults({"apiVersion": "apps/v1", "kind": "Deployment", **deployment, "status": {}})
        self._check(made, None)
        note_writer(made, {"spec": {}}, manager, moment(self.now_ms))
        return self._add("Deployment", namespace, made)

    def change(self, namespace: str, name: str, change: Json, manager: str = "kubectl-edit") -> Json:
        """Somebody changes a Deployment by a JSON Merge Patch (RFC 7396)."""
        before = self._get("Deployment", namespace, name)
        return self._write(before, _merged(before, change), manager)

    def delete(self, namespace: str, name: str) -> None:
        """Somebody deletes a Deployment; what it owns goes with it."""
        self._store.remove("Deployment", self._get("Deployment", namespace, name))

    # Behind both.

    def _get(self, kind: str, namespace: str, name: str) -> Json:
        found = self._store.get(kind, namespace, name)
        if found is None:
            raise ClusterGone(f"get {kind} {namespace}/{name}: 404 NotFound")
        return found

    def _add(self, kind: str, namespace: str, thing: Json) -> Json:
        name = thing["metadata"]["name"]
        if namespace not in self._namespaces:
            raise ClusterGone(f'create {kind} {namespace}/{name}: 404 NotFound, namespaces "{namespace}" not found')
        if self._store.get(kind, namespace, name) is not None:
            raise ClusterConflict(f"create {kind} {namespace}/{name}: 409 AlreadyExists")
        about = {**thing["metadata"], "namespace": namespace}
        return self._store.add(kind, {**thing, "metadata": about}, self.now_ms)

    def _write(self, before: Json, after: Json, manager: str, *, is_dry_run: bool = False) -> Json:
        about = before["metadata"]
        if after["metadata"].get("resourceVersion") != about["resourceVersion"]:
            raise ClusterConflict(f"patch deployment {about['namespace']}/{about['name']}: 409 Conflict")
        made = with_defaults({**after, "status": before["status"]})
        if self.admission is not None and made != before:
            made = with_defaults(self.admission(deepcopy(made)))
        self._check(made, before)
        note_writer(made, before, manager, moment(self.now_ms))
        if is_dry_run:
            made["metadata"]["generation"] += made["spec"] != before["spec"]
            return made
        return self._store.put("Deployment", made)

    def _check(self, made: Json, before: Json | None) -> None:
        for fault in faults(made, before):
            raise ClusterRefused(f"deployment {made['metadata']['name']}: 422 Invalid, {fault}", "Invalid")


def _merged(thing: Json, change: Json) -> Json:
    made = dict(thing)
    for name, value in change.items():
        if value is None:
            made.pop(name, None)
        elif isinstance(value, dict):
            made[name] = _merged(made.get(name) or {}, value)
        else:
            made[name] = deepcopy(value)
    return made
