"""The revisions of a Deployment, as its ReplicaSets tell them.

Way of an event: step 12, after every read of the cluster. The deployment controller reuses a ReplicaSet with an equal
template under a new number, and writes the Deployment's own annotation later: so ReplicaSets are read. Pure.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from monitor.acting.identities import (
    HASH_LABEL,
    IdentityRules,
    bare_template,
    is_same_template,
    model_identity,
    template_identity,
)
from monitor.acting.raw import Raw, annotations, field, labels, number, uid

REVISION: Final = "deployment.kubernetes.io/revision"
HISTORY: Final = "deployment.kubernetes.io/revision-history"

_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Revision:
    """One ReplicaSet of the Deployment.

    Parameters
    ----------
    number
        Its present revision number, 0 without one. No identity: a reused ReplicaSet is renumbered.
    earlier
        The numbers it had before.
    template
        Raw, without the label `pod-template-hash`.
    template_identity, model_identity
        R and M.
    replicas
        Pods it has, whether they are ready or not.
    created
        Creation time as the API wrote it: RFC 3339, in UTC, so that texts compare as times do.
    annotations
        Its own, as `kubectl rollout undo` copies them.
    """

    number: int
    earlier: tuple[int, ...]
    name: str
    uid: str
    pod_template_hash: str
    template: dict[str, Any]
    template_identity: str
    model_identity: str
    replicas: int
    created: str
    annotations: dict[str, str]


def revisions(deployment: Raw, replica_sets: Iterable[Raw], rules: IdentityRules) -> tuple[Revision, ...]:
    """The Deployment's own revisions, oldest first by number, then by creation.

    A ReplicaSet is its own iff the selector matches and its *controller* owner has the Deployment's UID. One whose
    revision cannot be read is left out, as kubectl does.

    Examples
    --------
    >>> deployment = {"metadata": {"uid": "d"}, "spec": {"selector": {"matchLabels": {"app": "m"}}}}
    >>> def replica_set(name, owner, number):
    ...     owners = [{"uid": owner, "controller": True}]
    ...     labels = {"app": "m", "pod-template-hash": name}
    ...     about = {"name": name, "labels": labels, "ownerReferences": owners, "annotations": {REVISION: number}}
    ...     return {"metadata": about, "spec": {"template": {"metadata": {"labels": labels}, "spec": {}}}}
    >>> found = [replica_set("b", "d", "2"), replica_set("x", "other", "3"), replica_set("a", "d", "1")]
    >>> [revision.name for revision in revisions(deployment, found, IdentityRules())]
    ['a', 'b']

    References
    ----------
    Kubernetes, `kubectl rollout undo` (polymorphichelpers/rollback.go) and deployment/util.
    """
    own = [one for one in replica_sets if _is_controlled_by(one, uid(deployment)) and is_selected(deployment, one)]
    read = [_revision(one, rules) for one in own]
    return tuple(sorted((one for one in read if one is not None), key=lambda one: (one.number, one.created, one.name)))


def current(deployment: Raw, known: Sequence[Revision]) -> Revision | None:
    """The oldest revision with the Deployment's present template; None before the controller has made it."""
    template = field(deployment, "spec", "template") or {}
    same = [one for one in known if is_same_template(one.template, template)]
    return min(same, key=lambda one: (one.created, one.name), default=None)


def is_selected(deployment: Raw, thing: Raw) -> bool:
    """Whether the Deployment's selector matches the labels; an empty selector matches nothing here.

    >>> chosen = {"matchExpressions": [{"key": "tier", "operator": "In", "values": ["a", "b"]}]}
    >>> is_selected({"spec": {"selector": chosen}}, {"metadata": {"labels": {"tier": "b"}}})
    True
    """
    present = labels(thing)
    wanted = field(deployment, "spec", "selector", "matchLabels") or {}
    expressions = field(deployment, "spec", "selector", "matchExpressions") or ()
    if not wanted and not expressions:
        return False
    return all(present.get(name) == value for name, value in wanted.items()) and all(
        _holds(expression, present.get(expression["key"])) for expression in expressions
    )


def _holds(expression: Raw, value: str | None) -> bool:
    values = expression.get("values") or ()
    match expression["operator"]:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case _:
            return False


def _is_controlled_by(thing: Raw, owner: str) -> bool:
    owners = field(thing, "metadata", "ownerReferences") or ()
    return any(one.get("controller") is True and one.get("uid") == owner for one in owners)


def _revision(replica_set: Raw, rules: IdentityRules) -> Revision | None:
    said = annotations(replica_set)
    text = said.get(REVISION, "0")
    if not _INTEGER.fullmatch(text):
        return None
    template = bare_template(field(replica_set, "spec", "template") or {})
    earlier = tuple(int(one) for one in said.get(HISTORY, "").split(",") if _INTEGER.fullmatch(one))
    return Revision(
        number=int(text),
        earlier=earlier,
        name=field(replica_set, "metadata", "name") or "",
        uid=uid(replica_set),
        pod_template_hash=labels(replica_set).get(HASH_LABEL, ""),
        template=template,
        template_identity=template_identity(template),
        model_identity=model_identity(template, rules),
        replicas=number(replica_set, "status", "replicas"),
        created=field(replica_set, "metadata", "creationTimestamp") or "",
        annotations=dict(said),
    )
