"""What the API server adds to a Deployment, and what it refuses: the rules that a rollback can meet. Pure."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, Final

from monitor.ports_cluster import Json

_SPEC: Final[Json] = {
    "replicas": 1,
    "revisionHistoryLimit": 10,
    "progressDeadlineSeconds": 600,
    "strategy": {"type": "RollingUpdate"},
}
_ROLLING: Final[Json] = {"maxUnavailable": "25%", "maxSurge": "25%"}
_POD: Final[Json] = {
    "restartPolicy": "Always",
    "terminationGracePeriodSeconds": 30,
    "dnsPolicy": "ClusterFirst",
    "securityContext": {},
    "schedulerName": "default-scheduler",
}
_CONTAINER: Final[Json] = {
    "resources": {},
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
}

KNOWN: Final = {
    *_SPEC,
    *("selector", "template", "minReadySeconds", "paused"),
}
"""Fields of a Deployment's spec."""


def with_defaults(deployment: Json) -> Json:
    """A copy with everything that its maker left to the server.

    >>> container = {"name": "model", "image": "registry.example/readmission:1"}
    >>> pod = {"metadata": {"labels": {"app": "m"}}, "spec": {"containers": [container]}}
    >>> made = with_defaults({"metadata": {}, "spec": {"selector": {"matchLabels": {"app": "m"}}, "template": pod}})
    >>> made["spec"]["replicas"], made["spec"]["template"]["spec"]["containers"][0]["imagePullPolicy"]
    (1, 'IfNotPresent')
    """
    made = deepcopy(deployment)
    spec = made["spec"]
    _fill(spec, _SPEC)
    if spec["strategy"]["type"] == "RollingUpdate":
        _fill(spec["strategy"].setdefault("rollingUpdate", {}), _ROLLING)
    pod = spec["template"]["spec"]
    _fill(pod, _POD)
    for container in (*pod.get("initContainers", ()), *pod["containers"]):
        tag = container["image"].rpartition("/")[2].partition("@")[0].partition(":")[2]
        is_fixed = "@" in container["image"] or tag not in ("", "latest")
        _fill(container, {**_CONTAINER, "imagePullPolicy": "IfNotPresent" if is_fixed else "Always"})
        for port in container.get("ports", ()):
            _fill(port, {"protocol": "TCP"})
    return made


def faults(deployment: Json, before: Json | None) -> Iterator[str]:
    """Why the server would not take it, in words; `before` is what stands there now, None if nothing does."""
    spec = deployment["spec"]
    for name in sorted(set(spec) - KNOWN):
        yield f'strict decoding error: unknown field "spec.{name}"'
    if before is not None and spec["selector"] != before["spec"]["selector"]:
        yield "spec.selector: Invalid value: field is immutable"
    chosen = spec["selector"].get("matchLabels") or {}
    labels = (spec["template"].get("metadata") or {}).get("labels") or {}
    if not chosen or any(labels.get(name) != value for name, value in chosen.items()):
        yield "spec.template.metadata.labels: Invalid value: `selector` does not match template `labels`"
    containers = spec["template"].get("spec", {}).get("containers") or ()
    if not containers:
        yield "spec.template.spec.containers: Required value"
    for number, container in enumerate(containers):
        if not container.get("image"):
            yield f"spec.template.spec.containers[{number}].image: Required value"


def _fill(place: Json, usual: Mapping[str, Any]) -> None:
    for name, value in usual.items():
        place.setdefault(name, deepcopy(value))
