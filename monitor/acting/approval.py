"""A person's yes or no to one plan: it is bound to the plan's hash, and expires.

Way of an event: while an incident is `awaiting_approval`, and again in guard G13. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from monitor.acting.entries import Entry, Kind
from monitor.acting.policy import Signal


class Said(msgspec.Struct, frozen=True):
    """Details of an `approved` entry: whether it was a yes, and until when that holds."""

    is_yes: bool
    expires_ms: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """What a person said last to a plan."""

    plan: str
    actor: str
    is_yes: bool
    at_ms: int
    expires_ms: int

    def holds_for(self, plan: str, now_ms: int) -> bool:
        """Whether this is a yes to just that plan, not yet expired.

        >>> yes = Approval("sha256:a", "ann", True, at_ms=0, expires_ms=10)
        >>> yes.holds_for("sha256:a", 9), yes.holds_for("sha256:a", 10), yes.holds_for("sha256:b", 9)
        (True, False, False)
        """
        return self.is_yes and self.plan == plan and self.at_ms <= now_ms < self.expires_ms


def approval_of(plan: str, entries: Iterable[Entry], approval_ms: int) -> Approval | None:
    """What was said last to a plan; None if nobody has spoken.

    Parameters
    ----------
    approval_ms
        An approval holds no longer than this, whatever it says.
    """
    last = None
    for entry in entries:
        if entry.kind is Kind.APPROVED and entry.plan == plan and entry.actor:
            said = msgspec.convert(entry.details, Said)
            expires_ms = min(said.expires_ms or entry.at_ms + approval_ms, entry.at_ms + approval_ms)
            last = Approval(plan, entry.actor, said.is_yes, entry.at_ms, expires_ms)
    return last


def approval_signal(
    shown: str, present: str, approval: Approval | None, *, since_ms: int, now_ms: int, approval_ms: int
) -> Signal | None:
    """What happened to a plan that waits; None: it waits on.

    Parameters
    ----------
    shown, present
        Hash of the plan that was shown, and of the one that would be made now: if they differ, the shown one is void.
    since_ms
        When it was shown.

    Examples
    --------
    >>> approval_signal("p", "q", Approval("p", "ann", True, 0, 10), since_ms=0, now_ms=1, approval_ms=10)
    <Signal.CHANGED: 'changed'>
    """
    if shown != present:
        return Signal.CHANGED
    if approval is not None and approval.plan == shown:
        if not approval.is_yes:
            return Signal.REJECTED
        return Signal.APPROVED if approval.holds_for(shown, now_ms) else Signal.EXPIRED
    return Signal.EXPIRED if now_ms - since_ms >= approval_ms else None
