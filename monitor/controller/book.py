"""All that is remembered: the audit log, folded. A restart reads the same log, and knows the same.

In the way of an event: step 12. Pure; it grows with every entry.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitor.acting.actions import Done
from monitor.acting.entries import Entry, Kind
from monitor.acting.incidents import Incident
from monitor.acting.known_good import Ledger
from monitor.acting.people import Asked
from monitor.acting.plan import Plan
from monitor.acting.raw import Raw
from monitor.controller.noted import Noted

Place = tuple[str, str]
"""Namespace and name of a Deployment."""


@dataclass(frozen=True, slots=True)
class Serving:
    """One M served without a break, through restarts and other templates of it.

    `epoch` names its first ReplicaSet and when that began, `start_ms`: None if it served before we looked.
    """

    model_identity: str
    epoch: str
    start_ms: int | None


class Book:
    """The log so far.

    Examples
    --------
    >>> from monitor.acting.policy import Signal, State
    >>> book = Book()
    >>> book.take([Entry(seq=1, at_ms=7, kind=Kind.JUDGED, actor="fairdrift", incident="i", uid="d",
    ...                  state=State.ATTRIBUTING, signal=Signal.PAGE)])
    >>> book.incidents["i"].state.name
    'ATTRIBUTING'
    """

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.ledger = Ledger()
        self.incidents: dict[str, Incident] = {}
        self.noted: dict[str, Noted] = {}
        self.places: dict[str, frozenset[Place]] = {}
        """M -> Deployments in which it was seen or judged."""
        self._copy_names: dict[str, str] = {}
        self._models_of_sets: dict[str, str] = {}
        self._folded: tuple[int, Done, Asked] = (0, Done(), Asked())

    def take(self, entries: Iterable[Entry]) -> None:
        """Take in more entries, by rising number."""
        for entry in entries:
            self.entries.append(entry)
            self.ledger = self.ledger.fold(entry)
            if entry.model_identity and entry.deployment:
                place = entry.namespace, entry.deployment
                self.places[entry.model_identity] = self.places.get(entry.model_identity, frozenset()) | {place}
            if entry.kind is Kind.SEEN:
                self._copy_names[entry.template_identity] = entry.details.get("copy", "")
                self._models_of_sets[entry.details["replica_set_uid"]] = entry.model_identity
            if entry.incident:
                new = Incident(entry.incident, entry.uid, entry.namespace, entry.deployment, entry.model_identity)
                self.incidents[entry.incident] = self.incidents.get(entry.incident, new).after(entry)
                self.noted[entry.incident] = self.noted.get(entry.incident, Noted()).after(entry)

    @property
    def done(self) -> Done:
        """What was done, for budgets and cool-downs."""
        return self._refolded()[1]

    @property
    def asked(self) -> Asked:
        """What people asked for."""
        return self._refolded()[2]

    def _refolded(self) -> tuple[int, Done, Asked]:
        if self._folded[0] != len(self.entries):
            self._folded = (len(self.entries), Done.of(self.entries), Asked.of(self.entries))
        return self._folded

    def serving_since(self, uid: str) -> "Serving | None":
        """Since when a Deployment has been serving the M it serves; None before it was seen."""
        first: Serving | None = None
        for epoch in reversed(self.ledger.epochs.get(uid, ())):
            model = self._models_of_sets[epoch.replica_set_uid]
            if first is not None and model != first.model_identity:
                break
            first = Serving(model, f"{epoch.replica_set_uid}@{epoch.started_ms}", epoch.started_ms)
        return first

    def model_of_set(self, replica_set_uid: str) -> str:
        """M of a ReplicaSet as it was written last; empty before it was seen. Other rules of identity give another."""
        return self._models_of_sets.get(replica_set_uid, "")

    def of_incident(self, name: str) -> Sequence[Entry]:
        """Entries of one incident."""
        return [entry for entry in self.entries if entry.incident == name]

    def stored(self, copies: Mapping[str, Raw]) -> Mapping[str, Raw]:
        """R -> own copy of its template, of all that were seen and can still be read."""
        return {name: copies[copy] for name, copy in self._copy_names.items() if copy in copies}

    def plan_of(self, incident: Incident, copies: Mapping[str, Raw]) -> Plan | None:
        """The newest plan of an incident; None before there is one, or if it cannot be had again as it was."""
        noted = self.noted.get(incident.id, Noted())
        if noted.plan is None or noted.plan_hash != incident.plan:
            return None
        plan = noted.plan.plan(copies)
        return plan if plan is not None and plan.hash == incident.plan else None
