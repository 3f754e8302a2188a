"""Incidents, folded from the audit log: where each stands, since when, and what it has cost so far.

Way of an event: step 12; after a restart nothing else is asked, beside the cluster. Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from monitor.acting.entries import Entry, Kind
from monitor.acting.policy import Signal, State

CLOSED: Final = frozenset({State.OBSERVING})
"""States in which no incident is open."""

_RACING: Final = (State.PLANNING, State.EXECUTING)

ENDINGS: Final = 2
"""So many undecided or ineffective endings, and a person takes over."""


@dataclass(frozen=True, slots=True)
class Incident:
    """One revision of one Deployment being handled.

    Parameters
    ----------
    since_ms
        When its state was entered.
    plan
        Hash of the newest plan; empty before there is one.
    has_intent
        The log holds an intent with nothing after it. Who starts anew here must take its patch for sent.
    is_unsettled
        An attempt before the present one may have been written, and no read has shown yet that it was not.
    may_land_at
        `resourceVersion` at which a patch whose answer was lost may land yet; empty if none can any more.
    patched_ms, generation
        Of the newest accepted patch; None and 0 before one.
    reassertions, failures, endings
        How often the patch was asserted again, an attempt failed, it ended undecided or without help.
    ended_on
        Number of the record on which it ended undecided last; one record makes one ending.
    conflicts
        Lost races in a row.
    closed_plans
        Hashes of plans that were rejected, or expired unanswered: they are not shown again.
    """

    id: str
    uid: str
    namespace: str
    deployment: str
    model_identity: str
    state: State = State.OBSERVING
    since_ms: int = 0
    plan: str = ""
    has_intent: bool = False
    is_unsettled: bool = False
    may_land_at: str = ""
    patched_ms: int | None = None
    generation: int = 0
    reassertions: int = 0
    failures: int = 0
    endings: int = 0
    ended_on: int | None = None
    conflicts: int = 0
    closed_plans: frozenset[str] = frozenset()

    @property
    def is_open(self) -> bool:
        return self.state not in CLOSED

    @property
    def has_ended_twice(self) -> bool:
        """Whether a person must take over from `undecided`."""
        return self.endings >= ENDINGS

    def _ended(self, entry: Entry) -> "Incident":
        """An ending, unless the data were only missing for now, or the same record has ended it before."""
        seq = _seq_of_record(entry)
        if entry.details.get("is_transient") or (seq is not None and seq == self.ended_on):
            return self
        return replace(self, endings=self.endings + 1, ended_on=seq)

    def after(self, entry: Entry) -> "Incident":
        """The incident after one more of its entries."""
        grown = replace(self, plan=entry.plan or self.plan)
        if entry.kind is Kind.INTENT:
            grown = replace(grown, has_intent=True)
        elif entry.details.get("is_written") is False:
            grown = replace(grown, has_intent=False)
        if entry.state is None:
            return grown
        if self.state is State.EXECUTING and entry.state is not State.EXECUTING:
            is_open = grown.has_intent and entry.signal in (Signal.ERROR, Signal.MOVED)
            may_land_at = str(entry.details.get("may_land", ""))
            is_open = is_open or bool(may_land_at)
            grown = replace(grown, has_intent=False, is_unsettled=is_open, may_land_at=may_land_at)
        conflicts = self.conflicts + (entry.signal is Signal.CONFLICT) if entry.state in _RACING else 0
        grown = replace(grown, state=entry.state, since_ms=entry.at_ms, conflicts=conflicts)
        match entry.state:
            case State.EXECUTING:
                return replace(grown, reassertions=self.reassertions + (entry.signal is Signal.REASSERT))
            case State.VERIFYING if entry.signal is not Signal.RETURNED:
                return replace(grown, patched_ms=entry.at_ms, generation=entry.generation)
            case State.FAILED:
                return replace(grown, failures=self.failures + 1)
            case State.UNDECIDED | State.INEFFECTIVE if self.state is not State.SUSPECTED:
                return grown._ended(entry)
            case State.SUPPRESSED if entry.signal in (Signal.REJECTED, Signal.EXPIRED):
                return replace(grown, closed_plans=self.closed_plans | {grown.plan})
            case _:
                return grown


def _seq_of_record(entry: Entry) -> int | None:
    record = entry.details.get("record")
    return record.get("seq") if isinstance(record, Mapping) else None


def incidents(entries: Iterable[Entry]) -> Mapping[str, Incident]:
    """All incidents by their names, after these entries by rising number.

    Examples
    --------
    >>> said = dict(at_ms=7, actor="fairdrift", incident="i", uid="d")
    >>> log = [Entry(seq=1, kind=Kind.JUDGED, state=State.ATTRIBUTING, signal=Signal.PAGE, **said)]
    >>> found = incidents(log)["i"]
    >>> found.state.name, found.since_ms, found.is_open
    ('ATTRIBUTING', 7, True)
    """
    found: dict[str, Incident] = {}
    for entry in entries:
        if entry.incident:
            new = Incident(entry.incident, entry.uid, entry.namespace, entry.deployment, entry.model_identity)
            found[entry.incident] = found.get(entry.incident, new).after(entry)
    return found
