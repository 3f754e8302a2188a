"""From a condemned revision to a plan, or to the reason why there is none; and when a plan that was held goes on.

Way of an event: step 12, in `planning`, `no_target` and `suppressed`. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitor.acting.guards.order import refusal
from monitor.acting.guards.refusal import Guard, Refusal
from monitor.acting.guards.situation import Situation
from monitor.acting.incidents import Incident
from monitor.acting.known_good import Ledger
from monitor.acting.patch import is_already_there
from monitor.acting.policy import Signal, State
from monitor.acting.target import Candidate, Choice, Wanted, choose


@dataclass(frozen=True, slots=True)
class Outcome:
    """What planning came to: a signal (None: stop, and stay), and the guard's refusal behind it, if one refused."""

    signal: Signal | None
    refusal: Refusal | None


def best_target(offered: Sequence[Candidate], ledger: Ledger, wanted: Wanted, now_ms: int) -> Choice:
    """An immutable target if there is one; else one that only a person may approve."""
    strict = choose(offered, ledger, replace(wanted, must_be_immutable=True), now_ms)
    if strict.target is not None or wanted.must_be_immutable:
        return strict
    return choose(offered, ledger, wanted, now_ms)


def without_target(choice: Choice, serves: str, judged: str) -> Signal | None:
    """What a look gives while no target is eligible; None: none still is.

    Parameters
    ----------
    choice
        As chosen on this read.
    serves, judged
        M that the Deployment runs, and M that is to be left.

    Examples
    --------
    >>> without_target(Choice(None, ()), serves="m2", judged="m1")
    <Signal.FIXED: 'fixed'>
    """
    if serves != judged:
        return Signal.FIXED
    return None if choice.target is None else Signal.NEW_GOOD


def planned(now: Situation) -> Outcome:
    """What follows for a plan just made on a fresh read: act, ask, hold, or one of the ways out.

    Where an earlier attempt turns out to have been written after all, its roll-out is taken up: executing it finds the
    target there, and sends nothing. A plan that passes by a person's yes is heard where that yes is: approving one by
    timing condemns, too.
    """
    if now.may_have_sent and is_already_there(now.plan, now.deployment):
        return Outcome(Signal.AUTO, None)
    said = refusal(now, before=Guard.INTENT)
    if said is None:
        return Outcome(Signal.APPROVE if now.mode != "auto" or now.is_approved else Signal.AUTO, None)
    return Outcome(said.signal_in(State.PLANNING), said)


def lifted(now: Situation, incident: Incident) -> Outcome:
    """Whether what held a plan is gone; also found, meanwhile, that somebody fixed it.

    A plan that a person rejected, or left unanswered, is not shown again: only another plan is.
    """
    outcome = planned(now)
    if outcome.signal in (Signal.FIXED, Signal.GONE):
        return outcome
    is_free = outcome.signal in (Signal.AUTO, Signal.APPROVE)
    is_there = now.may_have_sent and is_already_there(now.plan, now.deployment)
    is_new = is_there or now.plan.hash not in incident.closed_plans
    return Outcome(Signal.LIFTED if is_free and is_new else None, outcome.refusal)
