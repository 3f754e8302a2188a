"""The API server's own audit log: what a ServiceAccount really asked for, whatever its client says."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

POLICY = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived", "ResponseStarted"],
    "rules": [
        {"level": "None", "userGroups": ["system:serviceaccounts:kube-system"]},
        {"level": "Metadata", "userGroups": ["system:serviceaccounts"]},
        {"level": "None"},
    ],
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: `verb` and `resource` are RBAC's words, `code` is the status of the answer."""

    verb: str
    group: str
    resource: str
    namespace: str
    name: str
    code: int
    is_dry_run: bool
    agent: str


def asked_by(log: Path, namespace: str, account: str) -> Sequence[Asked]:
    """Requests of a ServiceAccount so far, oldest first; the last few may still be on their way into the log."""
    user = f"system:serviceaccount:{namespace}:{account}"
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    events = [json.loads(line) for line in lines]
    return [_asked(event) for event in events if event["user"]["username"] == user]


def _asked(event: dict[str, Any]) -> Asked:
    about = event.get("objectRef", {})
    return Asked(
        event["verb"],
        about.get("apiGroup", ""),
        about.get("resource", ""),
        about.get("namespace", ""),
        about.get("name", ""),
        event["responseStatus"]["code"],
        "dryRun" in parse_qs(urlsplit(event["requestURI"]).query),
        event.get("userAgent", ""),
    )
