"""G13: what the mode lets us do without a person.

Way of an event: steps 12 and 14. Pure.
"""

from monitor.acting.guards.refusal import Guard, Refusal
from monitor.acting.guards.situation import Situation
from monitor.acting.identities import mutable_references
from monitor.acting.policy import Signal
from monitor.acting.raw import field


def mode(now: Situation) -> Refusal | None:
    """G13: observe and shadow never write; everything else than a clear case in mode auto waits for a person."""
    if now.writes_nothing:
        return Refusal(Guard.MODE, "would roll back; the mode only watches", {"mode": now.mode}, Signal.HELD)
    if now.is_approved:
        return None
    why = _why_a_person(now)
    return None if why is None else Refusal(Guard.MODE, why, {"mode": now.mode}, Signal.APPROVE)


def _why_a_person(now: Situation) -> str | None:
    if now.mode != "auto":
        return "the mode asks for approval"
    if now.plan.by == "person" or now.override is not None:
        return "a person asked for the plan, and approves it"
    is_by_timing = now.plan.by != "concurrent" or now.record is None or now.record.blame_by != "concurrent"
    if is_by_timing and not (now.timing_may_act or now.has_shadow_traffic):
        return "blame by timing alone cannot tell a release from a coincidence"
    if now.record is None or not (now.record.may_act or _only_timing_blocks(now)):
        return "the monitor leaves it to a person"
    present = field(now.deployment, "spec", "template") or {}
    for template in (present, now.plan.template):
        mutable = mutable_references(template, now.rules)
        if mutable:
            return mutable[0]
    return None


def _only_timing_blocks(now: Situation) -> bool:
    """Whether nothing but the missing control blocks, and the operator, or shadow traffic, stands in for that."""
    return now.record is not None and set(now.record.blocked_by) == {"no_control"}
