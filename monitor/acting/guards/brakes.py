"""G0, G1, G12, G14: whether we may act at all. People's brakes, our lease, ourselves, and a log that holds the intent.

Way of an event: steps 12 and 14. Pure.
"""

from monitor.acting.guards.refusal import Guard, Number, Refusal
from monitor.acting.guards.situation import Situation
from monitor.acting.policy import Signal


def brakes(now: Situation) -> Refusal | None:
    """G0: kill switch, freeze, pause, silence. What cannot be read is on."""
    said = now.brakes
    if said.is_killed is not False:
        why = "the kill switch is on" if said.is_killed else "the kill switch cannot be read"
        return Refusal(Guard.BRAKES, why, {}, Signal.HELD)
    if said.freezes:
        return Refusal(Guard.BRAKES, "changes are frozen", {"freeze": said.freezes[0]}, Signal.HELD)
    if said.pauses:
        pause = said.pauses[0]
        numbers: dict[str, Number] = {"until_ms": pause.until_ms, "by": pause.actor, "reason": pause.reason}
        return Refusal(Guard.BRAKES, "a person paused acting", numbers, Signal.HELD)
    if said.silences is None:
        if said.blind_allowed:
            return None
        return Refusal(Guard.BRAKES, "no Alertmanager can be asked for silences", {}, Signal.HELD)
    if said.silences:
        silence = said.silences[0]
        told: dict[str, Number] = {"silence": silence.id, "by": silence.created_by}
        return Refusal(Guard.BRAKES, "a silence covers the alert", told, Signal.HELD)
    return None


def leader(now: Situation) -> Refusal | None:
    """G1: we lead, and for longer than a request may take."""
    if now.writes_nothing:
        return None
    needed_ms = now.limits.request_timeout_ms + now.limits.lease_margin_ms
    if now.lease.is_held and now.lease.left_ms > needed_ms:
        return None
    why = "too little of the lease is left" if now.lease.is_held else "another controller leads, or none"
    return Refusal(Guard.LEADER, why, {"left_ms": now.lease.left_ms, "needed_ms": needed_ms}, None)


def not_ourselves(now: Situation) -> Refusal | None:
    """G12: the Deployment is not the one we run as."""
    if (now.plan.namespace, now.plan.deployment) != now.itself:
        return None
    return Refusal(Guard.NOT_OURSELVES, "it is our own Deployment", {"deployment": now.plan.deployment}, None)


def intent(now: Situation) -> Refusal | None:
    """G14: the audit log holds the intent, durably, before anything is written."""
    if now.is_intent_durable:
        return None
    return Refusal(Guard.INTENT, "the audit log does not hold the intent", {"plan": now.plan.hash}, None)
