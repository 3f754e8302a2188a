"""Who else writes a Deployment: a controller that owns it, a GitOps tool that puts its own copy back, a person.

Way of an event: step 12, guard G4 and the state `contested`. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from monitor.acting.raw import Raw, annotations, field, labels
from monitor.ports_cluster import FIELD_MANAGER

_MARKS: Final[Mapping[str, tuple[str, ...]]] = {
    "argocd": ("argocd.argoproj.io/tracking-id", "argocd.argoproj.io/instance"),
    "flux": ("kustomize.toolkit.fluxcd.io/name", "helm.toolkit.fluxcd.io/name"),
}
"""Labels and annotations by which a tool marks what it keeps. Helm is none: it puts nothing back by itself."""

_MANAGERS: Final[Mapping[str, tuple[str, ...]]] = {
    "argocd": ("argocd",),
    "flux": ("kustomize-controller", "helm-controller", "flux"),
}
"""Beginnings of the names by which `managedFields` tells of a tool, whatever it marks."""

_PROGRAMS: Final = (*(name for names in _MANAGERS.values() for name in names), "kube-controller-manager")
"""Every other name, `helm` too, may be a person's."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Who last wrote the pod template; `is_person` also where that is not known."""

    name: str
    is_person: bool


def controller_of(deployment: Raw) -> str | None:
    """Kind and name of the controller that owns the Deployment; None if it stands by itself.

    >>> controller_of({"metadata": {"ownerReferences": [{"kind": "Rollout", "name": "web", "controller": True}]}})
    'Rollout/web'
    """
    for owner in field(deployment, "metadata", "ownerReferences") or ():
        if owner.get("controller") is True:
            return f"{owner.get('kind')}/{owner.get('name')}"
    return None


def gitops_of(deployment: Raw) -> tuple[str, ...]:
    """Tools that keep this Deployment as their source says.

    >>> gitops_of({"metadata": {"labels": {"argocd.argoproj.io/instance": "wards"}}})
    ('argocd',)
    """
    marks = {*annotations(deployment), *labels(deployment)}
    managers = [str(one.get("manager")) for one in field(deployment, "metadata", "managedFields") or ()]
    return tuple(
        tool
        for tool, names in _MARKS.items()
        if marks.intersection(names) or any(name.startswith(_MANAGERS[tool]) for name in managers)
    )


def last_writer(deployment: Raw) -> Writer:
    """Who wrote the pod template last, as `managedFields` tells; status writers are not asked.

    The API tells time in whole seconds: of two within one, a person counts as the last, then a tool, then we.

    >>> wrote = {"manager": "kubectl-edit", "time": "2026-01-01T00:00:00Z", "fieldsV1": {"f:spec": {"f:template": {}}}}
    >>> last_writer({"metadata": {"managedFields": [wrote]}})
    Writer(name='kubectl-edit', is_person=True)
    """
    written = [
        one
        for one in field(deployment, "metadata", "managedFields") or ()
        if field(one, "fieldsV1", "f:spec", "f:template") is not None and not one.get("subresource")
    ]
    newest = max(written, key=lambda one: (one.get("time") or "", _is_person(one), not _is_ours(one)), default=None)
    name = str((newest or {}).get("manager") or "nobody we know")
    return Writer(name, newest is None or _is_person(newest))


def _is_person(entry: Raw) -> bool:
    return not str(entry.get("manager") or "").startswith((*_PROGRAMS, FIELD_MANAGER))


def _is_ours(entry: Raw) -> bool:
    return str(entry.get("manager") or "").startswith(FIELD_MANAGER)
