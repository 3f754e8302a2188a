"""A Deployment with a good and a bad revision, as an API server tells it, and what the feed says of them."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import msgspec

from monitor.acting.entries import Entry, Kind
from monitor.acting.identities import MODEL_DIGEST, IdentityRules, model_identity, template_identity
from monitor.acting.known_good import Ledger
from monitor.acting.records import RevisionRecord, StreamRecord

DAY_MS = 86_400_000
NOW_MS = 1_800_000_000_000
RULES = IdentityRules()
UID = "uid-of-the-deployment"
FNR = "false_negative_rate"


def sha(text: str) -> str:
    """A digest that is told apart by one letter."""
    return "sha256:" + text * 64


def moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def template(letter: str, **env: str) -> dict[str, Any]:
    """The pod template of the revision that serves model `letter`."""
    container: dict[str, Any] = {
        "name": "model",
        "image": f"registry.example/readmission@{sha(letter)}",
        "ports": [{"containerPort": 8080, "name": "http"}],
    }
    if env:
        container["env"] = [{"name": name, "value": value} for name, value in env.items()]
    return {
        "metadata": {"labels": {"app": "readmission"}, "annotations": {MODEL_DIGEST: sha(letter)}},
        "spec": {"containers": [container]},
    }


def m_of(letter: str) -> str:
    return model_identity(template(letter), RULES)


def r_of(letter: str) -> str:
    return template_identity(template(letter))


def replica_set(letter: str, number: int, **changed: Any) -> dict[str, Any]:
    """The ReplicaSet the deployment controller made of a template."""
    made = deepcopy(changed.pop("template", template(letter)))
    made["metadata"]["labels"]["pod-template-hash"] = f"hash-{letter}"
    about: dict[str, Any] = {
        "name": f"readmission-{letter}",
        "uid": f"rs-{letter}",
        "labels": dict(made["metadata"]["labels"]),
        "creationTimestamp": f"2026-01-0{number}T00:00:00Z",
        "annotations": {"deployment.kubernetes.io/revision": str(number)},
        "ownerReferences": [{"uid": UID, "controller": True, "kind": "Deployment"}],
    }
    about.update(changed.pop("metadata", {}))
    return {"metadata": about, "spec": {"template": made}, "status": {"replicas": 0}, **changed}


def deployment(letter: str, **spec: Any) -> dict[str, Any]:
    """The Deployment while it serves model `letter`, complete and at rest."""
    return {
        "metadata": {
            "name": "readmission",
            "namespace": "clinical",
            "uid": UID,
            "generation": 7,
            "resourceVersion": "1001",
            "annotations": {"deployment.kubernetes.io/revision": "2", "team": "wards"},
        },
        "spec": {
            "replicas": 3,
            "selector": {"matchLabels": {"app": "readmission"}},
            "template": template(letter),
            **spec,
        },
        "status": {
            "observedGeneration": 7,
            "replicas": 3,
            "updatedReplicas": 3,
            "readyReplicas": 3,
            "availableReplicas": 3,
        },
    }


def stream(**changed: Any) -> StreamRecord:
    """The record by which revision b is to blame for harm to one subgroup, shown beside revision a."""
    said: dict[str, Any] = {
        "kind": "stream",
        "seq": 10,
        "id": "v-10",
        "issued_at": moment(NOW_MS - 60_000),
        "valid_until": moment(NOW_MS + 840_000),
        "model": "readmission",
        "revision": "b",
        "model_digest": sha("b"),
        "pod_template_hashes": ["hash-b"],
        "attribute": "sex",
        "subgroup": "female",
        "metric": FNR,
        "verdict": "DEGRADED",
        "since": moment(NOW_MS - DAY_MS),
        "rollout": moment(NOW_MS - 10 * DAY_MS),
        "former": "a",
        "blame": "revision",
        "blame_by": "concurrent",
        "window": {"name": "28d", "start": moment(NOW_MS - 28 * DAY_MS), "end": moment(NOW_MS), "exact": True},
        "evidence": [{"detector": "concurrent_effect", "log_e": 14.0, "watch": 8.0, "rollback": 13.1}],
        "data": {"watermark": moment(NOW_MS - 600_000), "lag_records": 12, "rejected": 0.0004, "coverage": True},
        "cells": sha("c"),
        "rule_version": sha("d"),
        "may_act": True,
        "blocked_by": [],
    }
    return msgspec.convert(_merged(said, changed), StreamRecord)


def of_revision(letter: str, **changed: Any) -> RevisionRecord:
    """The record that shows a revision to be good, or not."""
    said: dict[str, Any] = {
        "kind": "revision",
        "seq": 11,
        "id": f"r-{letter}",
        "issued_at": moment(NOW_MS - 60_000),
        "valid_until": moment(NOW_MS + 840_000),
        "model": "readmission",
        "revision": letter,
        "model_digest": sha(letter),
        "pod_template_hashes": [f"hash-{letter}"],
        "first_served": moment(NOW_MS - 60 * DAY_MS),
        "last_served": moment(NOW_MS - 600_000),
        "baseline": letter == "a",
        "cleared": False,
        "own": "below",
    }
    return msgspec.convert({**said, **changed}, RevisionRecord)


def _merged(said: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    below = {name: {**said[name], **value} for name, value in changed.items() if name in ("window", "data")}
    return {**said, **changed, **below}


def entry(seq: int, kind: Kind, letter: str = "", **changed: Any) -> Entry:
    """An audit entry about a model, `details` being whatever is no field of an entry."""
    fields = {name: changed.pop(name) for name in list(changed) if name in Entry.__struct_fields__}
    said: dict[str, Any] = {"at_ms": NOW_MS, "actor": "fairdrift", "uid": UID, "details": changed}
    if letter:
        said |= {"model_identity": m_of(letter), "template_identity": r_of(letter)}
    return Entry(seq=seq, kind=kind, **{**said, **fields})


def served(seq: int, letter: str, **changed: Any) -> Entry:
    """The entry that the feed spoke of a revision: 60 days of service, the reference's own."""
    said = {"first_served_ms": NOW_MS - 60 * DAY_MS, "last_served_ms": NOW_MS - 10 * DAY_MS}
    return entry(seq, Kind.JUDGED, letter, **{**said, "baseline": True, "own": "below", **changed})


def ledger(*more: Entry) -> Ledger:
    """Revision a is proven; then whatever else happened."""
    return Ledger.of([served(1, "a"), *more])


def revision_sets(*letters: str) -> Sequence[dict[str, Any]]:
    return [replica_set(letter, number) for number, letter in enumerate(letters, start=1)]
