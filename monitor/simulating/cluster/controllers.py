"""One round of the controllers: Deployments make and scale ReplicaSets, ReplicaSets make and end pods. Pure."""

from collections.abc import Sequence

from monitor.ports_cluster import Json
from monitor.simulating.cluster.pods import NEVER, Behaviour, Pod, next_change_ms, start
from monitor.simulating.cluster.progress import conditions, counts, deadline_ms, is_complete
from monitor.simulating.cluster.revisions import make, mark, new_of, too_old
from monitor.simulating.cluster.rollout import step
from monitor.simulating.cluster.store import Store

ROUNDS = 1_000
"""A rollout that did not come to rest after so many rounds at one moment never will: a fault of this simulation."""


class Controllers:
    """The deployment controller, the ReplicaSet controller, the garbage collector, and every node.

    Parameters
    ----------
    store
        Where all objects are kept but pods.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pods: list[Pod] = []

    def settle(self, now_ms: int) -> None:
        """Do all that can be done at this moment."""
        for _ in range(ROUNDS):
            self._pods = [pod for pod in self._pods if pod.ends_ms > now_ms]
            before = self._store.version
            self._collect_garbage()
            for deployment in self._store.every("Deployment"):
                self._reconcile(deployment, now_ms)
            if self._store.version == before:
                return
        raise AssertionError("the rollout does not come to rest")

    def next_change_ms(self, now_ms: int) -> int:
        """When something will happen by itself; `NEVER` if nothing will."""
        deadlines = [deadline_ms(one) for one in self._store.every("Deployment")]
        later = (time for time in deadlines if time > now_ms)
        return min(next_change_ms(self._pods, now_ms), *later, NEVER)

    def _collect_garbage(self) -> None:
        owners = {one["metadata"]["uid"] for one in self._store.every("Deployment")}
        for one in self._store.every("ReplicaSet"):
            if one["metadata"]["ownerReferences"][0]["uid"] not in owners:
                self._store.remove("ReplicaSet", one)
        alive = {one["metadata"]["uid"] for one in self._store.every("ReplicaSet")}
        self._pods = [pod for pod in self._pods if pod.owner in alive]

    def _reconcile(self, deployment: Json, now_ms: int) -> None:
        sets = list(self._store.owned("ReplicaSet", deployment["metadata"]["uid"]))
        newest, is_paused = new_of(deployment, sets), bool(deployment["spec"].get("paused"))
        is_new = newest is None and not is_paused
        if is_new:
            newest = self._store.add("ReplicaSet", make(deployment, sets), now_ms)
            sets.append(newest)
        if newest is not None:
            mark(deployment, newest, sets)
            if not is_paused:
                step(deployment, newest, sets)
        for one in sets:
            self._keep_pods(one, deployment["spec"].get("minReadySeconds", 0), now_ms)
            self._store.put("ReplicaSet", one)
        self._report(deployment, newest, sets, is_new=is_new, now_ms=now_ms)

    def _report(
        self, deployment: Json, newest: Json | None, sets: Sequence[Json], *, is_new: bool, now_ms: int
    ) -> None:
        status = counts(deployment, newest, sets)
        status["conditions"] = conditions(deployment, status, newest, is_new=is_new, now_ms=now_ms)
        is_over = is_complete(deployment, deployment["status"])
        deployment["status"] = status
        self._store.put("Deployment", deployment)
        for one in too_old(deployment, sets) if is_over else ():
            self._store.remove("ReplicaSet", one)

    def _keep_pods(self, replica_set: Json, min_ready_s: int, now_ms: int) -> None:
        """As many pods as wanted: those that serve least go first, and the youngest of them."""
        uid, template = replica_set["metadata"]["uid"], replica_set["spec"]["template"]
        behaviour = Behaviour.of(template["metadata"].get("annotations") or {})
        active = [pod for pod in self._pods if pod.owner == uid and pod.is_active]
        wanted = replica_set["spec"]["replicas"]
        for _ in range(wanted - len(active)):
            self._pods.append(start(uid, behaviour, min_ready_s, now_ms))
        by_use = sorted(active, key=lambda pod: (pod.is_available(now_ms), -pod.ready_ms))
        for pod in by_use[: max(0, len(active) - wanted)]:
            pod.ends_ms = now_ms + round(1_000 * behaviour.ends_after_s)
        own = [pod for pod in self._pods if pod.owner == uid and pod.ends_ms > now_ms]
        replica_set["status"] = {
            "replicas": sum(pod.is_active for pod in own),
            "readyReplicas": sum(pod.is_ready(now_ms) for pod in own),
            "availableReplicas": sum(pod.is_available(now_ms) for pod in own),
            "terminatingReplicas": sum(not pod.is_active for pod in own),
            "observedGeneration": replica_set["metadata"]["generation"],
        }
