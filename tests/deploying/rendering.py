"""What kustomize makes of `deploy/kustomize`: the objects as they reach the API server."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.parts.kubernetes.api import Api
from tests.parts.kubernetes.program import control_plane_programs

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "kustomize"
OVERLAYS = ("observe-only", "shadow", "acting")
HOME, TARGET = "fairdrift", "clinical"
"""The namespaces that the files name: where we run, and where the Deployment is."""

Object = dict[str, Any]

_GROUPS = {
    "v1": "/api/v1",
    "apps/v1": "/apis/apps/v1",
    "batch/v1": "/apis/batch/v1",
    "networking.k8s.io/v1": "/apis/networking.k8s.io/v1",
    "policy/v1": "/apis/policy/v1",
    "rbac.authorization.k8s.io/v1": "/apis/rbac.authorization.k8s.io/v1",
}
_PLURALS = {"NetworkPolicy": "networkpolicies"}


def rendered(overlay: str | Path) -> list[Object]:
    """The objects of an overlay, by its name or its folder."""
    return json.loads(_rendered(FOLDER / overlay))  # type: ignore[no-any-return]


@cache
def _rendered(folder: Path) -> str:
    """As JSON: whoever asks may change what they get."""
    command = [str(control_plane_programs() / "kubectl"), "kustomize", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return json.dumps(list(YAML(typ="safe", pure=True).load_all(done.stdout)))


def of_kind(objects: Sequence[Object], *kinds: str) -> list[Object]:
    """The objects of some kinds."""
    return [one for one in objects if one["kind"] in kinds]


def the(objects: Sequence[Object], kind: str, name: str) -> Object:
    """The one of a kind with a name; of a ConfigMap that kustomize named, the name without its hash."""
    found = [one for one in of_kind(objects, kind) if one["metadata"]["name"] in (name, _hashed(one, name))]
    assert len(found) == 1, f"{kind} {name}: {len(found)} of them"
    return found[0]


def pods(objects: Sequence[Object]) -> Iterator[tuple[str, Object]]:
    """Name of each workload, and the template of its pods with the volumes that its controller adds."""
    for one in of_kind(objects, "Deployment", "StatefulSet", "CronJob"):
        spec = one["spec"]["jobTemplate"]["spec"] if one["kind"] == "CronJob" else one["spec"]
        template = deepcopy(spec["template"])
        for claim in spec.get("volumeClaimTemplates", ()):
            name = claim["metadata"]["name"]
            template["spec"]["volumes"].append({"name": name, "persistentVolumeClaim": {"claimName": f"{name}-0"}})
        yield one["metadata"]["name"], template


def containers(template: Object) -> list[Object]:
    """All containers of a pod, those that come first included."""
    return [*template["spec"].get("initContainers", ()), *template["spec"]["containers"]]


def moved(thing: Any, names: dict[str, str]) -> Any:
    """The same in other namespaces."""
    if isinstance(thing, list):
        return [moved(one, names) for one in thing]
    if not isinstance(thing, dict):
        return thing
    return {key: names[value] if key == "namespace" else moved(value, names) for key, value in thing.items()}


def apply(api: Api, one: Object) -> tuple[int, Any]:
    """Ask the server to apply an object, with every field it does not know refused: status and answer."""
    plural = _PLURALS.get(one["kind"], one["kind"].lower() + "s")
    where = f"{_GROUPS[one['apiVersion']]}/namespaces/{one['metadata']['namespace']}/{plural}/{one['metadata']['name']}"
    kind = "application/apply-patch+yaml"
    return api.ask("PATCH", where, one, kind, fieldManager="test", fieldValidation="Strict", force="true")


def _hashed(one: Object, name: str) -> str:
    """The name of an object if it is `name` with a hash behind it."""
    found: str = one["metadata"]["name"]
    return found if found.startswith(f"{name}-") and one["kind"] == "ConfigMap" else name
