"""One incident, one look: its signal, the table, the entry, and what is done on entering a state.

In the way of an event: steps 12 to 15. Where a state waits for nothing, the next one follows at once.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from monitor.acting.approval import approval_of
from monitor.acting.effects import RECORDED_AS, Effect, effects
from monitor.acting.entries import Entry, Kind
from monitor.acting.guards.situation import Lease
from monitor.acting.incidents import Incident
from monitor.acting.policy import Signal, State, step
from monitor.acting.raw import Raw
from monitor.acting.raw import field as field_of
from monitor.acting.watching import Stream
from monitor.controller import executed, followed, planned, watched
from monitor.controller.executed import Hands
from monitor.controller.moment import Moment
from monitor.controller.recording import Recorder
from monitor.controller.said import NOTHING, Said
from monitor.controller.telling import Teller
from monitor.ports_cluster import Cluster

STEPS: Final = 12
"""More than the longest way from a page to a patch: a table that goes in circles ends here, and is gone on with."""


@dataclass(slots=True)
class Seen:
    """What this process saw and the log does not hold: it only delays or repeats, after a restart too.

    Parameters
    ----------
    replaced_ms
        Incident -> since when all its pods run the target.
    refusals
        Incident -> the refusal that was told last.
    recovered
        Incident -> streams that stood better since it was acknowledged.
    """

    replaced_ms: dict[str, int] = field(default_factory=dict)
    refusals: dict[str, tuple[str, str]] = field(default_factory=dict)
    recovered: dict[str, set[Stream]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Means:
    """With what an incident is handled.

    Parameters
    ----------
    refresh
        A new read of everything that a decision rests on.
    lease
        Whether we lead, this very moment.
    publish
        Writes the registry, if one is kept; whether it now says what the ledger says.
    keep
        Keeps a template on the disk: it must outlive its ReplicaSet before the log names it.
    """

    recorder: Recorder
    teller: Teller
    seen: Seen
    cluster: Cluster
    refresh: Callable[[], Moment]
    lease: Callable[[], Lease]
    publish: Callable[[], bool]
    keep: Callable[[Raw], None]


class Handling:
    """Handles one incident in one cycle, from what is known at its beginning."""

    def __init__(self, means: Means, moment: Moment) -> None:
        self._means, self._moment = means, moment
        self._recorder, self._teller, self._seen = means.recorder, means.teller, means.seen
        self._hands = Hands(means.cluster, self._look_again, self._intend, means.lease)

    def _look_again(self) -> Moment:
        self._moment = self._means.refresh()
        return self._moment

    def handle(self, incident: Incident) -> bool:
        """Take an incident as far as it goes now; whether the next look should come soon."""
        is_stale = is_intent_new = False
        for _ in range(STEPS):
            if is_stale and incident.state in (*planned.STATES, *followed.STATES):
                self._look_again()
            said = self._signal(incident, is_intent_new=is_intent_new)
            entered = None if said.signal is None else step(incident.state, said.signal)
            if said.signal is None or entered is None or entered is incident.state:
                self._stay(incident, said)
                return said.again_soon
            entry = self._write(incident, entered, said)
            incident = self._recorder.book.incidents[incident.id]
            self._enter(incident, said)
            is_intent_new, is_stale = entry.kind is Kind.INTENT, True
            if said.again_soon or not incident.is_open or entered is State.UNDECIDED:
                return said.again_soon  # what is closed, or left undecided, is not taken up again by the same look
        return True

    def _signal(self, incident: Incident, *, is_intent_new: bool) -> Said:
        moment = self._moment
        is_another = moment.sight is not None and moment.sight.uid != incident.uid
        if incident.is_open and (moment.is_gone or is_another):
            return Said(Signal.GONE, why="the Deployment is gone, or was made anew")
        if incident.state in watched.STATES:
            return watched.watched(moment, incident, self._seen.recovered.get(incident.id, ()))
        if incident.state in planned.STATES:
            return planned.decide(moment, incident, lambda plan, now: executed.try_dry(self._hands.cluster, plan, now))
        if incident.state in followed.STATES:
            self._note_progress(incident)
            return followed.follow(moment, incident, self._seen.replaced_ms.get(incident.id))
        match incident.state:
            case State.CONDEMNED:
                return (
                    Said(Signal.WRITTEN) if self._means.publish() else Said(None, why="the registry cannot be written")
                )
            case State.EXECUTING:
                return executed.execute(self._hands, incident, is_intent_new=is_intent_new)
            case State.INEFFECTIVE | State.RESOLVED:
                return Said(Signal.RECORDED)
            case _:
                return NOTHING

    def _note_progress(self, incident: Incident) -> None:
        """Remember since when all pods run the target: a grace period may run from there."""
        plan = self._moment.book.plan_of(incident, self._moment.copies)
        seen = None if plan is None else followed.seen_progress(self._moment, incident, plan)
        if seen is not None and seen.is_replaced:
            self._seen.replaced_ms.setdefault(incident.id, self._moment.now_ms)
        else:
            self._seen.replaced_ms.pop(incident.id, None)

    def _write(self, incident: Incident, entered: State, said: Said) -> Entry:
        fields: dict[str, Any] = {"state": entered, "signal": said.signal, "details": _details(said), **said.fields}
        if said.plan is not None:
            self._means.keep(said.plan.template)
        fields["plan"] = incident.plan if said.plan is None else said.plan.hash
        if self._moment.sight is not None:
            fields.setdefault("generation", field_of(self._moment.sight.deployment, "metadata", "generation") or 0)
            fields.setdefault("version_before", self._moment.sight.version)
            fields["template_identity"] = self._moment.sight.template_identity
        return self._recorder.about(self._moment.target, incident, RECORDED_AS[entered], **fields)

    def _intend(self, incident: Incident) -> Incident:
        """The intent of a further try: on the disk before anything is sent."""
        entries = self._recorder.book.of_incident(incident.id)
        yes = approval_of(incident.plan, entries, self._moment.target.limits.approval_ms)
        details = {"is_automatic": yes is None or not yes.holds_for(incident.plan, self._moment.now_ms)}
        self._recorder.about(self._moment.target, incident, Kind.INTENT, plan=incident.plan, details=details)
        return self._recorder.book.incidents[incident.id]

    def _stay(self, incident: Incident, said: Said) -> None:
        """A look that changed no state: an intent that was not sent is taken back, and a new refusal is told."""
        now = self._recorder.book.incidents.get(incident.id, incident)
        told = ("", said.why) if said.refusal is None else (str(said.refusal.guard), said.refusal.why)
        is_news = said.refusal is not None and self._seen.refusals.get(now.id) != told
        if now.has_intent and said.details.get("is_written") is False:
            self._recorder.about(self._moment.target, now, Kind.FAILED, plan=now.plan, details=_details(said))
        elif is_news:
            details = {"refusal": _refusal(said)}
            self._recorder.about(self._moment.target, now, Kind.PLANNED, details=details)
        if is_news:
            self._seen.refusals[now.id] = told
            self._teller.refused(now, said, self._deployment(), self._moment.now_ms)

    def _enter(self, incident: Incident, said: Said) -> None:
        plan = self._moment.book.plan_of(incident, self._moment.copies)
        is_by_timing = plan is not None and plan.by == "timing"
        self._seen.refusals.pop(incident.id, None)
        if said.refusal is not None:
            self._seen.refusals[incident.id] = (str(said.refusal.guard), said.refusal.why)
        signal = said.signal or Signal.RECORDED
        if incident.state in (State.EXECUTING, State.VERIFYING) and plan is not None and plan.by == "concurrent":
            self._condemn(incident)  # shown beside its former one only after it had been blamed by timing
        for effect in effects(incident.state, signal, is_by_timing=is_by_timing):
            if effect is Effect.CONDEMN and incident.state is not State.CONDEMNED:
                self._condemn(incident)
            self._teller.entered(incident, effect, said, self._deployment(), self._moment.now_ms)

    def _condemn(self, incident: Incident) -> None:
        """Once, and before the patch. Who approved the plan condemns by it: that entry is in this person's name."""
        if self._recorder.book.ledger.record(incident.model_identity).condemned_seq:
            return
        entries = self._recorder.book.of_incident(incident.id)
        yes = approval_of(incident.plan, entries, self._moment.target.limits.approval_ms)
        who = {} if yes is None else {"actor": yes.actor}
        self._recorder.about(self._moment.target, incident, Kind.CONDEMNED, plan=incident.plan, **who)
        self._means.publish()

    def _deployment(self) -> Raw | None:
        return None if self._moment.sight is None else self._moment.sight.deployment


def _details(said: Said) -> dict[str, Any]:
    details = dict(said.details)
    if said.refusal is not None:
        details["refusal"] = _refusal(said)
    if said.why:
        details["why"] = said.why
    return details


def _refusal(said: Said) -> dict[str, Any]:
    if said.refusal is None:
        return {}
    return {"guard": str(said.refusal.guard), "why": said.refusal.why, "numbers": dict(said.refusal.numbers)}
