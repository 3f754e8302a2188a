"""The one patch of a rollback: what goes to the API server, and what is to be seen in its answer.

Way of an event: step 14. Pure: the adapter sends it. `kubectl rollout undo` sends no precondition and overwrites all
annotations; this keeps what others wrote, and fails where anybody wrote in between.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from monitor.acting.guards.order import Cleared
from monitor.acting.guards.situation import DryRun
from monitor.acting.identities import PREFIX, bare_template, is_same_template
from monitor.acting.plan import Plan
from monitor.acting.raw import Raw, annotations, field

CHANGE_CAUSE: Final = "kubernetes.io/change-cause"
LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
INCIDENT: Final = PREFIX + "incident"
PLAN: Final = PREFIX + "plan"
ROLLED_BACK_FROM: Final = PREFIX + "rolled-back-from"

BOOKKEEPING: Final = (
    LAST_APPLIED,
    "deployment.kubernetes.io/revision",
    "deployment.kubernetes.io/revision-history",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "deprecated.deployment.rollback.to",
)
"""Annotations that kubectl keeps as they are on the Deployment."""

Manner = Literal["minimal", "kubectl"]
Operation = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Patch:
    """Operations of one JSON Patch, and whether they are only to be tried."""

    operations: tuple[Operation, ...]
    is_dry_run: bool


def trial(plan: Plan, deployment: Raw, manner: Manner = "minimal") -> Patch | None:
    """The same patch, to be tried dry on this read; None if the Deployment has the target's template already."""
    if is_already_there(plan, deployment):
        return None
    version = field(deployment, "metadata", "resourceVersion") or ""
    return Patch(_operations(plan, deployment, version, manner), is_dry_run=True)


def patch(cleared: Cleared, manner: Manner = "minimal") -> Patch | None:
    """The patch of a cleared plan, with the `resourceVersion` of the very read it was cleared on.

    None if the template is there already: the server would make a write of nothing.
    """
    plan, deployment = cleared.situation.plan, cleared.situation.deployment
    if is_already_there(plan, deployment):
        return None
    return Patch(_operations(plan, deployment, cleared.version, manner), is_dry_run=False)


def is_already_there(plan: Plan, deployment: Raw) -> bool:
    """Whether the Deployment has the target's template."""
    return is_same_template(field(deployment, "spec", "template") or {}, plan.template)


def tried(plan: Plan, answer: Raw | None, refused: tuple[str, str] | None) -> DryRun:
    """What a dry run showed.

    Parameters
    ----------
    answer
        The Deployment as the server would make it; None if it refused.
    refused
        Reason and sentence of the refusal.
    """
    if refused is not None:
        reason, said = refused
        # The server has no reason of its own for this: BadRequest, and these words.
        is_unable = reason == "BadRequest" and "does not support dry run" in said
        return DryRun("cannot_verify" if is_unable else "denied", said)
    if answer is None:
        return DryRun("untried")
    return DryRun("ok") if is_already_there(plan, answer) else DryRun("changed")


def warnings(deployment: Raw) -> tuple[str, ...]:
    """What a person should know of a Deployment that was rolled back.

    >>> len(warnings({"metadata": {"annotations": {LAST_APPLIED: "{}"}}}))
    1
    """
    if LAST_APPLIED not in annotations(deployment):
        return ()
    return ("it was made by client-side apply: the next `kubectl apply` may bring back what the rollback removed",)


def _operations(plan: Plan, deployment: Raw, version: str, manner: Manner) -> tuple[Operation, ...]:
    first: tuple[Operation, ...] = (
        {"op": "replace", "path": "/metadata/resourceVersion", "value": version},
        {"op": "replace", "path": "/spec/template", "value": bare_template(plan.template)},
    )
    present = annotations(deployment)
    if manner == "kubectl" and plan.source == "replica_set":
        kept = {name: value for name, value in present.items() if name in BOOKKEEPING}
        theirs = {name: value for name, value in plan.annotations.items() if name not in BOOKKEEPING}
        return (*first, {"op": "add", "path": "/metadata/annotations", "value": {**kept, **theirs}})
    ours = _ours(plan)
    if not present:
        return (*first, {"op": "add", "path": "/metadata/annotations", "value": ours})
    added: list[Operation] = [
        {"op": "add", "path": f"/metadata/annotations/{_pointer(name)}", "value": value} for name, value in ours.items()
    ]
    return (*first, *added)


def _ours(plan: Plan) -> Mapping[str, str]:
    cause = (
        f"fairdrift rollback of incident {plan.incident}: {plan.judged_model} is to blame ({plan.by}), "
        f"back to {plan.target_model}"
    )
    return {
        CHANGE_CAUSE: cause,
        INCIDENT: plan.incident,
        PLAN: plan.hash,
        ROLLED_BACK_FROM: plan.judged_template,
    }


def _pointer(name: str) -> str:
    """A name as part of a JSON Pointer (RFC 6901).

    >>> _pointer("fairdrift.io/in~cident")
    'fairdrift.io~1in~0cident'
    """
    return name.replace("~", "~0").replace("/", "~1")
