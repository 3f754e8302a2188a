"""States after a patch: does the roll-out finish, does the target do better, and who put something else in.

In the way of an event: step 15, for `verifying`, `soaking`, `contested`, `failed`. Pure.
"""

from monitor.acting.completion import Patched, Progress, completion_signal, grace_ms, progress
from monitor.acting.contest import contest_signal, failure_signal
from monitor.acting.incidents import Incident
from monitor.acting.owners import last_writer
from monitor.acting.plan import Plan
from monitor.acting.policy import Signal, State
from monitor.acting.records import milliseconds
from monitor.acting.soak import Soak, soak_signal
from monitor.controller.moment import Moment
from monitor.controller.said import NOTHING, Said

STATES = (State.VERIFYING, State.SOAKING, State.CONTESTED, State.FAILED)


def follow(moment: Moment, incident: Incident, replaced_ms: int | None) -> Said:
    """What one of these states is given.

    Parameters
    ----------
    replaced_ms
        Since when we have seen all pods run the target; None: not yet, or not since our start.
    """
    sight = moment.sight
    if sight is None:
        return NOTHING
    plan = moment.book.plan_of(incident, moment.copies)
    noted = moment.noted(incident)
    if plan is None and incident.state is State.SOAKING and noted.plan is not None:
        return _soaked(moment, incident, noted.plan.target_model)  # the log names the target; no template is needed
    if plan is None:
        lost = {
            State.VERIFYING: Signal.DEADLINE,
            State.SOAKING: Signal.NO_DATA_LONG,
            State.CONTESTED: Signal.HUMAN,
            State.FAILED: Signal.FINAL,
        }
        return Said(lost.get(incident.state), why="the plan's template cannot be had again as it was")
    match incident.state:
        case State.VERIFYING:
            return _verified(moment, incident, plan, replaced_ms)
        case State.SOAKING:
            return _soaked(moment, incident, plan.target_model)
        case State.CONTESTED:
            writer = last_writer(sight.deployment)
            rules = moment.target.identities
            said = contest_signal(plan, sight.deployment, writer, incident.reassertions, moment.target.limits, rules)
            return Said(said, why=f"{writer.name} wrote the template last", details={"writer": writer.name})
        case _:
            return _failed(moment, incident, plan, replaced_ms)


def seen_progress(moment: Moment, incident: Incident, plan: Plan) -> Progress | None:
    """How far the roll-out has come; None where nothing was patched, or nothing can be read."""
    if moment.sight is None or incident.patched_ms is None:
        return None
    patched = Patched(incident.generation, incident.patched_ms)
    return progress(plan, moment.sight.deployment, moment.sight.known, patched)


def _completion(moment: Moment, incident: Incident, plan: Plan, replaced_ms: int | None) -> Signal | None:
    seen = seen_progress(moment, incident, plan)
    if seen is None or moment.sight is None or incident.patched_ms is None:
        return None
    judged = next((one for one in moment.sight.known if one.template_identity == plan.judged_template), None)
    return completion_signal(
        incident.state,
        seen,
        patched_ms=incident.patched_ms,
        replaced_ms=replaced_ms,
        now_ms=moment.now_ms,
        deadline_ms=moment.target.verify_ms,
        grace_ms=grace_ms({} if judged is None else judged.template),
    )


def _verified(moment: Moment, incident: Incident, plan: Plan, replaced_ms: int | None) -> Said:
    said = _completion(moment, incident, plan, replaced_ms)
    seen = seen_progress(moment, incident, plan)
    if said is Signal.MOVED:
        return Said(said, why=_who(moment))
    if said is Signal.DEADLINE:
        return Said(said, why="the roll-out did not finish in time", details={"failure": "deadline"})
    if said is Signal.COMPLETE and seen is not None and seen.is_unverifiable:
        return Said(said, why="no pods are wanted: unverifiable until there is traffic")
    return Said(said)


def _soaked(moment: Moment, incident: Incident, target_model: str) -> Said:
    if moment.sight is None or incident.patched_ms is None:
        return NOTHING
    if moment.sight.model_identity != target_model:
        return Said(Signal.MOVED, why=_who(moment))
    soak = Soak(incident.patched_ms, moment.target.limits.label_age_ms, moment.target.pane_ms)
    records = moment.records_of(target_model)
    watermark_ms = max((milliseconds(one.data.watermark) for one in records), default=None)
    return Said(soak_signal(soak, moment.revision_record_of(target_model), watermark_ms, moment.now_ms))


def _failed(moment: Moment, incident: Incident, plan: Plan, replaced_ms: int | None) -> Said:
    why = moment.noted(incident).failure or "denied"
    if why == "deadline":
        said = _completion(moment, incident, plan, replaced_ms)
        if said is not None:
            return Said(said)
    target = moment.target
    return Said(failure_signal(why, incident.failures, incident.since_ms, moment.now_ms, target.late_ms, target.limits))


def _who(moment: Moment) -> str:
    return "" if moment.sight is None else f"{last_writer(moment.sight.deployment).name} wrote the template last"
