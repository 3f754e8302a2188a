"""Gathers one moment of a target: a new read of its Deployment, of people's brakes, of the lease, of how others stand.

In the way of an event: step 12, before every decision, and again before every patch. Touches the cluster, silences,
kill switch.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from monitor.acting.blame_signals import level_signal
from monitor.acting.canonical import NotCanonical
from monitor.acting.guards.situation import Brakes, Fleet, Lease
from monitor.acting.incidents import Incident
from monitor.acting.policy import Signal, State
from monitor.acting.raw import Raw
from monitor.acting.records import StreamRecord
from monitor.acting.silences import Silence, silences_over
from monitor.controller.book import Book
from monitor.controller.desk import Desk
from monitor.controller.ear import Ear
from monitor.controller.elector import NOBODY, Elector
from monitor.controller.moment import Moment
from monitor.controller.needs import Clocks, Copies, Log
from monitor.controller.rules import Rules, Target
from monitor.controller.shadow import ReadOnlyCluster
from monitor.controller.sight import Sight, look
from monitor.controller.telling import Line
from monitor.ports_acting import Silences, SilencesUnreadable, VerdictFeed
from monitor.ports_cluster import Cluster, ClusterError, ClusterGone, ClusterUnreachable

ALERT: Final = "FairdriftSubgroupDegraded"
"""The alert of an incident; a silence over it is a veto."""


LONGEST_WAIT_MS: Final = 300_000
"""So long at most a server's wish to be left alone is heeded: a Deployment that is not read is not watched."""


def _quiet(_word: str, **_fields: Any) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The world as the loop is given it.

    Parameters
    ----------
    elector
        Without one we never lead, and nothing can be written.
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
    line: Line = _quiet

    def cluster_of(self, target: Target) -> Cluster:
        """The cluster as a target's mode may use it."""
        return self.cluster if target.writes else ReadOnlyCluster(self.cluster, tries_dry=target.may_try_dry)

    def lease(self) -> Lease:
        """Whether we lead, this very moment."""
        return NOBODY if self.elector is None else self.elector.lease()


class Gathering:
    """Gathers moments. `trouble` says of each model whose Deployment could not be read why."""

    def __init__(self, rules: Rules, around: Surroundings, book: Book, ear: Ear, copies: Mapping[str, Raw]) -> None:
        self._rules, self._around, self._book, self._ear, self._copies = rules, around, book, ear, copies
        self._not_before_ms: dict[str, int] = {}
        self._told: Sequence[Mapping[str, Any]] = ()
        self._is_blind = True
        self.trouble: dict[str, str] = {}

    def hear_silences(self) -> None:
        """Read the silences anew: once for all targets of a cycle, for each read may take seconds."""
        try:
            self._told, self._is_blind = self._around.silences.read(), False
        except SilencesUnreadable as error:
            self._told, self._is_blind = error.seen, True

    def moment(self, target: Target, fleet: Fleet | None = None) -> Moment:
        """What is known of a target now. `fleet` None: how the others stand is not known yet."""
        now_ms = self._around.clocks.now_ms()
        sight, is_gone = self._look(target)
        bare = Moment(
            now_ms=now_ms,
            target=target,
            book=self._book,
            heard=self._ear.heard,
            sight=sight,
            copies=self._copies,
            brakes=Brakes(is_killed=None, silences=None),
            lease=self._around.lease(),
            fleet=fleet,
            itself=self._rules.itself,
            is_gone=is_gone,
        )
        return replace(bare, brakes=self._brakes(bare))

    def open_incidents(self, target: Target) -> list[Incident]:
        """Open incidents of a target, oldest first."""
        place = target.namespace, target.deployment
        found = self._book.incidents.values()
        return [one for one in found if one.is_open and (one.namespace, one.deployment) == place]

    def _look(self, target: Target) -> tuple[Sight | None, bool]:
        if self._around.clocks.steady_ms() < self._not_before_ms.get(target.model, 0):
            return None, False
        try:
            sight = look(self._around.cluster_of(target), target)
        except ClusterGone as error:
            self.trouble[target.model] = str(error)
            return None, True
        except ClusterError as error:
            self.trouble[target.model] = str(error)
            if isinstance(error, ClusterUnreachable) and error.retry_after_s:
                wait_ms = round(min(1_000 * error.retry_after_s, LONGEST_WAIT_MS))
                self._not_before_ms[target.model] = self._around.clocks.steady_ms() + wait_ms
            return None, False
        except NotCanonical as error:
            place = f"{target.namespace}/{target.deployment}"
            self.trouble[target.model] = f"{place}: a template of it cannot be told from others ({error}); not acted on"
            return None, False
        self.trouble.pop(target.model, None)
        return sight, False

    def _brakes(self, moment: Moment) -> Brakes:
        waiting = [one.id for one in self.open_incidents(moment.target) if one.state is State.ESCALATED]
        return Brakes(
            is_killed=self._around.is_killed(),
            freezes=[f"incident {name} waits for a person" for name in waiting],
            pauses=self._book.asked.pauses_of(moment.target.model, moment.now_ms),
            silences=self._silences(moment),
            blind_allowed=moment.target.blind_allowed,
        )

    def _silences(self, moment: Moment) -> Sequence[Silence] | None:
        """Silences over any alert of the incident; one that is seen holds also while another Alertmanager is away."""
        found: dict[str, Silence] = {}
        for labels in self._alerts(moment):
            known = [known_labels_only(one, labels) for one in self._told]
            found |= {one.id: one for one in silences_over(labels, known, moment.now_ms)}
        return None if self._is_blind and not found else list(found.values())

    def _alerts(self, moment: Moment) -> Iterator[Mapping[str, str]]:
        """Labels of every alert that people may have got: of the leading stream, and of each that is or was alarmed."""
        if moment.sight is None:
            yield alert_labels(moment.target.model, None)
            return
        lead = moment.record_of(moment.sight.model_identity)
        yield alert_labels(moment.target.model, lead)
        concerned = {one for held in self.open_incidents(moment.target) for one in moment.noted(held).concerned}
        for record in moment.records_of(moment.sight.model_identity):
            is_alarmed = level_signal(record, moment.now_ms) is Signal.PAGE or record.stream in concerned
            if is_alarmed and record is not lead:
                yield alert_labels(moment.target.model, record)


def fleet_of(moments: Sequence[Moment]) -> Fleet:
    """How many of all targets are suspect; one that cannot be read is none, and can be none of ours to patch."""
    return Fleet(watched=len(moments), suspects=sum(map(_is_suspect, moments)))


def _is_suspect(moment: Moment) -> bool:
    if moment.sight is None:
        return False
    levels = {level_signal(one, moment.now_ms) for one in moment.records_of(moment.sight.model_identity)}
    return bool(levels & {Signal.WATCH, Signal.PAGE})


def alert_labels(model: str, record: StreamRecord | None) -> Mapping[str, str]:
    """Labels of the alert of an incident, as far as they are known here."""
    labels = {"alertname": ALERT, "severity": "critical", "model": model}
    if record is not None:
        labels |= {name: str(getattr(record, name)) for name in ("revision", "attribute", "subgroup", "metric")}
    return labels


def known_labels_only(silence: Mapping[str, Any], labels: Mapping[str, str]) -> Mapping[str, Any]:
    """A silence without the matchers on labels that are not known here: a veto is rather seen once too often.

    >>> one = {"matchers": [{"name": "cluster", "value": "east"}, {"name": "model", "value": "m"}]}
    >>> known_labels_only(one, {"model": "m"})["matchers"]
    [{'name': 'model', 'value': 'm'}]
    """
    told = silence.get("matchers")
    matchers = [one for one in told if isinstance(one, Mapping)] if isinstance(told, list) else []
    return {**silence, "matchers": [one for one in matchers if one.get("name") in list(labels)]}
