"""G2, G3, G4, G8: whether the Deployment is as it was judged, is nobody else's, and can take the target.

Way of an event: steps 12 and 14. Pure.
"""

from math import ceil, floor
from typing import Any, Final

from monitor.acting.guards.refusal import Guard, Refusal
from monitor.acting.guards.situation import Situation
from monitor.acting.identities import model_identity, template_identity
from monitor.acting.owners import controller_of, gitops_of
from monitor.acting.policy import Signal
from monitor.acting.raw import Raw, field, number, uid

_TRIED: Final = {
    "denied": "the server refuses the patch",
    "cannot_verify": "a webhook with side effects keeps the patch from being tried",
    "changed": "admission would make another template of the target",
    "untried": "the patch was not tried",
}


def same_object(now: Situation) -> Refusal | None:
    """G2: the same Deployment, neither deleted nor paused. One made anew under the same name closes the incident."""
    if uid(now.deployment) != now.plan.uid:
        numbers = {"uid": uid(now.deployment), "judged_uid": now.plan.uid}
        return Refusal(Guard.SAME_OBJECT, "it is another Deployment of the same name", numbers, Signal.GONE)
    deleted = field(now.deployment, "metadata", "deletionTimestamp")
    if deleted is not None:
        return Refusal(Guard.SAME_OBJECT, "it is being deleted", {"since": str(deleted)}, Signal.HELD)
    if field(now.deployment, "spec", "paused"):
        return Refusal(Guard.SAME_OBJECT, "its rollout is paused", {"paused": True}, Signal.HELD)
    return None


def still_judged(now: Situation) -> Refusal | None:
    """G3: it still runs what was judged.

    Another M has fixed it, if we sent nothing; else somebody contests our patch. The same M in another template makes
    the plan void.
    """
    template = field(now.deployment, "spec", "template") or {}
    model, name = model_identity(template, now.rules), template_identity(template)
    if model != now.plan.judged_model:
        signal = Signal.MOVED if now.may_have_sent else Signal.FIXED
        numbers = {"model": model, "judged_model": now.plan.judged_model}
        return Refusal(Guard.STILL_JUDGED, "it no longer runs the model to blame", numbers, signal)
    if name != now.plan.judged_template:
        numbers = {"template": name, "judged_template": now.plan.judged_template}
        return Refusal(Guard.STILL_JUDGED, "its template changed since the plan", numbers, Signal.CHANGED)
    return None


def ours_alone(now: Situation) -> Refusal | None:
    """G4: no controller owns it, and for every GitOps tool that keeps it the operator set a strategy."""
    owner = controller_of(now.deployment)
    if owner is not None:
        why = "another controller owns it, and would undo a patch; roll back through that one"
        return Refusal(Guard.OURS_ALONE, why, {"owner": owner}, Signal.HELD)
    for tool in gitops_of(now.deployment):
        if not now.gitops_strategies.get(tool):
            why = "a GitOps tool keeps it, and no strategy is set for that"
            return Refusal(Guard.OURS_ALONE, why, {"tool": tool}, Signal.HELD)
    return None


def fit(now: Situation) -> Refusal | None:
    """G8: the server takes the patch when tried, pods run, and the roll-out leaves some of them running."""
    tried = now.dry_run
    if tried.outcome != "ok" and not (tried.outcome == "untried" and now.writes_nothing):
        signal = Signal.DENIED if tried.outcome == "denied" else Signal.HELD
        return Refusal(Guard.FIT, _TRIED[tried.outcome], {"said": tried.said}, signal)
    wanted = field(now.deployment, "spec", "replicas")
    replicas = 1 if wanted is None else int(wanted)
    available = number(now.deployment, "status", "availableReplicas")
    if replicas > 0 and available == 0:
        numbers = {"available": available, "replicas": replicas}
        return Refusal(Guard.FIT, "no pod is available: more is wrong than the model", numbers, Signal.HELD)
    least = _least_available(now.deployment, replicas)
    if replicas > 0 and least < 1:
        why = "its strategy would stop the only healthy copy before the target runs"
        return Refusal(Guard.FIT, why, {"least_available": least, "replicas": replicas}, Signal.HELD)
    return None


def _least_available(deployment: Raw, replicas: int) -> int:
    """Pods that the roll-out strategy keeps available, as the deployment controller rounds."""
    if field(deployment, "spec", "strategy", "type") == "Recreate":
        return 0
    rolling = field(deployment, "spec", "strategy", "rollingUpdate")
    unavailable = _share(field(rolling, "maxUnavailable"), "25%", replicas, up=False)
    surge = _share(field(rolling, "maxSurge"), "25%", replicas, up=True)
    return replicas - (1 if unavailable == surge == 0 else unavailable)


def _share(value: Any, usual: str, replicas: int, *, up: bool) -> int:
    text = str(usual if value is None else value)
    if not text.endswith("%"):
        return int(text)
    part = int(text[:-1]) * replicas / 100
    return ceil(part) if up else floor(part)
