"""The same cluster, that can only be read: what mode observe and shadow are given, whatever decides above it.

In the way of an event: steps 11 to 15. Touches the cluster through another `Cluster`, with reading verbs alone.
"""

from collections.abc import Sequence

from monitor.ports_cluster import Cluster, ClusterRefused, Json, Kind, Told, Workload


class ReadOnlyCluster:
    """A `Cluster` that refuses what would write; a dry run, which needs the right to patch, too unless allowed.

    Examples
    --------
    >>> from monitor.simulating.cluster import MemoryCluster
    >>> ReadOnlyCluster(MemoryCluster(["n"])).patch("n", "web", [])
    Traceback (most recent call last):
    monitor.ports_cluster.ClusterRefused: patch deployment n/web: this mode writes nothing
    """

    def __init__(self, cluster: Cluster, *, tries_dry: bool = False) -> None:
        self._cluster, self._tries_dry = cluster, tries_dry

    def look(self, namespace: str, name: str) -> Workload:
        """A fresh read of one Deployment with all its ReplicaSets."""
        return self._cluster.look(namespace, name)

    def patch(self, namespace: str, name: str, body: Sequence[Json], *, is_dry_run: bool = False) -> Json:
        """A dry run, if allowed; never a patch."""
        if is_dry_run and self._tries_dry:
            return self._cluster.patch(namespace, name, body, is_dry_run=True)
        raise _refused(f"patch deployment {namespace}/{name}")

    def tell(self, event: Told) -> bool:  # noqa: ARG002  # the port's signature
        """Nothing is told."""
        return False

    def read(self, kind: Kind, namespace: str, name: str) -> Json:
        """A fresh read of one object of our own."""
        return self._cluster.read(kind, namespace, name)

    def create(self, kind: Kind, namespace: str, body: Json) -> Json:  # noqa: ARG002  # the port's signature
        """Refused."""
        raise _refused(f"create {kind.value} in {namespace}")

    def replace(self, kind: Kind, namespace: str, body: Json) -> Json:  # noqa: ARG002  # the port's signature
        """Refused."""
        raise _refused(f"replace {kind.value} in {namespace}")

    def close(self) -> None:
        """Let go of the connections."""
        self._cluster.close()


def _refused(what: str) -> ClusterRefused:
    return ClusterRefused(f"{what}: this mode writes nothing", "ReadOnly")
