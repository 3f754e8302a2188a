"""States in which a plan is made, waits, or is missing.

In the way of an event: step 12, for `planning`, `no_target`, `suppressed`, `awaiting_approval`. What asks the server is
handed in.
"""

from collections.abc import Callable
from dataclasses import dataclass

from monitor.acting.approval import approval_of, approval_signal
from monitor.acting.guards.order import refusal
from monitor.acting.guards.refusal import Guard
from monitor.acting.guards.situation import DryRun, Situation
from monitor.acting.incidents import Incident
from monitor.acting.patch import is_already_there
from monitor.acting.plan import Plan, make_plan
from monitor.acting.planning import best_target, lifted, planned, without_target
from monitor.acting.policy import Signal, State
from monitor.acting.raw import field
from monitor.acting.target import Choice, Wanted, candidates
from monitor.controller.moment import Moment
from monitor.controller.noted import plan_note
from monitor.controller.said import NOTHING, Said
from monitor.controller.watched import evidence

STATES = (State.PLANNING, State.NO_TARGET, State.SUPPRESSED, State.AWAITING_APPROVAL)

TryDry = Callable[[Plan, Moment], DryRun]
"""Lets the server try the plan's patch on just this read."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan, or the signal that follows where none can be made; `choice` says why which target was refused."""

    plan: Plan | None
    signal: Signal | None = None
    choice: Choice | None = None


def propose(moment: Moment, incident: Incident) -> Proposal:
    """The plan that would be made on this read."""
    sight = moment.sight
    if sight is None:
        return Proposal(None)
    if sight.model_identity != incident.model_identity:
        earlier = moment.book.plan_of(incident, moment.copies)
        if incident.is_unsettled and earlier is not None and is_already_there(earlier, sight.deployment):
            return Proposal(earlier)
        return Proposal(None, Signal.FIXED)
    override = moment.book.asked.override_of(incident.id)
    rules = moment.target.identities
    offered, _ = candidates(sight.known, moment.book.stored(moment.copies), rules)
    wanted = Wanted(
        judged=incident.model_identity,
        present=sight.template,
        selector=field(sight.deployment, "spec", "selector", "matchLabels") or {},
        rules=rules,
        must_be_audited=moment.target.must_be_audited,
        must_be_immutable=False,
        named=None if override is None else override.target,
    )
    choice = best_target(offered, moment.book.ledger, wanted, moment.now_ms)
    if choice.target is None:
        return Proposal(None, None, choice)
    record = moment.record_of(incident.model_identity)
    by = "person" if override is not None else ((record.blame_by if record is not None else None) or "timing")
    made = make_plan(
        incident.id, sight.deployment, choice.target, record, by=by, policy=moment.target.policy, rules=rules
    )
    return Proposal(made, None, choice)


def decide(moment: Moment, incident: Incident, try_dry: TryDry) -> Said:
    """What one of these states is given."""
    if moment.sight is None:
        return NOTHING
    found = propose(moment, incident)
    if found.signal is not None:
        return Said(found.signal, why="the Deployment runs another model")
    if found.plan is None:
        return _without_plan(moment, incident, found.choice or Choice(None, ()))
    if incident.state is State.NO_TARGET:
        return Said(Signal.NEW_GOOD, plan=found.plan)
    if incident.state is State.AWAITING_APPROVAL:
        return _awaited(moment, incident, found.plan)
    now = moment.situation(incident, found.plan, DryRun("untried"), may_have_sent=incident.is_unsettled)
    now = _tried(now, moment, try_dry)
    outcome = planned(now) if incident.state is State.PLANNING else lifted(now, incident)
    details = _details(moment, incident, found.plan, now)
    if outcome.refusal is not None and outcome.refusal.guard is Guard.DATA:
        details["is_transient"] = True
    return Said(outcome.signal, outcome.refusal, found.plan, details=details)


def _tried(now: Situation, moment: Moment, try_dry: TryDry) -> Situation:
    """With a dry run, if a request is worth while, and allowed."""
    if not (moment.target.writes or moment.target.may_try_dry) or refusal(now, before=Guard.FIT) is not None:
        return now
    fields = {name: getattr(now, name) for name in Situation.__dataclass_fields__}
    return Situation(**{**fields, "dry_run": try_dry(now.plan, moment)})


def _details(moment: Moment, incident: Incident, plan: Plan, now: Situation) -> dict[str, object]:
    return {
        "plan": plan_note(plan),
        "is_automatic": not now.is_approved,
        **evidence(moment.record_of(incident.model_identity)),
    }


def _without_plan(moment: Moment, incident: Incident, choice: Choice) -> Said:
    serves = "" if moment.sight is None else moment.sight.model_identity
    said = without_target(choice, serves, incident.model_identity)
    if said is None and incident.state is State.PLANNING:
        said = Signal.NO_TARGET
    if said is None and incident.state is State.AWAITING_APPROVAL:
        said = Signal.CHANGED
    refused = [list(one) for one in choice.refused]
    return Said(said, why="no target is eligible", details={"refused_targets": refused} if said else {})


def _awaited(moment: Moment, incident: Incident, present: Plan) -> Said:
    """A plan that waits for a person: it is void as soon as another one would be made, or it is found carried out."""
    if moment.sight is not None and moment.sight.model_identity != incident.model_identity:
        return Said(Signal.CHANGED, why="an earlier patch has landed after all")
    limits = moment.target.limits
    override = moment.book.asked.override_of(incident.id)
    is_skipped = override is not None and Guard.DATA in override.skips
    doubt = None if is_skipped else moment.doubt(incident)
    said = approval_signal(
        incident.plan,
        present.hash if doubt is None else incident.plan,  # a gap in the feed makes no other plan
        approval_of(incident.plan, moment.book.of_incident(incident.id), limits.approval_ms),
        since_ms=incident.since_ms,
        now_ms=moment.now_ms,
        approval_ms=limits.approval_ms,
    )
    if said is Signal.APPROVED and doubt is not None:
        return Said(None, doubt, why=str(doubt))
    return Said(said, details={"is_automatic": False} if said is Signal.APPROVED else {})
