"""Audit entries, as far as decisions rest on them: who, what, when, about which Deployment and which model.

Way of an event: step 13 writes them; step 12 folds them again into the ledger, the incidents and the budgets, so that
nothing decided is kept anywhere else. The chain around them (numbers, hashes, signatures) is the store's. Pure.
"""

from enum import StrEnum
from typing import Any

import msgspec

from monitor.acting.policy import Signal, State


class Kind(StrEnum):
    """Kinds of entries."""

    STARTED = "started"
    STOPPED = "stopped"
    SEEN = "seen"
    JUDGED = "judged"
    CONDEMNED = "condemned"
    PLANNED = "planned"
    APPROVED = "approved"
    INTENT = "intent"
    PATCHED = "patched"
    VERIFIED = "verified"
    SOAKED = "soaked"
    CONTESTED = "contested"
    ESCALATED = "escalated"
    FAILED = "failed"
    CLOSED = "closed"
    PAUSED = "paused"
    OVERRIDDEN = "overridden"
    CONFIG_CHANGED = "config-changed"
    REGISTRY_CHANGED = "registry-changed"
    BREAK_GLASS = "break-glass"


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry. An empty text means that the entry is not about such a thing.

    Parameters
    ----------
    seq
        Number in the log, rising.
    at_ms
        Wall time, UTC.
    actor
        Who: the controller's own name, or a person as authentication named it.
    state, signal
        The state an incident entered with this entry, and by which signal; None where it entered none.
    plan
        Hash of the plan.
    uid, namespace, deployment
        The Deployment.
    model
        Name of the watched model.
    model_identity, template_identity
        M and R.
    generation, version_before, version_after
        Of the Deployment: its generation, and its `resourceVersion` before and after what was done.
    policy, code, lease
        Digest of the settings decided by, version of the code, and the fencing token of the leader.
    details
        What else this kind holds, as JSON; each reader names what it takes from it.
    """

    seq: int
    at_ms: int
    kind: Kind
    actor: str
    incident: str = ""
    state: State | None = None
    signal: Signal | None = None
    plan: str = ""
    uid: str = ""
    namespace: str = ""
    deployment: str = ""
    model: str = ""
    model_identity: str = ""
    template_identity: str = ""
    generation: int = 0
    version_before: str = ""
    version_after: str = ""
    policy: str = ""
    code: str = ""
    lease: str = ""
    details: dict[str, Any] = {}
