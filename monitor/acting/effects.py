"""What is done on entering a state, as data, and the kind of audit entry that records it.

Way of an event: step 12; the controller carries the effects out in their order, after the entry is written. Pure.
"""

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from monitor.acting.entries import Kind
from monitor.acting.policy import Signal, State


class Effect(StrEnum):
    """One thing the controller does."""

    TICKET = "ticket"
    PAGE = "page"
    HOLD_PROMOTIONS = "hold_promotions"
    CONDEMN = "condemn"
    MAKE_PLAN = "make_plan"
    SAY_WHY_HELD = "say_why_held"
    SHOW_PLAN = "show_plan"
    WRITE_INTENT = "write_intent"
    GUARD_AND_PATCH = "guard_and_patch"
    VERIFY = "verify"
    JUDGE_TARGET = "judge_target"
    NAME_WHO_CHANGED_IT = "name_who_changed_it"
    HAND_OVER = "hand_over"
    CLOSE = "close"


ON_ENTRY: Final = MappingProxyType(
    {
        State.OBSERVING: (Effect.CLOSE,),
        State.SUSPECTED: (Effect.TICKET,),
        State.ATTRIBUTING: (Effect.PAGE, Effect.HOLD_PROMOTIONS),
        State.UNDECIDED: (Effect.PAGE,),
        State.POPULATION_SHIFT: (Effect.TICKET, Effect.HOLD_PROMOTIONS),
        State.CONDEMNED: (Effect.CONDEMN,),
        State.PLANNING: (Effect.MAKE_PLAN,),
        State.NO_TARGET: (Effect.PAGE,),
        State.SUPPRESSED: (Effect.SAY_WHY_HELD,),
        State.AWAITING_APPROVAL: (Effect.SHOW_PLAN,),
        State.EXECUTING: (Effect.WRITE_INTENT, Effect.GUARD_AND_PATCH),
        State.VERIFYING: (Effect.VERIFY,),
        State.SOAKING: (Effect.JUDGE_TARGET,),
        State.CONTESTED: (Effect.NAME_WHO_CHANGED_IT,),
        State.INEFFECTIVE: (Effect.PAGE,),
        State.FAILED: (Effect.PAGE,),
        State.ESCALATED: (Effect.PAGE, Effect.HAND_OVER),
        State.RESOLVED: (Effect.CLOSE,),
    }
)
"""State -> what is done once on entering it, in order. Closing lifts the hold; what is closed already stays closed."""


def effects(entered: State, signal: Signal, *, is_by_timing: bool) -> tuple[Effect, ...]:
    """What is done on entering a state by a signal.

    Blame by timing condemns nobody by itself: the person who approves the plan does, before it is carried out.

    >>> effects(State.EXECUTING, Signal.APPROVED, is_by_timing=True)[0]
    <Effect.CONDEMN: 'condemn'>
    """
    first = (Effect.CONDEMN,) if is_by_timing and signal is Signal.APPROVED else ()
    return first + ON_ENTRY[entered]


RECORDED_AS: Final[MappingProxyType[State, Kind]] = MappingProxyType(
    {
        State.OBSERVING: Kind.CLOSED,
        State.SUSPECTED: Kind.JUDGED,
        State.ATTRIBUTING: Kind.JUDGED,
        State.UNDECIDED: Kind.JUDGED,
        State.POPULATION_SHIFT: Kind.JUDGED,
        State.CONDEMNED: Kind.CONDEMNED,
        State.PLANNING: Kind.PLANNED,
        State.NO_TARGET: Kind.PLANNED,
        State.SUPPRESSED: Kind.PLANNED,
        State.AWAITING_APPROVAL: Kind.PLANNED,
        State.EXECUTING: Kind.INTENT,
        State.VERIFYING: Kind.PATCHED,
        State.SOAKING: Kind.VERIFIED,
        State.CONTESTED: Kind.CONTESTED,
        State.INEFFECTIVE: Kind.SOAKED,
        State.FAILED: Kind.FAILED,
        State.ESCALATED: Kind.ESCALATED,
        State.RESOLVED: Kind.CLOSED,
    }
)
"""State -> kind of the entry that says it was entered."""
