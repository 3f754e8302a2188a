"""A cluster, seen through the port by us, and changed by others: the real one, and the one in memory."""

import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any, Protocol, TypeVar

from monitor.adapters.kubernetes.cluster import KubernetesCluster
from monitor.adapters.kubernetes.connection import open_client
from monitor.ports_cluster import Cluster, Json
from monitor.simulating.cluster import MemoryCluster
from monitor.simulating.cluster.pods import PREFIX
from tests.acting_safely.worlds import template
from tests.changing_a_real_cluster.rights import ACCOUNT, DEPLOYMENT, install
from tests.parts.kubernetes.api import MERGE_PATCH
from tests.parts.kubernetes.control_plane import ControlPlane

T = TypeVar("T")


class World(Protocol):
    """One cluster with two namespaces: `home`, where we run, and `target`, where the Deployment is."""

    home: str
    target: str
    cluster: Cluster

    def make(self, name: str, spec: Json) -> Json:
        """Somebody makes a Deployment."""
        ...

    def change(self, change: Json, manager: str = "kubectl-edit") -> Json:
        """Somebody changes the Deployment by a merge patch."""
        ...

    def delete(self) -> None:
        """Somebody deletes the Deployment."""
        ...

    def wait(self, look: Callable[[], T], seconds: float = 30) -> T:
        """What `look` gives as soon as it is true; time passes meanwhile."""
        ...

    def pass_time(self, seconds: float) -> None:
        """Let time pass: the API tells time in whole seconds."""
        ...


class MemoryWorld:
    """The cluster in memory; its time passes as fast as it can."""

    def __init__(self) -> None:
        self.home, self.target = "fairdrift", "clinical"
        self.memory = MemoryCluster([self.home, self.target])
        self.cluster: Cluster = self.memory

    def make(self, name: str, spec: Json) -> Json:
        return self.memory.make(self.target, {"metadata": {"name": name}, "spec": spec})

    def change(self, change: Json, manager: str = "kubectl-edit") -> Json:
        return self.memory.change(self.target, DEPLOYMENT, change, manager)

    def delete(self) -> None:
        self.memory.delete(self.target, DEPLOYMENT)

    def wait(self, look: Callable[[], T], seconds: float = 30) -> T:
        self.memory.advance(0)
        for _ in range(round(10 * seconds)):
            if seen := look():
                return seen
            self.memory.advance(0.1)
        raise TimeoutError(f"not within {seconds} s of its time; last seen: {look()!r}")

    def pass_time(self, seconds: float) -> None:
        self.memory.advance(seconds)


class RealWorld:
    """The real control plane; we are the shipped account with the shipped rights, those of the named files or all."""

    def __init__(self, plane: ControlPlane, *files: str) -> None:
        self.plane, self.home, self.target = plane, plane.namespace(), plane.namespace()
        install(plane, self.home, self.target, *files)
        self.cluster: Cluster = self.open()
        self._path = f"/apis/apps/v1/namespaces/{self.target}/deployments"

    def open(self, server: str | None = None, timeout_s: float = 5.0, page_size: int = 500) -> KubernetesCluster:
        """Another connection of ours, perhaps over a detour."""
        kubeconfig = self.plane.kubeconfig(self.plane.account_token(self.home, ACCOUNT), server)
        return KubernetesCluster(open_client(kubeconfig), "pod-1", timeout_s, page_size)

    def make(self, name: str, spec: Json) -> Json:
        body = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}
        made: Json = self.plane.api.ok("POST", self._path, body, fieldManager="kubectl-create")
        return made

    def change(self, change: Json, manager: str = "kubectl-edit") -> Json:
        path = f"{self._path}/{DEPLOYMENT}"
        made: Json = self.plane.api.ok("PATCH", path, change, MERGE_PATCH, fieldManager=manager)
        return made

    def delete(self) -> None:
        self.plane.api.ok("DELETE", f"{self._path}/{DEPLOYMENT}")

    def wait(self, look: Callable[[], T], seconds: float = 30) -> T:
        end = time.monotonic() + seconds
        while not (seen := look()):
            if time.monotonic() > end:
                raise TimeoutError(f"not within {seconds} s; last seen: {seen!r}")
            time.sleep(0.03)
        return seen

    def pass_time(self, seconds: float) -> None:
        time.sleep(seconds)


def pods_of(letter: str, **behaviour: str) -> Json:
    """The template of the revision that serves model `letter`; `behaviour` in the words of the simulated pods."""
    made = deepcopy(template(letter))
    made["metadata"]["annotations"] |= {PREFIX + name.replace("_", "-"): text for name, text in behaviour.items()}
    return made


def spec_of(pods: Json, **more: Any) -> Json:
    """The spec of a Deployment with these pods."""
    return {"replicas": 3, "selector": {"matchLabels": {"app": "readmission"}}, "template": pods, **more}


def patch_to(deployment: Mapping[str, Any], pods: Json) -> list[Json]:
    """The JSON Patch that puts in a template, for just the version that was read."""
    version = deployment["metadata"]["resourceVersion"]
    return [
        {"op": "replace", "path": "/metadata/resourceVersion", "value": version},
        {"op": "replace", "path": "/spec/template", "value": pods},
    ]
