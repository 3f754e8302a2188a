"""G9, G10, G11: not too soon, not too often, and not when everything looks bad at once.

Way of an event: steps 12 and 14. Pure. What may have been written counts as written.
"""

from collections.abc import Iterable

from monitor.acting.actions import Action
from monitor.acting.guards.modes import mode
from monitor.acting.guards.refusal import Guard, Refusal
from monitor.acting.guards.situation import Situation
from monitor.acting.limits import HOUR_MS
from monitor.acting.policy import Signal


def cooldown(now: Situation) -> Refusal | None:
    """G9: labels had the time to show what the last action here did. A re-assertion is the same action."""
    earlier = _others(now, now.done.on(now.plan.uid, now.now_ms - now.limits.rest_ms))
    if not earlier:
        return None
    numbers = {"since_ms": now.now_ms - earlier[-1].at_ms, "needed_ms": now.limits.rest_ms}
    return Refusal(Guard.COOLDOWN, "the last action is too recent", numbers, Signal.HELD)


def budget(now: Situation) -> Refusal | None:
    """G10: one rollback an incident; few a Deployment, few an hour in all, one at a time in a namespace."""
    limits = now.limits
    accepted = now.done.accepted_in(now.plan.incident)
    others = len(_others(now, now.done.of_incident(now.plan.incident)))
    allowed = limits.reassertions if now.is_reassertion else 0
    if accepted > allowed or others:
        why = "this incident had its one rollback; the next is a person's"
        numbers = {"accepted": accepted, "allowed": allowed, "other_plans": others}
        return Refusal(Guard.BUDGET, why, numbers, Signal.HELD)
    asks = mode(now)
    is_approved = now.is_approved or (asks is not None and asks.signal is Signal.APPROVE)
    recent = _others(now, now.done.on(now.plan.uid, now.now_ms - limits.budget_ms))
    count = sum(one.is_automatic is not is_approved for one in recent)
    limit = limits.approved if is_approved else limits.automatic
    if count >= limit:
        numbers = {"actions": count, "limit": limit, "within_ms": limits.budget_ms}
        return Refusal(Guard.BUDGET, "the Deployment's budget of actions is spent", numbers, Signal.HELD)
    hour = _others(now, now.done.after(now.now_ms - HOUR_MS))
    if len(hour) >= limits.cluster_hour:
        numbers = {"actions": len(hour), "limit": limits.cluster_hour, "within_ms": HOUR_MS}
        return Refusal(Guard.BUDGET, "the cluster's budget of actions is spent", numbers, Signal.HELD)
    flying = now.done.flying_in(now.plan.namespace, but=now.plan.incident)
    if flying:
        numbers = {"in_flight": len(flying), "limit": 1}
        return Refusal(Guard.BUDGET, "another rollback of the namespace is under way", numbers, Signal.HELD)
    return None


def breaker(now: Situation) -> Refusal | None:
    """G11: when many Deployments look bad at once, it is the data, the pipeline or us."""
    if now.fleet is None:
        return Refusal(Guard.BREAKER, "how the others stand is not known", {}, Signal.HELD)
    watched, suspects, limits = now.fleet.watched, now.fleet.suspects, now.limits
    if suspects < limits.breaker_count or suspects < limits.breaker_share * watched:
        return None
    numbers = {"suspects": suspects, "watched": watched, "count": limits.breaker_count, "share": limits.breaker_share}
    return Refusal(Guard.BREAKER, "too many are suspect at once", numbers, Signal.HELD)


def _others(now: Situation, actions: Iterable[Action]) -> list[Action]:
    """Actions but this plan's own: the intent just written, a try before it, the first of a re-assertion."""
    return [one for one in actions if (one.incident, one.plan) != (now.plan.incident, now.plan.hash)]
