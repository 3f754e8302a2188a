"""The shipped ServiceAccounts and Roles, as they are installed for one test."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.parts.kubernetes.api import until
from tests.parts.kubernetes.control_plane import ControlPlane

FOLDER = Path(__file__).parents[2] / "deploy" / "kustomize"
FILES = ("monitor/account.yaml", "rollback/rights.yaml", "acting/rights.yaml")
HOME, TARGET = "fairdrift", "clinical"
"""The namespaces that the files name: where we run, and where the Deployment is."""

ACCOUNT, DEPLOYMENT, LEASE, REGISTRY = "fairdrift-rollback", "readmission", "fairdrift-rollback", "fairdrift-registry"

_PATHS = {
    "ServiceAccount": "/api/v1/namespaces/{}/serviceaccounts",
    "Role": "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/roles",
    "RoleBinding": "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/rolebindings",
}


def shipped(*names: str) -> Iterator[dict[str, Any]]:
    """The objects in the shipped files, in their order."""
    for name in names:
        yield from YAML(typ="safe").load_all((FOLDER / name).read_text(encoding="utf-8"))


def install(plane: ControlPlane, home: str, target: str, *names: str) -> None:
    """Create what the files hold, in other namespaces than they name; return when the server goes by it."""
    names = names or FILES
    asked = []
    for thing in shipped(*names):
        moved = _moved(thing, {HOME: home, TARGET: target})
        namespace = moved["metadata"]["namespace"]
        plane.api.ok("POST", _PATHS[moved["kind"]].format(namespace), moved, fieldValidation="Strict")
        if moved["kind"] == "Role":
            rule = moved["rules"][-1]
            about = {"group": rule["apiGroups"][0], "resource": rule["resources"][0], "verb": rule["verbs"][0]}
            asked.append({"namespace": namespace, "name": (*rule.get("resourceNames", ()), "")[0], **about})
    for about in asked:
        until(lambda about=about: is_allowed(plane, home, about))  # type: ignore[misc]


def is_allowed(plane: ControlPlane, home: str, about: Mapping[str, str]) -> bool:
    """Whether the rollback controller's account may do something."""
    user = f"system:serviceaccount:{home}:{ACCOUNT}"
    body = {"spec": {"user": user, "resourceAttributes": about}}
    path = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
    answer = plane.api.ok(
        "POST", path, {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", **body}
    )
    return bool(answer["status"]["allowed"])


def _moved(thing: Any, names: Mapping[str, str]) -> Any:
    if isinstance(thing, list):
        return [_moved(one, names) for one in thing]
    if not isinstance(thing, dict):
        return thing
    return {key: names[value] if key == "namespace" else _moved(value, names) for key, value in thing.items()}
