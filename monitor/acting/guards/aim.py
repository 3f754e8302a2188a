"""G7: whether the target of the plan is, this moment, a good one.

Way of an event: steps 12 and 14. Pure.
"""

from monitor.acting.guards.refusal import Guard, Refusal
from monitor.acting.guards.situation import Situation
from monitor.acting.identities import template_identity
from monitor.acting.policy import Signal
from monitor.acting.raw import field
from monitor.acting.target import Wanted, candidates, why_refused


def wanted(now: Situation) -> Wanted:
    """What a target must be in this situation; only a person's approval admits references that may change."""
    present = field(now.deployment, "spec", "template") or {}
    selector = field(now.deployment, "spec", "selector", "matchLabels") or {}
    return Wanted(
        judged=now.plan.judged_model,
        present=present,
        selector=selector,
        rules=now.rules,
        must_be_audited=now.must_be_audited,
        must_be_immutable=False,
        named=now.override.target if now.override is not None else None,
    )


def target(now: Situation) -> Refusal | None:
    """G7: known to be good, not condemned, another M, still there byte for byte, serving the same callers."""
    name = now.plan.target_template
    numbers = {"target": name, "model": now.plan.target_model}
    if template_identity(now.plan.template) != name:
        return Refusal(Guard.TARGET, "the plan's template is not the one it names", numbers, Signal.NO_TARGET)
    offered, _ = candidates(now.known, now.stored, now.rules)
    found = next((one for one in offered if one.template_identity == name), None)
    if found is None:
        return Refusal(Guard.TARGET, "neither a ReplicaSet nor an own copy has it any more", numbers, Signal.NO_TARGET)
    if found.model_identity != now.plan.target_model:
        return Refusal(Guard.TARGET, "it serves another model than the plan says", numbers, Signal.NO_TARGET)
    why = why_refused(found, now.ledger, wanted(now), now.now_ms)
    return None if why is None else Refusal(Guard.TARGET, why, numbers, Signal.NO_TARGET)
