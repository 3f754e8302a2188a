"""One Deployment, as just read; and what of it the log does not know yet.

In the way of an event: step 12, every cycle. Touches the cluster.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from monitor.acting.audit.reconcile import unlogged
from monitor.acting.identities import model_identity, template_identity
from monitor.acting.raw import Raw, field, uid
from monitor.acting.replica_sets import Revision, current, revisions
from monitor.controller.book import Book
from monitor.controller.noted import copy_name
from monitor.controller.rules import Target
from monitor.ports_cluster import Cluster


@dataclass(frozen=True, slots=True)
class Sight:
    """A fresh read.

    Parameters
    ----------
    known
        The Deployment's revisions.
    active
        The one with its present template; None before the deployment controller has made it.
    model_identity, template_identity
        M and R that it is to run.
    """

    deployment: Raw
    known: tuple[Revision, ...]
    active: Revision | None
    uid: str
    model_identity: str
    template_identity: str

    @property
    def template(self) -> Raw:
        """The pod template it is to run."""
        return field(self.deployment, "spec", "template") or {}

    @property
    def version(self) -> str:
        """The `resourceVersion` that was read."""
        return field(self.deployment, "metadata", "resourceVersion") or ""


def look(cluster: Cluster, target: Target) -> Sight:
    """A fresh read of the target's Deployment. May raise what `Cluster.look` does."""
    read = cluster.look(target.namespace, target.deployment)
    known = revisions(read.deployment, read.replica_sets, target.identities)
    template = field(read.deployment, "spec", "template") or {}
    return Sight(
        deployment=read.deployment,
        known=known,
        active=current(read.deployment, known),
        uid=uid(read.deployment),
        model_identity=model_identity(template, target.identities),
        template_identity=template_identity(template),
    )


@dataclass(frozen=True, slots=True)
class Unseen:
    """A ReplicaSet whose epoch the log does not hold: fields and details of the entry to write, and the template."""

    revision: Revision
    details: dict[str, Any]


def unseen(sight: Sight, book: Book, now_ms: int) -> Iterator[Unseen]:
    """What is to be written as `seen`, in this order: the active one comes last, as the present epoch.

    Of a Deployment that is seen for the first time nobody knows since when anything served.
    """
    epoch = book.ledger.epoch(sight.uid)
    started_ms = None if epoch is None else now_ms
    news = {one.replica_set for one in unlogged(book.entries, sight.uid, sight.known)}
    news |= {one.name for one in sight.known if book.model_of_set(one.uid) != one.model_identity}
    others = [one for one in sight.known if one.name in news and one is not sight.active]
    for one in others:
        yield Unseen(one, _details(one, started_ms))
    if sight.active is None:
        return
    is_present = epoch is not None and epoch.replica_set_uid == sight.active.uid
    if is_present and epoch is not None:
        started_ms = epoch.started_ms
    if others or not is_present or sight.active.name in news:
        yield Unseen(sight.active, _details(sight.active, started_ms))


def _details(revision: Revision, started_ms: int | None) -> dict[str, Any]:
    return {
        "replica_set_uid": revision.uid,
        "replica_set": revision.name,
        "number": revision.number,
        "started_ms": started_ms,
        "copy": copy_name(revision.template),
    }
