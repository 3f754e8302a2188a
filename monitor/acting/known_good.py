"""The ledger of model identities: which are proven, audited, condemned, and which nobody can speak for.

Way of an event: step 12. Folded from audit entries alone, so it survives a restart, the collection of ReplicaSets and
the deletion of the Deployment. Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

import msgspec

from monitor.acting.entries import Entry, Kind

DAY_MS: Final = 86_400_000

SERVED_MS: Final = 7 * DAY_MS
"""A revision is proven after a week: it has then met every day of one."""


class Standing(StrEnum):
    """What the ledger says of an M; condemned outranks the others."""

    CONDEMNED = "condemned"
    AUDITED = "audited"
    PROVEN = "proven"
    UNPROVEN = "unproven"


class Served(msgspec.Struct, frozen=True):
    """Details of a `judged` entry: what the feed's `revision` record said, or that a stream was degraded."""

    first_served_ms: int | None = None
    last_served_ms: int | None = None
    baseline: bool = False
    cleared: bool = False
    undetermined: tuple[str, ...] = ()
    own: str | None = None
    degraded: bool = False


class RegistryChange(msgspec.Struct, frozen=True):
    """Details of a `registry-changed` entry: an audit that passed (`audited`) or two people's lifting (`lifted`)."""

    change: str
    until_ms: int = 0
    people: tuple[str, ...] = ()


class Epoch(msgspec.Struct, frozen=True):
    """Details of a `seen` entry: a template began to serve. `started_ms` is None if it served before we looked."""

    replica_set_uid: str
    started_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of one M.

    Parameters
    ----------
    served_ms
        From its first to its last inference. 0 before the feed spoke of it.
    last_served_ms
        None before the feed spoke of it.
    audited_until_ms, audited_seq
        Expiry of its newest passed audit, and that entry's number; 0 without one.
    condemned_seq
        Number of the entry that condemned it; 0 if none did.
    """

    served_ms: int = 0
    last_served_ms: int | None = None
    baseline: bool = False
    cleared: bool = False
    undetermined: tuple[str, ...] = ()
    own: str | None = None
    was_degraded: bool = False
    audited_until_ms: int = 0
    audited_seq: int = 0
    condemned_seq: int = 0


@dataclass(frozen=True, slots=True)
class Ledger:
    """All that is known, by M; templates by R; epochs by Deployment UID, in the order they were seen.

    Examples
    --------
    >>> def entry(seq, kind, **details):
    ...     return Entry(seq=seq, at_ms=seq, kind=kind, actor="fairdrift", model_identity="m", details=details)
    >>> week = {"first_served_ms": 0, "last_served_ms": 7 * 86_400_000}
    >>> ledger = Ledger.of([entry(1, Kind.JUDGED, **week, cleared=True)])
    >>> ledger.standing("m", now_ms=0)
    <Standing.PROVEN: 'proven'>
    >>> ledger.fold(entry(2, Kind.CONDEMNED)).standing("m", now_ms=0)
    <Standing.CONDEMNED: 'condemned'>
    """

    records: Mapping[str, Record] = field(default_factory=dict)
    models_of_templates: Mapping[str, str] = field(default_factory=dict)
    epochs: Mapping[str, tuple[Epoch, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Ledger":
        """The ledger after all these entries, by rising number."""
        ledger = cls()
        for entry in entries:
            ledger = ledger.fold(entry)
        return ledger

    def fold(self, entry: Entry) -> "Ledger":
        """The ledger after one more entry; an entry that says nothing of a model changes nothing."""
        name = entry.model_identity
        known = self.records.get(name, Record())
        match entry.kind:
            case Kind.SEEN:
                return self._seen(entry)
            case Kind.JUDGED:
                changed = _judged(known, msgspec.convert(_own(entry, Served), Served))
            case Kind.CONDEMNED:
                changed = replace(known, condemned_seq=entry.seq)
            case Kind.REGISTRY_CHANGED:
                changed = _registered(known, msgspec.convert(_own(entry, RegistryChange), RegistryChange), entry.seq)
            case _:
                return self
        return replace(self, records={**self.records, name: changed}) if name else self

    def standing(self, model_identity: str, now_ms: int) -> Standing:
        """What may be said of an M now."""
        record = self.records.get(model_identity, Record())
        if record.condemned_seq:
            return Standing.CONDEMNED
        if record.audited_until_ms > now_ms:
            return Standing.AUDITED
        is_shown = record.baseline or record.cleared
        if is_shown and record.served_ms >= SERVED_MS and not record.was_degraded:
            return Standing.PROVEN
        return Standing.UNPROVEN

    def record(self, model_identity: str) -> Record:
        """What is known of an M; nothing, of one never heard of."""
        return self.records.get(model_identity, Record())

    def epoch(self, uid: str) -> Epoch | None:
        """The present epoch of a Deployment; None before it was seen."""
        return next(reversed(self.epochs.get(uid, ())), None)

    def _seen(self, entry: Entry) -> "Ledger":
        began = msgspec.convert(_own(entry, Epoch), Epoch)
        epochs = (*self.epochs.get(entry.uid, ()), began)
        templates = {**self.models_of_templates, entry.template_identity: entry.model_identity}
        return replace(self, epochs={**self.epochs, entry.uid: epochs}, models_of_templates=templates)


def _own(entry: Entry, kind: type[msgspec.Struct]) -> dict[str, Any]:
    return {name: entry.details[name] for name in kind.__struct_fields__ if name in entry.details}


def _judged(known: Record, said: Served) -> Record:
    degraded = known.was_degraded or said.degraded or said.own == "page"
    if said.first_served_ms is None or said.last_served_ms is None:
        return replace(known, was_degraded=degraded)
    return replace(
        known,
        served_ms=said.last_served_ms - said.first_served_ms,
        last_served_ms=said.last_served_ms,
        baseline=said.baseline,
        cleared=said.cleared,
        undetermined=said.undetermined,
        own=said.own,
        was_degraded=degraded,
    )


def _registered(known: Record, said: RegistryChange, seq: int) -> Record:
    if said.change == "audited":
        return replace(known, audited_until_ms=said.until_ms, audited_seq=seq)
    is_new_audit = known.audited_seq > known.condemned_seq
    if said.change == "lifted" and is_new_audit and len(set(said.people)) >= 2:
        return replace(known, condemned_seq=0)
    return known
