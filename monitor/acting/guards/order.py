"""The guards in their order; what passes them all is cleared, and nothing else can become a patch.

Way of an event: step 12 asks all but the last, step 14 asks all on a fresh read, and again after each conflict. Pure.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from monitor.acting.guards.aim import target
from monitor.acting.guards.brakes import brakes, intent, leader, not_ourselves
from monitor.acting.guards.cluster import fit, ours_alone, same_object, still_judged
from monitor.acting.guards.feed import blame, data
from monitor.acting.guards.modes import mode
from monitor.acting.guards.refusal import Guard, Refusal
from monitor.acting.guards.restraint import breaker, budget, cooldown
from monitor.acting.guards.situation import Situation
from monitor.acting.people import MAY_SKIP
from monitor.acting.raw import field

ORDER: Final[tuple[tuple[Guard, Callable[[Situation], Refusal | None]], ...]] = (
    (Guard.BRAKES, brakes),
    (Guard.LEADER, leader),
    (Guard.SAME_OBJECT, same_object),
    (Guard.STILL_JUDGED, still_judged),
    (Guard.OURS_ALONE, ours_alone),
    (Guard.DATA, data),
    (Guard.BLAME, blame),
    (Guard.TARGET, target),
    (Guard.FIT, fit),
    (Guard.COOLDOWN, cooldown),
    (Guard.BUDGET, budget),
    (Guard.BREAKER, breaker),
    (Guard.NOT_OURSELVES, not_ourselves),
    (Guard.MODE, mode),
    (Guard.INTENT, intent),
)


@dataclass(frozen=True, slots=True)
class Cleared:
    """A situation that every guard let pass, made by `clear` alone; `skipped` by a person's override."""

    situation: Situation
    version: str
    skipped: tuple[Guard, ...]


def refusal(now: Situation, *, before: Guard | None = None) -> Refusal | None:
    """The first refusal, in the order of the guards; None if all pass.

    Parameters
    ----------
    before
        Ask only the guards before this one: before `INTENT` while a plan is made, before `FIT` to learn whether trying
        it is worth a request.
    """
    asked = skipped(now)
    for guard, ask in ORDER:
        if guard is before:
            return None
        if guard not in asked:
            said = ask(now)
            if said is not None:
                return said
    return None


def clear(now: Situation) -> Cleared | Refusal:
    """The situation, cleared for one patch on just this read; or the first refusal.

    A read without `resourceVersion` cannot be made a precondition, and refuses as G2 does.
    """
    said = refusal(now)
    if said is not None:
        return said
    version = field(now.deployment, "metadata", "resourceVersion")
    if not version:
        return Refusal(Guard.SAME_OBJECT, "the read carries no resourceVersion", {}, None)
    return Cleared(now, str(version), skipped(now))


def skipped(now: Situation) -> tuple[Guard, ...]:
    """Guards that a person's override of this incident skips; never one beyond those a person may."""
    if now.override is None:
        return ()
    return tuple(guard for guard, _ in ORDER if guard in now.override.skips and guard in MAY_SKIP)
