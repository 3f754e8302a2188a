"""The ReplicaSets of a Deployment: one for each template, reused when that template comes back, numbered anew. Pure."""

import hashlib
import json
from collections.abc import Sequence
from copy import deepcopy
from typing import Final

from monitor.ports_cluster import Json

REVISION: Final = "deployment.kubernetes.io/revision"
HISTORY: Final = "deployment.kubernetes.io/revision-history"
HASH: Final = "pod-template-hash"

_NOT_COPIED: Final = {
    *(REVISION, HISTORY, "deployment.kubernetes.io/desired-replicas", "deployment.kubernetes.io/max-replicas"),
    *("kubectl.kubernetes.io/last-applied-configuration", "deprecated.deployment.rollback.to"),
}
"""Annotations of the Deployment that are not made the ReplicaSet's."""


def new_of(deployment: Json, sets: Sequence[Json]) -> Json | None:
    """The oldest ReplicaSet with the Deployment's template; None before it is made.

    Parameters
    ----------
    sets
        All of its ReplicaSets, oldest first.
    """
    wanted = deployment["spec"]["template"]
    return next((one for one in sets if _without_hash(one["spec"]["template"]) == wanted), None)


def make(deployment: Json, sets: Sequence[Json]) -> Json:
    """A ReplicaSet for the Deployment's template, without pods yet."""
    template = deepcopy(deployment["spec"]["template"])
    digest = hashlib.sha256(json.dumps(template, sort_keys=True).encode()).hexdigest()[:10]
    labels = {**template["metadata"].get("labels", {}), HASH: digest}
    template["metadata"]["labels"] = labels
    about = deployment["metadata"]
    owner = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "name": about["name"],
        "uid": about["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }
    selector = deepcopy(deployment["spec"]["selector"])
    selector["matchLabels"] = {**selector.get("matchLabels", {}), HASH: digest}
    made = {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": f"{about['name']}-{digest}",
            "namespace": about["namespace"],
            "labels": dict(labels),
            "annotations": {},
            "ownerReferences": [owner],
        },
        "spec": {"replicas": 0, "selector": selector, "template": template},
        "status": {"replicas": 0},
    }
    mark(deployment, made, sets)
    return made


def mark(deployment: Json, newest: Json, sets: Sequence[Json]) -> None:
    """Give the ReplicaSet of the template the highest number, and the Deployment the same.

    A number that it had before goes into its history: a ReplicaSet that is reused is renumbered.
    """
    said: dict[str, str] = newest["metadata"].setdefault("annotations", {})
    had = _number(newest)
    highest = max((_number(one) for one in sets if one["metadata"]["name"] != newest["metadata"]["name"]), default=0)
    copied = {name: text for name, text in _annotations(deployment).items() if name not in _NOT_COPIED}
    said |= copied
    if had <= highest:
        if had:
            said[HISTORY] = ",".join([*filter(None, said.get(HISTORY, "").split(",")), str(had)])
        said[REVISION] = str(highest + 1)
    replicas = deployment["spec"]["replicas"]
    said["deployment.kubernetes.io/desired-replicas"] = str(replicas)
    deployment["metadata"].setdefault("annotations", {})[REVISION] = said[REVISION]


def too_old(deployment: Json, sets: Sequence[Json]) -> Sequence[Json]:
    """ReplicaSets beyond `revisionHistoryLimit`, lowest number first; never the present one, or one with pods."""
    newest = new_of(deployment, sets)
    old = sorted((one for one in sets if one is not newest), key=_number)
    surplus = max(0, len(old) - deployment["spec"]["revisionHistoryLimit"])
    return [one for one in old[:surplus] if one["spec"]["replicas"] == one["status"]["replicas"] == 0]


def _number(replica_set: Json) -> int:
    return int(_annotations(replica_set).get(REVISION, "0"))


def _annotations(thing: Json) -> dict[str, str]:
    return thing["metadata"].get("annotations") or {}


def _without_hash(template: Json) -> Json:
    labels = {name: text for name, text in template["metadata"]["labels"].items() if name != HASH}
    return {**template, "metadata": {**template["metadata"], "labels": labels}}
