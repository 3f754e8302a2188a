"""The loop of the rollback process: one cycle hears, looks, decides every incident, and acts where all guards pass.

In the way of an event: steps 11 to 15. Touches everything through its ports; keeps nothing but what it can lose.
"""

from dataclasses import replace
from typing import Final

from monitor.acting.blame_signals import level_signal
from monitor.acting.entries import Kind
from monitor.acting.guards.situation import Fleet
from monitor.acting.incidents import Incident
from monitor.acting.policy import Signal, State
from monitor.acting.raw import Raw
from monitor.controller.ear import Ear
from monitor.controller.gathering import Gathering, Surroundings, fleet_of
from monitor.controller.handling import Handling, Means, Seen
from monitor.controller.moment import Moment
from monitor.controller.news import news
from monitor.controller.noted import copy_name
from monitor.controller.obeying import Obeying
from monitor.controller.recording import Recorder
from monitor.controller.registry import Registry, contents
from monitor.controller.rules import Rules, Target
from monitor.controller.sight import unseen
from monitor.controller.telling import Teller
from monitor.ports_cluster import ClusterError

HOLDS_DEPLOYMENT: Final = frozenset(
    {
        State.EXECUTING,
        State.VERIFYING,
        State.SOAKING,
        State.CONTESTED,
        State.INEFFECTIVE,
        State.FAILED,
        State.ESCALATED,
    }
)
"""States in which no other incident of the same Deployment is opened: one acts at a time, and after it a person."""


class Controller:
    """The loop.

    Parameters
    ----------
    rules
        What it is told beforehand.
    around
        The world.
    """

    def __init__(self, rules: Rules, around: Surroundings) -> None:
        self.rules, self._around = rules, around
        self.recorder = Recorder(around.log, around.clocks, rules.version)
        self.ear = Ear(around.feed)
        self._copies: dict[str, Raw] = dict(around.copies.all())
        self.gathering = Gathering(rules, around, self.recorder.book, self.ear, self._copies)
        self._seen = Seen()
        self._obeying = Obeying(rules, self.recorder, around.clocks.now_ms)
        self._registry = Registry(around.cluster, rules.home, rules.registry)
        self.is_registry_in_sync = False

    @property
    def is_log_writable(self) -> bool:
        """Whether the audit log took the last entry."""
        return self._around.log.is_writable

    @property
    def checkpoint_ms(self) -> int | None:
        """When the last checkpoint was signed."""
        return self._around.log.checkpoint_ms

    def troubles(self) -> list[str]:
        """Why nothing could be acted on now, in sentences; empty if all is there."""
        elector = self._around.elector
        found = [text for text in (self.ear.trouble, *self.gathering.trouble.values()) if text]
        if not self.is_log_writable:
            found.append("the audit log takes no entry")
        if elector is not None and not elector.lease().is_held:
            found.append(elector.trouble or "another process leads")
        return found

    def start(self) -> None:
        """Write that we started, and by which settings; a change of them is an entry of its own."""
        policies = {target.model: target.policy for target in self.rules.targets}
        started = [one for one in self.recorder.book.entries if one.kind is Kind.STARTED]
        before = [one.details["policies"] for one in started if "policies" in one.details]
        if before and before[-1] != policies:
            self.recorder.write(Kind.CONFIG_CHANGED, details={"policies": policies, "before": before[-1]})
        modes = {target.model: target.mode for target in self.rules.targets}
        details = {"policies": policies, "modes": modes, "instance": self.rules.instance}
        self.recorder.write(Kind.STARTED, details=details)

    def stop(self) -> None:
        """Write that we stopped, and give the lease back."""
        self.recorder.write(Kind.STOPPED, details={"instance": self.rules.instance})
        if self._around.elector is not None:
            self._around.elector.close()

    def lead(self) -> None:
        """Take or renew the lease, if that is due: more often than a cycle comes."""
        if self._around.elector is not None:
            self._around.elector.tick()
            self.recorder.lease = self._around.elector.token

    def answer(self) -> bool:
        """Do what people asked; whether there was anything.

        `ports_acting.AuditUnwritable` if it could not be written: then nothing else may be done either.
        """
        before = self._obeying.obeyed
        self._around.desk.answer(self._obeying.obey)
        return self._obeying.obeyed > before

    def cycle(self) -> bool:
        """One look at everything; whether the next one should come soon.

        May raise `ports_acting.AuditUnwritable`: then nothing was done that is not in the log.
        """
        self.lead()
        self.answer()
        self.ear.listen()
        self.gathering.hear_silences()
        moments = [self._moment(target) for target in self.rules.targets]
        for moment in moments:
            self._learn(moment)
        fleet = fleet_of(moments)
        again_soon = False
        for moment in moments:
            self._stay_leader()
            again_soon |= self._handle(replace(moment, fleet=fleet), fleet)
        self._publish()
        self._around.log.tick(self._around.clocks.now_ms())
        return again_soon

    def _stay_leader(self) -> None:
        """Renew the lease in the middle of a cycle, if that is due; one that was lost is not taken again here."""
        if self._around.elector is not None and not self._around.elector.is_lost:
            self.lead()

    def _moment(self, target: Target, fleet: Fleet | None = None) -> Moment:
        self._stay_leader()
        return self.gathering.moment(target, fleet)

    def _look_again(self, target: Target, fleet: Fleet) -> Moment:
        """Everything that a decision rests on, anew: people may have silenced since the cycle began."""
        self._stay_leader()
        self.gathering.hear_silences()
        return self._moment(target, fleet)

    def _learn(self, moment: Moment) -> None:
        """Write what the log does not know yet: what serves, with a copy of it, and what the feed says of it."""
        if moment.sight is None:
            return
        target = moment.target
        place = {
            "uid": moment.sight.uid,
            "namespace": target.namespace,
            "deployment": target.deployment,
            "model": target.model,
        }
        for one in list(unseen(moment.sight, self.recorder.book, moment.now_ms)):
            self._keep(one.revision.template)
            names = {
                "model_identity": one.revision.model_identity,
                "template_identity": one.revision.template_identity,
            }
            self.recorder.write(Kind.SEEN, **place, **names, details=one.details)
        for model, details in list(news(moment)):
            self.recorder.write(Kind.JUDGED, **place, model_identity=model, details=details)

    def _keep(self, template: Raw) -> None:
        name = copy_name(template)
        if name not in self._copies:
            self._around.copies.keep(name, template)
            self._copies[name] = template

    def _handle(self, moment: Moment, fleet: Fleet) -> bool:
        target = moment.target
        means = Means(
            recorder=self.recorder,
            teller=Teller(self._around.cluster_of(target), self._around.line, lambda: self._around.lease().is_held),
            seen=self._seen,
            cluster=self._around.cluster_of(target),
            refresh=lambda: self._look_again(target, fleet),
            lease=self._around.lease,
            publish=lambda: self._publish() or not target.writes,
            keep=self._keep,
        )
        again_soon = False
        open_ones = self.gathering.open_incidents(target)
        for incident in open_ones:
            again_soon |= Handling(means, moment).handle(incident)
        new = moment.serving()
        is_free = not any(one.state in HOLDS_DEPLOYMENT for one in self.gathering.open_incidents(target))
        if new is not None and not new.is_open and is_free and new.id not in {one.id for one in open_ones}:
            self._note_recovery(moment, new)
            again_soon |= Handling(means, moment).handle(new)
        return again_soon

    def _note_recovery(self, moment: Moment, incident: Incident) -> None:
        """Remember which streams stand better since a person closed the incident: news of them opens it again."""
        if moment.noted(incident).acknowledged_ms is None:
            self._seen.recovered.pop(incident.id, None)
            return
        records = moment.records_of(incident.model_identity)
        better = {one.stream for one in records if level_signal(one, moment.now_ms) is Signal.CLEAR}
        self._seen.recovered.setdefault(incident.id, set()).update(better)

    def _publish(self) -> bool:
        """Write the registry, if one is kept and we lead; whether it says what the ledger says."""
        if not (self.rules.keeps_registry and self.rules.writes):
            return True
        if not self._around.lease().is_held:
            return False
        written = {(one.namespace, one.deployment) for one in self.rules.targets if one.writes}
        wanted = contents(self.recorder.book, self._copies, written, self._around.clocks.now_ms())
        try:
            was_changed = self._registry.publish(wanted)
        except ClusterError as error:
            self.is_registry_in_sync = False
            self._around.line("registry_unwritten", reason=str(error))
            return False
        self.is_registry_in_sync = True
        if was_changed:
            self.recorder.write(Kind.REGISTRY_CHANGED, details={"change": "published"})
        return True
