"""What the status of a Deployment says of its rollout: counts, and the conditions Available and Progressing. Pure."""

from collections.abc import Sequence
from typing import Final

from monitor.ports_cluster import Json
from monitor.simulating.cluster.pods import NEVER
from monitor.simulating.cluster.rollout import limits
from monitor.simulating.cluster.store import milliseconds, moment

COUNTS: Final = ("replicas", "readyReplicas", "availableReplicas", "terminatingReplicas")
_WAITS_FOR_NOTHING: Final = ("NewReplicaSetAvailable", "ProgressDeadlineExceeded", "DeploymentPaused")


def counts(deployment: Json, newest: Json | None, sets: Sequence[Json]) -> Json:
    """The counts of a status, zeros left out as the API leaves them out, but for terminating pods."""
    sums = {name: sum(one["status"].get(name, 0) for one in sets) for name in COUNTS}
    wanted = sum(one["spec"]["replicas"] for one in sets)
    sums["unavailableReplicas"] = max(0, wanted - sums["availableReplicas"])
    sums["updatedReplicas"] = newest["status"]["replicas"] if newest is not None else 0
    shown = {name: count for name, count in sums.items() if count or name == "terminatingReplicas"}
    return {"observedGeneration": deployment["metadata"]["generation"], **shown}


def is_complete(deployment: Json, status: Json) -> bool:
    """Whether the controller calls the rollout complete; pods of before may still be terminating."""
    wanted = deployment["spec"]["replicas"]
    served = [status.get(name, 0) for name in ("updatedReplicas", "replicas", "availableReplicas")]
    return served == [wanted] * 3 and status.get("observedGeneration", 0) >= deployment["metadata"]["generation"]


def conditions(deployment: Json, status: Json, newest: Json | None, *, is_new: bool, now_ms: int) -> list[Json]:
    """The conditions that follow the ones the Deployment has now.

    A stale ``ProgressDeadlineExceeded`` stays until there is progress, also after another template was put in.

    Parameters
    ----------
    status
        The new one, still without conditions.
    newest
        The ReplicaSet of the template; None while a pause keeps it from being made.
    is_new
        Whether it has just been made.
    """
    before = {one["type"]: one for one in deployment["status"].get("conditions", ())}
    serves = status.get("availableReplicas", 0) >= deployment["spec"]["replicas"] - limits(deployment)[0]
    word = "MinimumReplicasAvailable" if serves else "MinimumReplicasUnavailable"
    after = dict(before)
    _note(after, "Available", str(serves), word, now_ms)
    progressing = before.get("Progressing")
    reason = progressing["reason"] if progressing is not None else ""
    if deployment["spec"].get("paused"):
        if reason not in ("DeploymentPaused", "ProgressDeadlineExceeded"):
            _note(after, "Progressing", "Unknown", "DeploymentPaused", now_ms)
        return list(after.values())
    if is_new:
        _note(after, "Progressing", "True", "NewReplicaSetCreated", now_ms)
    elif reason == "DeploymentPaused":
        _note(after, "Progressing", "Unknown", "DeploymentResumed", now_ms)
    elif progressing is None:
        _note(after, "Progressing", "True", "FoundNewReplicaSet", now_ms)
    is_settled = reason == "NewReplicaSetAvailable" and status.get("replicas", 0) == status.get("updatedReplicas", 0)
    if is_settled and not is_new:
        return list(after.values())
    if is_complete(deployment, status) and newest is not None:
        _note(after, "Progressing", "True", "NewReplicaSetAvailable", now_ms)
    elif _has_progressed(deployment["status"], status):
        _note(after, "Progressing", "True", "ReplicaSetUpdated", now_ms, is_renewed=True)
    elif now_ms >= deadline_ms(deployment):
        _note(after, "Progressing", "False", "ProgressDeadlineExceeded", now_ms)
    return list(after.values())


def deadline_ms(deployment: Json) -> int:
    """When the rollout counts as stuck, if nothing happens until then; `NEVER` where nothing is waited for."""
    for one in deployment["status"].get("conditions", ()):
        if one["type"] == "Progressing" and one["reason"] not in _WAITS_FOR_NOTHING:
            seconds: int = deployment["spec"]["progressDeadlineSeconds"]
            return milliseconds(one["lastUpdateTime"]) + 1_000 * (seconds + 1)
    return NEVER


def _has_progressed(before: Json, after: Json) -> bool:
    def old(status: Json) -> int:
        count: int = status.get("replicas", 0) - status.get("updatedReplicas", 0)
        return count

    rises = any(after.get(name, 0) > before.get(name, 0) for name in ("updatedReplicas", *COUNTS[1:3]))
    return rises or old(after) < old(before)


def _note(
    known: dict[str, Json], kind: str, status: str, reason: str, now_ms: int, *, is_renewed: bool = False
) -> None:
    old = known.get(kind)
    if old is not None and (old["status"], old["reason"]) == (status, reason) and not is_renewed:
        return
    since = old["lastTransitionTime"] if old is not None and old["status"] == status else moment(now_ms)
    known[kind] = {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": f"{kind}: {reason}",
        "lastUpdateTime": moment(now_ms),
        "lastTransitionTime": since,
    }
