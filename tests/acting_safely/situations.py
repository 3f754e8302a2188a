"""A situation in which every guard lets the rollback pass, to be spoiled in one thing at a time."""

from dataclasses import replace
from typing import Any

from monitor.acting.actions import Done
from monitor.acting.guards.situation import Brakes, DryRun, Fleet, Lease, Situation
from monitor.acting.limits import DAY_MS, HOUR_MS, Limits
from monitor.acting.plan import Plan, make_plan
from monitor.acting.records import StreamRecord, milliseconds
from monitor.acting.replica_sets import revisions
from monitor.acting.target import Candidate
from tests.acting_safely.worlds import (
    NOW_MS,
    RULES,
    deployment,
    ledger,
    m_of,
    r_of,
    revision_sets,
    sha,
    stream,
    template,
)

BRAKES = Brakes(is_killed=False, silences=())
LIMITS = Limits(window_ms=7 * DAY_MS, label_age_ms=DAY_MS)
POLICY = sha("9")


def plan_of(record: StreamRecord | None = None, **changed: Any) -> Plan:
    """From b, which is to blame, back to a."""
    target = Candidate(template("a"), r_of("a"), m_of("a"), "replica_set", {"kept": "by-kubectl"})
    record = stream() if record is None else record
    made = make_plan("i-1", deployment("b"), target, record, by=record.blame_by or "timing", policy=POLICY, rules=RULES)
    return replace(made, **changed)


def situation(**changed: Any) -> Situation:
    """All guards pass; whatever is named is changed, and the plan follows the record."""
    record = changed.get("record", stream())
    read = deployment("b")
    said: dict[str, Any] = {
        "now_ms": NOW_MS,
        "plan": plan_of(record),
        "deployment": read,
        "known": revisions(read, revision_sets("a", "b"), RULES),
        "record": record,
        "epoch_start_ms": milliseconds(stream().rollout),  # type: ignore[arg-type]
        "pane_ms": DAY_MS,
        "stored": {},
        "ledger": ledger(),
        "done": Done(),
        "brakes": BRAKES,
        "lease": Lease(is_held=True, left_ms=HOUR_MS),
        "dry_run": DryRun("ok"),
        "fleet": Fleet(watched=20, suspects=1),
        "limits": LIMITS,
        "rules": RULES,
        "mode": "auto",
        "gitops_strategies": {},
        "itself": ("fairdrift", "fairdrift-rollback"),
        "is_intent_durable": True,
    }
    return Situation(**{**said, **changed})
