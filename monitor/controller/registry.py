"""The registry that an admission gate reads: which model identities may be deployed, and where promotions are held.

In the way of an event: after every change of the ledger. It is a copy: the audit log is the truth, and a registry that
was deleted or changed is written again from it. Touches one ConfigMap.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from monitor.acting.identities import MODEL_DIGEST
from monitor.acting.incidents import Incident
from monitor.acting.known_good import Standing
from monitor.acting.policy import State
from monitor.acting.raw import Raw, annotations, field
from monitor.controller.book import Book, Place
from monitor.ports_cluster import Cluster, ClusterConflict, ClusterGone, Kind

HOLD: Final = "hold"

HOLDING: Final = frozenset(set(State) - {State.OBSERVING, State.SUSPECTED, State.RESOLVED})
"""States in which only proven revisions may be promoted."""


def key_of(model_identity: str) -> str:
    """An M as a key of a ConfigMap, which may hold no colon.

    >>> key_of("sha256:0af3")
    'sha256-0af3'
    """
    return model_identity.replace(":", "-")


def contents(book: Book, copies: Mapping[str, Raw], written: Collection[Place], now_ms: int) -> dict[str, str]:
    """What the registry should hold: one key an M that may pass or must not, one a Deployment that is held.

    Parameters
    ----------
    written
        Deployments that may be written. Of what is only watched the gate is told nothing.
    """
    stored = book.stored(copies)
    templates = {book.ledger.models_of_templates.get(name, ""): template for name, template in stored.items()}
    said: dict[str, str] = {}
    for model in book.ledger.records:
        if book.places.get(model, frozenset()).isdisjoint(written):
            continue
        standing = book.ledger.standing(model, now_ms)
        if standing is not Standing.UNPROVEN:
            said[key_of(model)] = _value(standing, templates.get(model), _why(book, model))
    for incident in _holding(book.incidents.values()):
        if (incident.namespace, incident.deployment) in written:
            said[f"{HOLD}.{incident.namespace}.{incident.deployment}"] = incident.id
    return said


class Registry:
    """Keeps one ConfigMap as the book says."""

    def __init__(self, cluster: Cluster, namespace: str, name: str) -> None:
        self._cluster, self._namespace, self._name = cluster, namespace, name

    def publish(self, wanted: Mapping[str, str]) -> bool:
        """Make it hold just this; whether it was changed. May raise `ClusterError`; then nothing was written."""
        for _ in range(3):
            try:
                found = self._cluster.read(Kind.CONFIG_MAP, self._namespace, self._name)
            except ClusterGone:
                body: dict[str, Any] = {"metadata": {"name": self._name}, "data": dict(wanted)}
                self._cluster.create(Kind.CONFIG_MAP, self._namespace, body)
                return True
            if (found.get("data") or {}) == dict(wanted):
                return False
            try:
                self._cluster.replace(Kind.CONFIG_MAP, self._namespace, {**found, "data": dict(wanted)})
            except ClusterConflict:
                continue
            return True
        raise ClusterConflict(f"replace configmap {self._namespace}/{self._name}: three conflicts; somebody writes it")


def _holding(incidents: Iterable[Incident]) -> list[Incident]:
    return sorted((one for one in incidents if one.state in HOLDING), key=lambda one: one.id)


def _why(book: Book, model: str) -> str:
    return next((one.id for one in book.incidents.values() if one.model_identity == model), "")


def _value(standing: Standing, template: Raw | None, incident: str) -> str:
    containers = field(template, "spec", "containers") or () if template is not None else ()
    images = sorted(str(one.get("image", "")).rpartition("@")[2] for one in containers)
    model = "" if template is None else annotations(template).get(MODEL_DIGEST, "")
    said = {"state": str(standing), "model": model, "images": images, "incident": incident}
    return json.dumps(said, sort_keys=True, separators=(",", ":"))
