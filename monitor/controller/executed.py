"""Carrying a plan out: a new read, all guards on it, one patch with that read as its precondition, the answer compared.

In the way of an event: step 14, for `executing`. Touches the cluster through the hands that are handed in.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from monitor.acting.answers import answered, conflicted, read_back
from monitor.acting.guards.order import Cleared, clear, refusal
from monitor.acting.guards.refusal import Guard, Refusal
from monitor.acting.guards.situation import DryRun, Lease
from monitor.acting.incidents import Incident
from monitor.acting.patch import Manner, patch, trial, tried
from monitor.acting.plan import Plan
from monitor.acting.policy import Signal, State
from monitor.acting.raw import Raw, field
from monitor.controller.moment import Moment, intent_stands
from monitor.controller.said import NOTHING, Said
from monitor.ports_cluster import (
    AnswerLost,
    Cluster,
    ClusterConflict,
    ClusterError,
    ClusterGone,
    ClusterRefused,
    ClusterUnreachable,
)

UNSENT = {"is_written": False}
"""Details that say: nothing was sent for the last intent."""


@dataclass(frozen=True, slots=True)
class Hands:
    """What executing needs of the loop.

    Parameters
    ----------
    refresh
        A new read of everything, the lease too.
    intend
        Writes an intent, durably, and gives the incident after it.
    lease
        Who leads, this very moment.
    """

    cluster: Cluster
    refresh: Callable[[], Moment]
    intend: Callable[[Incident], Incident]
    lease: Callable[[], Lease]


def try_dry(cluster: Cluster, plan: Plan, moment: Moment) -> DryRun:
    """Let the server try the plan's patch on the read of this moment."""
    if moment.sight is None:
        return DryRun("untried")
    body = trial(plan, moment.sight.deployment, moment.target.manner)
    if body is None:
        return DryRun("ok")
    where = moment.target.namespace, moment.target.deployment
    try:
        return tried(plan, cluster.patch(*where, body.operations, is_dry_run=True), None)
    except ClusterRefused as error:
        return tried(plan, None, (error.reason, str(error)))
    except ClusterError as error:
        return DryRun("untried", str(error))


def execute(hands: Hands, incident: Incident, *, is_intent_new: bool) -> Said:
    """One try, at most; an earlier one whose answer was lost stays open for as long as it may land.

    Parameters
    ----------
    is_intent_new
        The intent in the log was written just now, by us, and nothing was sent for it yet. Else a patch may be out.
    """
    moment = hands.refresh()
    if moment.is_gone:
        return Said(Signal.GONE)
    if moment.sight is None:
        return Said(None, why="the cluster cannot be read", details=UNSENT if is_intent_new else {})
    said = _tried_once(hands, moment, incident, is_intent_new=is_intent_new)
    is_out = bool(incident.may_land_at) and incident.may_land_at == moment.sight.version
    if is_out and said.signal not in (None, Signal.ACCEPTED, Signal.ALREADY, Signal.GONE):
        return replace(said, details={"may_land": incident.may_land_at, **said.details})
    return said


def _tried_once(hands: Hands, moment: Moment, incident: Incident, *, is_intent_new: bool) -> Said:
    if moment.sight is None:
        return NOTHING
    plan = moment.book.plan_of(incident, moment.copies)
    if plan is None:
        return _failed("denied", "the plan's template cannot be had again as it was", is_written=not is_intent_new)
    was_sent = incident.has_intent and not is_intent_new
    may_have_sent = incident.is_unsettled or was_sent
    back = read_back(plan, moment.sight.deployment, moment.target.identities, may_have_sent=may_have_sent)
    is_judged = back is Signal.CONFLICT and may_have_sent
    if back is not None and not (is_judged and incident.may_land_at and not was_sent):
        # One more patch on the same read would settle a lost one: one of the two lands, or neither can any more.
        details = {"may_land": moment.sight.version} if is_judged else {} if may_have_sent else UNSENT
        return _read_back(back, moment.sight.deployment, moment.sight.version, details)
    now = moment.situation(incident, plan, DryRun("untried"), may_have_sent=may_have_sent)
    now = replace(now, dry_run=try_dry(hands.cluster, plan, moment), lease=hands.lease())
    said = refusal(now, before=Guard.INTENT)
    if said is not None:
        return _refused(said)
    if not incident.has_intent:
        incident = hands.intend(incident)
    # Writing the intent, and trying dry, may have taken long: who leads is asked once more, with nothing after it.
    cleared = clear(replace(now, is_intent_durable=intent_stands(incident, plan), lease=hands.lease()))
    if isinstance(cleared, Refusal):
        return _refused(cleared)
    return _send(hands, incident, cleared, moment.target.manner)


def _send(hands: Hands, incident: Incident, cleared: Cleared, manner: Manner) -> Said:
    now = cleared.situation
    body = patch(cleared, manner)
    if body is None:
        return _read_back(Signal.ALREADY, now.deployment, cleared.version, {})
    try:
        answer = hands.cluster.patch(now.plan.namespace, now.plan.deployment, body.operations)
    except ClusterConflict as error:
        said = conflicted(incident.conflicts, now.limits)
        details = {**UNSENT, **({"failure": "denied"} if said is Signal.ERROR else {})}
        return Said(said, why=str(error), details=details, again_soon=said is Signal.CONFLICT)
    except ClusterRefused as error:
        return replace(_failed("denied", str(error), is_written=False), signal=Signal.DENIED)
    except ClusterGone as error:
        return Said(Signal.GONE, why=str(error), details=UNSENT)
    except ClusterUnreachable as error:
        return _failed("unreachable", str(error), is_written=False)
    except AnswerLost as error:
        return _found(hands, incident, cleared, str(error))
    said = answered(now.plan, answer)
    if said is Signal.ERROR:
        return _failed("changed_by_admission", "admission made another template of the target", is_written=True)
    return Said(said, fields=_versions(answer, cleared.version))


def _found(hands: Hands, incident: Incident, sent: Cleared, why: str) -> Said:
    """After a lost answer only a new read tells; until there is one the intent stands open.

    A read that shows the judged template proves nothing while the patch's precondition still holds: it may be under
    way, and land later.
    """
    plan, moment = sent.situation.plan, hands.refresh()
    if moment.is_gone:
        return Said(Signal.GONE)
    if moment.sight is None:
        return Said(None, why=why)
    said = read_back(plan, moment.sight.deployment, moment.target.identities, may_have_sent=True)
    if said is None:
        return NOTHING
    if said is not Signal.CONFLICT:
        return _read_back(said, moment.sight.deployment, "", {})
    details = {"may_land": sent.version} if moment.sight.version == sent.version else UNSENT
    if conflicted(incident.conflicts, sent.situation.limits) is Signal.ERROR:
        return Said(Signal.ERROR, why=why, details={**details, "failure": "unreachable"})
    return replace(_read_back(said, moment.sight.deployment, "", details), why=why)


def _read_back(said: Signal, deployment: Raw, version: str, details: Mapping[str, Any]) -> Said:
    fields = _versions(deployment, version) if said is Signal.ALREADY else {}
    return Said(said, fields=fields, details=details, again_soon=said is Signal.CONFLICT)


def _refused(said: Refusal) -> Said:
    signal = said.signal_in(State.EXECUTING)
    failure = {"failure": "denied"} if signal is Signal.DENIED else {}
    return Said(signal, said, why=str(said), details={**UNSENT, **failure}, again_soon=signal is Signal.CONFLICT)


def _failed(why: str, sentence: str, *, is_written: bool) -> Said:
    details: dict[str, Any] = {"failure": why, **({} if is_written else UNSENT)}
    return Said(Signal.ERROR, why=sentence, details=details)


def _versions(deployment: Raw, before: str) -> dict[str, Any]:
    return {
        "generation": field(deployment, "metadata", "generation") or 0,
        "version_before": before,
        "version_after": field(deployment, "metadata", "resourceVersion") or "",
    }
