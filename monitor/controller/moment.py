"""One moment of one target: what is known of it, as the states and the guards ask for it.

In the way of an event: step 12; the loop fills it anew for every look. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from monitor.acting.approval import approval_of
from monitor.acting.attribution import why_another_epoch, why_unattributed
from monitor.acting.guards.feed import About, data_of
from monitor.acting.guards.refusal import Refusal
from monitor.acting.guards.situation import Brakes, DryRun, Fleet, Lease, Situation
from monitor.acting.hearing import Heard
from monitor.acting.incidents import Incident
from monitor.acting.plan import Plan, incident_id
from monitor.acting.policy import State
from monitor.acting.raw import Raw
from monitor.acting.records import RevisionRecord, StreamRecord
from monitor.acting.watching import leading
from monitor.controller.attributed import claimed, names_of, newest_by_revision, revision_record, streams
from monitor.controller.book import Book
from monitor.controller.noted import Noted
from monitor.controller.rules import Target
from monitor.controller.sight import Sight


@dataclass(frozen=True)
class Moment:
    """What is known now.

    Parameters
    ----------
    sight
        None while the cluster cannot be read, and if the Deployment is gone (`is_gone`).
    copies
        Digest -> own copy of a template.
    """

    now_ms: int
    target: Target
    book: Book
    heard: Heard
    sight: Sight | None
    copies: Mapping[str, Raw]
    brakes: Brakes
    lease: Lease
    fleet: Fleet | None
    itself: tuple[str, str]
    is_gone: bool = False

    @cached_property
    def names(self) -> Mapping[str, tuple[str, ...]]:
        """M -> names by which the feed speaks of it; a name that nothing stands for is taken for the serving M's."""
        if self.sight is None:
            return {}
        newest = newest_by_revision(self.heard, self.target.model)
        models = {one.model_identity for one in self.sight.known} | {self.sight.model_identity}
        found = {model: names_of(newest, model, self.sight.known) for model in models}
        if not found[self.sight.model_identity]:
            claim = claimed(newest, self.sight.known)
            found[self.sight.model_identity] = () if claim is None else (claim,)
        return found

    def records_of(self, model_identity: str) -> tuple[StreamRecord, ...]:
        """The newest record of each stream of an M."""
        return streams(self.heard, self.target.model, self.names.get(model_identity, ()))

    def record_of(self, model_identity: str) -> StreamRecord | None:
        """The record that an incident about an M is named after."""
        return leading(self.records_of(model_identity), self.now_ms)

    def revision_record_of(self, model_identity: str) -> RevisionRecord | None:
        """What the feed says of an M itself, if that is attributed to it."""
        record = revision_record(self.heard, self.target.model, self.names.get(model_identity, ()))
        known = () if self.sight is None else self.sight.known
        return None if record is None or why_unattributed(record, model_identity, known) else record

    def noted(self, incident: Incident) -> Noted:
        """What our entries hold of an incident."""
        return self.book.noted.get(incident.id, Noted())

    def serving(self) -> Incident | None:
        """The incident of what serves now, one that is not open if there is none yet; None while nothing is seen."""
        if self.sight is None:
            return None
        since = self.book.serving_since(self.sight.uid)
        if since is None or since.model_identity != self.sight.model_identity:
            return None
        name = incident_id(self.sight.uid, since.model_identity, since.epoch)
        new = Incident(name, self.sight.uid, self.target.namespace, self.target.deployment, self.sight.model_identity)
        return self.book.incidents.get(name, new)

    def why_unattributed(self, incident: Incident, record: StreamRecord) -> str | None:
        """Why a record does not speak of what the cluster runs and the incident is about."""
        if self.sight is None:
            return "the cluster cannot be read"
        if self.sight.model_identity != incident.model_identity:
            return "the Deployment runs another model"
        since = self.book.serving_since(self.sight.uid)
        return why_unattributed(record, incident.model_identity, self.sight.known) or why_another_epoch(
            record, None if since is None else since.start_ms, self.target.pane_ms
        )

    def doubt(self, incident: Incident) -> Refusal | None:
        """What guard G5 says of the record that the incident is named after; None while the cluster is not read."""
        if self.sight is None:
            return None
        epoch_start_ms = self.noted(incident).epoch_start_ms
        about = About(incident.model_identity, self.sight.known, epoch_start_ms, self.target.pane_ms)
        return data_of(self.record_of(incident.model_identity), about, self.target.limits, self.now_ms)

    def situation(self, incident: Incident, plan: Plan, dry_run: DryRun, *, may_have_sent: bool) -> Situation:
        """All that the guards look at; only with a `sight`."""
        if self.sight is None:
            raise ValueError("guards are asked on a fresh read, and there is none")
        approval = approval_of(plan.hash, self.book.of_incident(incident.id), self.target.limits.approval_ms)
        return Situation(
            now_ms=self.now_ms,
            plan=plan,
            deployment=self.sight.deployment,
            known=self.sight.known,
            record=self.record_of(incident.model_identity),
            epoch_start_ms=self.noted(incident).epoch_start_ms,
            pane_ms=self.target.pane_ms,
            stored=self.book.stored(self.copies),
            ledger=self.book.ledger,
            done=self.book.done,
            brakes=self.brakes,
            lease=self.lease,
            dry_run=dry_run,
            fleet=self.fleet,
            limits=self.target.limits,
            rules=self.target.identities,
            mode=self.target.mode,
            timing_may_act=self.target.timing_may_act,
            must_be_audited=self.target.must_be_audited,
            gitops_strategies=self.target.gitops_strategies,
            has_shadow_traffic=self.target.has_shadow_traffic,
            approval=approval,
            override=self.book.asked.override_of(incident.id),
            may_have_sent=may_have_sent,
            is_reassertion=incident.reassertions > 0,
            itself=self.itself,
            is_intent_durable=intent_stands(incident, plan),
        )


def intent_stands(incident: Incident, plan: Plan) -> bool:
    """Whether the log holds the intent to carry out just this plan, with nothing after it."""
    return incident.state is State.EXECUTING and incident.has_intent and incident.plan == plan.hash
