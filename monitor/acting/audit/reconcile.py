"""The log held against the cluster: what happened there that the log does not tell.

Way of an event: beside it; `audit reconcile`. Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.acting.entries import Entry, Kind
from monitor.acting.replica_sets import Revision


@dataclass(frozen=True, slots=True)
class Unlogged:
    """A ReplicaSet that no entry tells of, or tells of with another template."""

    replica_set: str
    template_identity: str
    why: str


def unlogged(entries: Iterable[Entry], uid: str, known: Sequence[Revision]) -> tuple[Unlogged, ...]:
    """ReplicaSets of a Deployment that the log does not know.

    Parameters
    ----------
    uid
        Of the Deployment.
    known
        Its present revisions. Collected ones are not missed: the log tells of more than is there.
    """
    seen: dict[str, set[str]] = {}
    for entry in entries:
        if entry.kind is Kind.SEEN and entry.uid == uid:
            seen.setdefault(str(entry.details.get("replica_set_uid")), set()).add(entry.template_identity)
    found = []
    for one in known:
        if one.uid not in seen:
            found.append(Unlogged(one.name, one.template_identity, "no entry tells that it served"))
        elif one.template_identity not in seen[one.uid]:
            found.append(Unlogged(one.name, one.template_identity, "the log tells of another template in it"))
    return tuple(found)
