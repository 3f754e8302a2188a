"""How many pods each ReplicaSet of a Deployment gets next, so that enough of them serve while others are replaced.

The strategy RollingUpdate as the deployment controller carries it out, and Recreate. Pure.
"""

from collections.abc import Sequence
from math import ceil, floor

from monitor.ports_cluster import Json


def limits(deployment: Json) -> tuple[int, int]:
    """Pods that may be missing, and pods that may be too many, while it rolls out.

    >>> rolling = {"rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"}}
    >>> limits({"spec": {"replicas": 3, "strategy": rolling}})
    (0, 1)
    """
    rolling, replicas = deployment["spec"]["strategy"].get("rollingUpdate"), deployment["spec"]["replicas"]
    if rolling is None:
        return replicas, 0
    unavailable = _share(rolling["maxUnavailable"], replicas, up=False)
    surge = _share(rolling["maxSurge"], replicas, up=True)
    return (1, 0) if unavailable == surge == 0 else (min(unavailable, replicas), surge)


def step(deployment: Json, newest: Json, sets: Sequence[Json]) -> None:
    """Set ``spec.replicas`` of its ReplicaSets as far as it may be done now.

    Parameters
    ----------
    newest
        The one with the Deployment's template, also in `sets`.
    """
    old = [one for one in sets if one is not newest]
    if deployment["spec"]["strategy"]["type"] == "Recreate":
        for one in old:
            one["spec"]["replicas"] = 0
        if not any(one["status"]["replicas"] or one["status"].get("terminatingReplicas") for one in old):
            newest["spec"]["replicas"] = deployment["spec"]["replicas"]
        return
    _grow(deployment, newest, sets)
    _shrink(deployment, newest, old)


def _grow(deployment: Json, newest: Json, sets: Sequence[Json]) -> None:
    wanted, has = deployment["spec"]["replicas"], newest["spec"]["replicas"]
    _, surge = limits(deployment)
    room = wanted + surge - sum(one["spec"]["replicas"] for one in sets)
    newest["spec"]["replicas"] = wanted if has >= wanted else has + max(0, min(room, wanted - has))


def _shrink(deployment: Json, newest: Json, old: Sequence[Json]) -> None:
    """Take away from the old ones first what does not serve, then what is not needed."""
    sets = (newest, *old)
    least = deployment["spec"]["replicas"] - limits(deployment)[0]
    not_serving = newest["spec"]["replicas"] - _available(newest)
    spare = sum(one["spec"]["replicas"] for one in sets) - least - not_serving
    for one in old:
        taken = min(one["spec"]["replicas"] - _available(one), spare)
        if taken > 0:
            one["spec"]["replicas"] -= taken
            spare -= taken
    spare = min(spare, sum(map(_available, sets)) - least)
    for one in old:
        taken = min(one["spec"]["replicas"], spare)
        if taken > 0:
            one["spec"]["replicas"] -= taken
            spare -= taken


def _available(replica_set: Json) -> int:
    count: int = min(replica_set["status"].get("availableReplicas", 0), replica_set["spec"]["replicas"])
    return count


def _share(value: int | str, replicas: int, *, up: bool) -> int:
    if isinstance(value, int):
        return value
    part = int(value.removesuffix("%")) * replicas / 100
    return ceil(part) if up else floor(part)
