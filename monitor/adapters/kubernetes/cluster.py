"""The port `Cluster` on a real API server.

Way of an event: steps 11 to 15; the controller calls it. Touches the API server.
"""

import time
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from kubernetes.client import ApiClient

from monitor.adapters.kubernetes.events import body_of
from monitor.adapters.kubernetes.requests import JSON_PATCH, Request, send
from monitor.adapters.kubernetes.selectors import is_controlled_by, query_of
from monitor.ports_cluster import (
    FIELD_MANAGER,
    ClusterError,
    ClusterUnreachable,
    Json,
    Kind,
    Told,
    Workload,
    require_version,
    version_read,
)

_APPS: Final = "/apis/apps/v1"
_EVENTS: Final = "/apis/events.k8s.io/v1"
_OURS: Final = {
    Kind.LEASE: ("/apis/coordination.k8s.io/v1", "leases"),
    Kind.CONFIG_MAP: ("/api/v1", "configmaps"),
}
_WRITES: Final = (("fieldManager", FIELD_MANAGER), ("fieldValidation", "Strict"))


class KubernetesCluster:
    """`ports_cluster.Cluster` over HTTP.

    Parameters
    ----------
    client
        As `open_client` makes it.
    instance
        Which process of ours this is, for Events: the pod's name.
    timeout_s
        For each call, from connecting to the last byte. Five seconds: well inside a lease of fifteen.
    page_size
        Objects a list request asks for at once.
    """

    def __init__(self, client: ApiClient, instance: str, timeout_s: float = 5.0, page_size: int = 500) -> None:
        self._client, self._instance = client, instance
        self._timeout_s, self._page_size = timeout_s, page_size

    def look(self, namespace: str, name: str) -> Workload:
        """A fresh read of one Deployment with all its ReplicaSets."""
        end = time.monotonic() + self._timeout_s
        what = f"get deployment {namespace}/{name}"
        deployment = self._send(Request(what, "GET", _path(_APPS, namespace, "deployments", name)))
        found = self._list(namespace, query_of(deployment["spec"]["selector"]), end)
        uid = deployment["metadata"]["uid"]
        return Workload(deployment, [one for one in found if is_controlled_by(one, uid)])

    def _list(self, namespace: str, selector: str, end: float) -> list[Json]:
        found: list[Json] = []
        query = [("labelSelector", selector), ("limit", str(self._page_size))]
        path, more = _path(_APPS, namespace, "replicasets"), ""
        while True:
            page = [*query, ("continue", more)] if more else query
            left_s = end - time.monotonic()
            if left_s <= 0:
                raise ClusterUnreachable(f"list replicasets of {namespace}: the pages do not end in time; later")
            answer = send(self._client, Request(f"list replicasets of {namespace}", "GET", path, page), left_s)
            found += answer["items"]
            more = answer["metadata"].get("continue", "")
            if not more:
                return found

    def patch(self, namespace: str, name: str, body: Sequence[Json], *, is_dry_run: bool = False) -> Json:
        """Apply one JSON Patch to a Deployment."""
        require_version(body)
        what = f"{'dry run of a patch of' if is_dry_run else 'patch'} deployment {namespace}/{name}"
        path = _path(_APPS, namespace, "deployments", name)
        query = [*_WRITES, ("dryRun", "All")] if is_dry_run else _WRITES
        return self._send(Request(what, "PATCH", path, query, list(body), JSON_PATCH, may_write=not is_dry_run))

    def tell(self, event: Told) -> bool:
        """Write an Event in the Deployment's namespace."""
        namespace = event.deployment["metadata"]["namespace"]
        path, body = _path(_EVENTS, namespace, "events"), body_of(event, self._instance)
        try:
            self._send(Request(f"create event in {namespace}", "POST", path, _WRITES, body, may_write=True))
        except ClusterError:
            return False
        return True

    def read(self, kind: Kind, namespace: str, name: str) -> Json:
        """A fresh read of one object of our own."""
        group, plural = _OURS[kind]
        return self._send(Request(f"get {plural} {namespace}/{name}", "GET", _path(group, namespace, plural, name)))

    def create(self, kind: Kind, namespace: str, body: Json) -> Json:
        """Make an object."""
        group, plural = _OURS[kind]
        what = f"create {plural} {namespace}/{body['metadata']['name']}"
        return self._send(Request(what, "POST", _path(group, namespace, plural), _WRITES, body, may_write=True))

    def replace(self, kind: Kind, namespace: str, body: Json) -> Json:
        """Replace an object by a changed copy of what was read."""
        version_read(body)
        group, plural = _OURS[kind]
        name = body["metadata"]["name"]
        path = _path(group, namespace, plural, name)
        return self._send(Request(f"replace {plural} {namespace}/{name}", "PUT", path, _WRITES, body, may_write=True))

    def _send(self, request: Request) -> Json:
        return send(self._client, request, self._timeout_s)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.rest_client.close()


def _path(group: str, namespace: str, plural: str, *name: str) -> str:
    return "/".join((group, "namespaces", quote(namespace, safe=""), plural, *(quote(part, safe="") for part in name)))
