"""The loop of the rollback process: one cycle hears, looks, decides every incident, and acts where all guards pass.

In the way of an event: steps 11 to 15. Touches everything through its ports; keeps nothing but what it can lose.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from monitor.acting.blame_signals import level_signal
from monitor.acting.entries import Kind
from monitor.acting.guards.situation import Brakes, Fleet, Lease
from monitor.acting.incidents import Incident
from monitor.acting.policy import Signal, State
from monitor.acting.raw import Raw
from monitor.acting.records import StreamRecord
from monitor.acting.silences import silences_over
from monitor.controller.desk import Desk
from monitor.controller.ear import Ear
from monitor.controller.elector import NOBODY, Elector
from monitor.controller.handling import Handling, Means, Seen
from monitor.controller.moment import Moment
from monitor.controller.needs import Clocks, Copies, Log
from monitor.controller.news import news
from monitor.controller.noted import copy_name
from monitor.controller.obeying import Obeying
from monitor.controller.recording import Recorder
from monitor.controller.registry import Registry, contents
from monitor.controller.rules import Rules, Target
from monitor.controller.shadow import ReadOnlyCluster
from monitor.controller.sight import Sight, look, unseen
from monitor.controller.telling import Line, Teller
from monitor.ports_acting import Silences, SilencesUnreadable, VerdictFeed
from monitor.ports_cluster import Cluster, ClusterError, ClusterGone, ClusterUnreachable

ALERT: Final = "FairdriftSubgroupDegraded"
"""The alert of an incident; a silence over it is a veto."""

HOLDS_DEPLOYMENT: Final = (
    State.EXECUTING,
    State.VERIFYING,
    State.SOAKING,
    State.CONTESTED,
    State.INEFFECTIVE,
    State.FAILED,
    State.ESCALATED,
)
"""States in which no other incident of the same Deployment is opened: one acts at a time, and after it a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The world as the loop is given it.

    Parameters
    ----------
    is_killed
        Whether the kill switch is on; None: it cannot be read.
    line
        Takes a word and fields for the process's own log.
    """

    cluster: Cluster
    feed: VerdictFeed
    silences: Silences
    log: Log
    copies: Copies
    clocks: Clocks
    desk: Desk = field(default_factory=Desk)
    elector: Elector | None = None
    is_killed: Callable[[], bool | None] = lambda: False
    line: Line = lambda _word, **_fields: None


class Controller:
    """The loop.

    Parameters
    ----------
    rules
        What it is told beforehand.
    around
        The world. Without an `elector` it never leads.
    """

    def __init__(self, rules: Rules, around: Surroundings) -> None:
        self.rules, self._around = rules, around
        self.recorder = Recorder(around.log, around.clocks, rules.version)
        self.ear = Ear(around.feed)
        self._seen = Seen()
        self._obeying = Obeying(rules, self.recorder, around.clocks.now_ms)
        self._registry = Registry(around.cluster, rules.home, rules.registry)
        self._copies: dict[str, Raw] = dict(around.copies.all())
        self._sights: dict[str, Sight] = {}
        self._not_before_ms: dict[str, int] = {}
        self.cluster_trouble: dict[str, str] = {}
        """Model -> why its Deployment could not be read the last time."""
        self.cycled_ms: int | None = None

    # One cycle.

    def start(self) -> None:
        """Write that we started, and by which settings; a change of them is an entry of its own."""
        policies = {target.model: target.policy for target in self.rules.targets}
        before = [one.details.get("policies") for one in self.recorder.book.entries if one.kind is Kind.STARTED]
        if before and before[-1] != policies:
            self.recorder.write(Kind.CONFIG_CHANGED, details={"policies": policies, "before": before[-1]})
        modes = {target.model: target.mode for target in self.rules.targets}
        self.recorder.write(
            Kind.STARTED, details={"policies": policies, "modes": modes, "instance": self.rules.instance}
        )

    def stop(self) -> None:
        """Write that we stopped, and give the lease back."""
        self.recorder.write(Kind.STOPPED, details={"instance": self.rules.instance})
        if self._around.elector is not None:
            self._around.elector.close()

    def answer(self) -> None:
        """Do what people asked. `ports_acting.AuditUnwritable` if it could not be written: nothing else may be done."""
        self._around.desk.answer(self._obeying.obey)

    def cycle(self) -> bool:
        """One look at everything; whether the next one should come soon.

        May raise `ports_acting.AuditUnwritable`: then nothing was done that is not in the log.
        """
        self._lead()
        self.answer()
        self.ear.listen()
        moments = [self._moment(target) for target in self.rules.targets]
        for moment in moments:
            self._learn(moment)
        again_soon = False
        for moment in moments:
            again_soon |= self._handle(replace(moment, fleet=self._fleet(moments)))
        self._publish()
        self._around.log.tick(self._around.clocks.now_ms())
        self.cycled_ms = self._around.clocks.now_ms()
        return again_soon

    def _lead(self) -> None:
        elector = self._around.elector
        if elector is not None:
            elector.tick()
            self.recorder.lease = elector.token

    def _lease(self) -> Lease:
        return NOBODY if self._around.elector is None else self._around.elector.lease()

    # What is known now.

    def _moment(self, target: Target) -> Moment:
        now_ms = self._around.clocks.now_ms()
        sight, is_gone = self._look(target, now_ms)
        bare = Moment(
            now_ms=now_ms,
            target=target,
            book=self.recorder.book,
            heard=self.ear.heard,
            sight=sight,
            copies=self._copies,
            brakes=Brakes(is_killed=None, silences=None),
            lease=self._lease(),
            fleet=None,
            itself=self.rules.itself,
            is_gone=is_gone,
        )
        return replace(bare, brakes=self._brakes(bare))

    def _look(self, target: Target, now_ms: int) -> tuple[Sight | None, bool]:
        if now_ms < self._not_before_ms.get(target.model, 0):
            return None, False
        try:
            sight = look(self._cluster_of(target), target)
        except ClusterGone as error:
            self.cluster_trouble[target.model] = str(error)
            return None, True
        except ClusterError as error:
            self.cluster_trouble[target.model] = str(error)
            if isinstance(error, ClusterUnreachable) and error.retry_after_s:
                self._not_before_ms[target.model] = now_ms + round(1_000 * error.retry_after_s)
            return None, False
        self.cluster_trouble.pop(target.model, None)
        return sight, False

    def _cluster_of(self, target: Target) -> Cluster:
        if target.writes:
            return self._around.cluster
        return ReadOnlyCluster(self._around.cluster, tries_dry=target.tries_dry)

    def _brakes(self, moment: Moment) -> Brakes:
        escalated = [
            f"incident {one.id} waits for a person"
            for one in self._incidents_of(moment)
            if one.state is State.ESCALATED
        ]
        return Brakes(
            is_killed=self._around.is_killed(),
            freezes=escalated,
            pauses=self.recorder.book.asked.pauses_of(moment.target.model, moment.now_ms),
            silences=self._silences(moment),
            blind_allowed=moment.target.blind_allowed,
        )

    def _silences(self, moment: Moment) -> Any:
        try:
            told = self._around.silences.read()
        except SilencesUnreadable:
            return None
        incident = moment.serving()
        record = None if incident is None else moment.record_of(incident.model_identity)
        labels = alert_labels(moment.target.model, record)
        return silences_over(labels, [known_labels_only(one, labels) for one in told], moment.now_ms)

    def _fleet(self, moments: Sequence[Moment]) -> Fleet:
        suspects = sum(_is_suspect(moment) for moment in moments)
        return Fleet(watched=len(moments), suspects=suspects)

    # What is learnt, and done.

    def _learn(self, moment: Moment) -> None:
        """Write what the log does not know yet: what serves, with a copy of it, and what the feed says of it."""
        if moment.sight is None:
            return
        target = moment.target
        place = {"uid": moment.sight.uid, "namespace": target.namespace, "deployment": target.deployment}
        for one in list(unseen(moment.sight, self.recorder.book, moment.now_ms)):
            self._keep(one.revision.template)
            names = {
                "model": target.model,
                "model_identity": one.revision.model_identity,
                "template_identity": one.revision.template_identity,
            }
            self.recorder.write(Kind.SEEN, **place, **names, details=one.details)
        for model, details in list(news(moment)):
            self.recorder.write(Kind.JUDGED, **place, model=target.model, model_identity=model, details=details)

    def _keep(self, template: Raw) -> None:
        name = copy_name(template)
        if name not in self._copies:
            self._around.copies.keep(name, template)
            self._copies[name] = template

    def _incidents_of(self, moment: Moment) -> list[Incident]:
        place = moment.target.namespace, moment.target.deployment
        return [
            one
            for one in self.recorder.book.incidents.values()
            if one.is_open and (one.namespace, one.deployment) == place
        ]

    def _handle(self, moment: Moment) -> bool:
        fleet = moment.fleet
        means = Means(
            recorder=self.recorder,
            teller=Teller(self._cluster_of(moment.target), self._around.line, lambda: self._lease().is_held),
            seen=self._seen,
            cluster=self._cluster_of(moment.target),
            refresh=lambda: replace(self._moment(moment.target), fleet=fleet),
            lease=self._lease,
            publish=lambda: self._publish() or not moment.target.writes,
            keep=self._keep,
        )
        again_soon = False
        open_ones = self._incidents_of(moment)
        for incident in open_ones:
            again_soon |= Handling(means, moment).handle(incident)
        serving = moment.serving()
        is_free = not any(one.state in HOLDS_DEPLOYMENT for one in self._incidents_of(moment))
        if serving is not None and not serving.is_open and serving.id not in {one.id for one in open_ones} and is_free:
            self._note_recovery(moment, serving)
            again_soon |= Handling(means, moment).handle(serving)
        return again_soon

    def _note_recovery(self, moment: Moment, incident: Incident) -> None:
        noted = moment.noted(incident)
        if noted.acknowledged_ms is None:
            self._seen.recovered.pop(incident.id, None)
            return
        better = {
            one.stream
            for one in moment.records_of(incident.model_identity)
            if level_signal(one, moment.now_ms) is Signal.CLEAR
        }
        self._seen.recovered.setdefault(incident.id, set()).update(better)

    def _publish(self) -> bool:
        """Write the registry, if one is kept and we lead; whether it says what the ledger says."""
        if not self.rules.keeps_registry or not self.rules.writes:
            return True
        if not self._lease().is_held:
            return False
        try:
            was_changed = self._registry.publish(
                contents(self.recorder.book, self._copies, self._around.clocks.now_ms())
            )
        except ClusterError as error:
            self._around.line("registry_unwritten", why=str(error))
            return False
        if was_changed:
            self.recorder.write(Kind.REGISTRY_CHANGED, details={"change": "published"})
        return True


def alert_labels(model: str, record: StreamRecord | None) -> Mapping[str, str]:
    """Labels of the alert of an incident, as far as they are known here."""
    labels = {"alertname": ALERT, "severity": "critical", "model": model}
    if record is not None:
        named = ("revision", "attribute", "subgroup", "metric")
        labels |= {name: str(getattr(record, name)) for name in named}
    return labels


def known_labels_only(silence: Mapping[str, Any], labels: Mapping[str, str]) -> Mapping[str, Any]:
    """A silence without the matchers on labels that are not known here: a veto is rather seen once too often.

    >>> one = {"matchers": [{"name": "cluster", "value": "east"}, {"name": "model", "value": "m"}]}
    >>> known_labels_only(one, {"model": "m"})["matchers"]
    [{'name': 'model', 'value': 'm'}]
    """
    matchers = silence.get("matchers") or ()
    return {**silence, "matchers": [one for one in matchers if one.get("name") in labels]}


def _is_suspect(moment: Moment) -> bool:
    if moment.sight is None:
        return False
    levels = {level_signal(one, moment.now_ms) for one in moment.records_of(moment.sight.model_identity)}
    return bool(levels & {Signal.WATCH, Signal.PAGE})
