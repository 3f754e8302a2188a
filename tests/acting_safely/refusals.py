"""What spoils a situation, which guard sees it, and what follows: a line each."""

import math
from copy import deepcopy
from dataclasses import replace
from typing import Any

from monitor.acting.actions import Action, Done
from monitor.acting.entries import Kind
from monitor.acting.guards.refusal import Guard
from monitor.acting.guards.situation import DryRun, Fleet, Lease
from monitor.acting.limits import DAY_MS, HOUR_MS
from monitor.acting.people import Pause
from monitor.acting.policy import Signal
from monitor.acting.replica_sets import revisions
from monitor.acting.silences import Silence
from tests.acting_safely.situations import BRAKES, LIMITS, plan_of
from tests.acting_safely.worlds import (
    NOW_MS,
    RULES,
    UID,
    deployment,
    entry,
    ledger,
    m_of,
    moment,
    revision_sets,
    served,
    stream,
    template,
)


def changed(thing: Any, *path: str, to: Any) -> Any:
    """A copy of a raw object with one field set, or taken away by None."""
    made = deepcopy(thing)
    at = made
    for name in path[:-1]:
        at = at.setdefault(name, {})
    if to is None:
        at.pop(path[-1], None)
    else:
        at[path[-1]] = to
    return made


def read(*path: str, to: Any, letter: str = "b") -> dict[str, Any]:
    return {"deployment": changed(deployment(letter), *path, to=to)}


def done(*actions: Action, **more: Any) -> dict[str, Any]:
    return {"done": Done(actions, **more)}


def action(ago_ms: int, **said: Any) -> Action:
    usual = {"incident": "i-0", "plan": "p-0", "uid": UID, "namespace": "clinical", "is_automatic": True}
    return Action(at_ms=NOW_MS - ago_ms, **{**usual, **said})


def brakes(**said: Any) -> dict[str, Any]:
    return {"brakes": replace(BRAKES, **said)}


RECENT = LIMITS.rest_ms - 1
OTHER = {"uid": "of-another"}
BY_TIMING = stream(blame_by="timing", may_act=False, blocked_by=["no_control"])

REFUSALS: list[tuple[str, dict[str, Any], Guard, Signal | None]] = [
    ("kill switch", brakes(is_killed=True), Guard.BRAKES, Signal.HELD),
    ("kill switch unreadable", brakes(is_killed=None), Guard.BRAKES, Signal.HELD),
    ("freeze", brakes(freezes=("year-end",)), Guard.BRAKES, Signal.HELD),
    ("pause", brakes(pauses=(Pause("*", NOW_MS + 1, "why", "ann"),)), Guard.BRAKES, Signal.HELD),
    ("silence", brakes(silences=(Silence("s1", "ann", "known"),)), Guard.BRAKES, Signal.HELD),
    ("silences unreadable", brakes(silences=None), Guard.BRAKES, Signal.HELD),
    ("not leading", {"lease": Lease(False, HOUR_MS)}, Guard.LEADER, None),
    ("lease almost over", {"lease": Lease(True, 7_000)}, Guard.LEADER, None),
    ("made anew", read("metadata", "uid", to="another"), Guard.SAME_OBJECT, Signal.GONE),
    ("being deleted", read("metadata", "deletionTimestamp", to="2026-01-01"), Guard.SAME_OBJECT, Signal.HELD),
    ("paused rollout", read("spec", "paused", to=True), Guard.SAME_OBJECT, Signal.HELD),
    ("fixed by others", read("spec", "template", to=template("c")), Guard.STILL_JUDGED, Signal.FIXED),
    (
        "moved after we sent",
        {**read("spec", "template", to=template("c")), "may_have_sent": True},
        Guard.STILL_JUDGED,
        Signal.MOVED,
    ),
    (
        "same model, other template",
        read("spec", "template", "metadata", "labels", "tier", to="gold"),
        Guard.STILL_JUDGED,
        Signal.CHANGED,
    ),
    (
        "owned",
        read("metadata", "ownerReferences", to=[{"kind": "Rollout", "name": "r", "controller": True}]),
        Guard.OURS_ALONE,
        Signal.HELD,
    ),
    (
        "GitOps without strategy",
        read("metadata", "labels", to={"argocd.argoproj.io/instance": "x"}),
        Guard.OURS_ALONE,
        Signal.HELD,
    ),
    ("no record", {"record": None, "plan": plan_of()}, Guard.DATA, Signal.NO_DATA),
    ("out of date", {"record": stream(valid_until=moment(NOW_MS))}, Guard.DATA, Signal.NO_DATA),
    *(
        (f"blocked: {fault}", {"record": stream(blocked_by=[fault], may_act=False)}, Guard.DATA, Signal.NO_DATA)
        for fault in ("stale", "inexact", "immature", "small", "unattributed", "rule_change")
    ),
    ("another revision", {"record": stream(pod_template_hashes=["hash-a"])}, Guard.DATA, Signal.NO_DATA),
    ("another epoch", {"epoch_start_ms": NOW_MS}, Guard.DATA, Signal.NO_DATA),
    ("inexact window", {"record": stream(window={"exact": False})}, Guard.DATA, Signal.NO_DATA),
    ("partitions unread", {"record": stream(data={"coverage": False})}, Guard.DATA, Signal.NO_DATA),
    ("lag", {"record": stream(data={"lag_records": 10_001})}, Guard.DATA, Signal.NO_DATA),
    ("lag unknown", {"record": stream(data={"lag_records": None})}, Guard.DATA, Signal.NO_DATA),
    (
        "old watermark",
        {"record": stream(data={"watermark": moment(NOW_MS - 2 * DAY_MS - 1)})},
        Guard.DATA,
        Signal.NO_DATA,
    ),
    (
        "watermark of tomorrow",
        {"record": stream(data={"watermark": moment(NOW_MS + DAY_MS)})},
        Guard.DATA,
        Signal.NO_DATA,
    ),
    ("rejects", {"record": stream(data={"rejected": 0.011})}, Guard.DATA, Signal.NO_DATA),
    ("rejects NaN", {"record": stream(data={"rejected": float("nan")})}, Guard.DATA, Signal.NO_DATA),
    ("population", {"record": stream(blame="population", blame_by=None)}, Guard.BLAME, Signal.POPULATION),
    ("mixed", {"record": stream(blame="mixed", blame_by=None)}, Guard.BLAME, Signal.NO_DATA),
    ("unknown", {"record": stream(blame="unknown", blame_by=None)}, Guard.BLAME, Signal.NO_DATA),
    ("no blame", {"record": stream(blame=None, blame_by=None)}, Guard.BLAME, Signal.NO_DATA),
    ("blame by nothing", {"record": stream(blame_by=None)}, Guard.BLAME, Signal.NO_DATA),
    ("only suspect", {"record": stream(verdict="SUSPECT")}, Guard.BLAME, Signal.NO_DATA),
    ("no harm metric", {"record": stream(metric="selection_rate")}, Guard.BLAME, Signal.NO_DATA),
    (
        "evidence below",
        {"record": stream(evidence=[{"detector": "concurrent_effect", "log_e": 13.0, "rollback": 13.1}])},
        Guard.BLAME,
        Signal.NO_DATA,
    ),
    (
        "evidence NaN",
        {"record": stream(evidence=[{"detector": "concurrent_effect", "log_e": float("nan"), "rollback": 13.1}])},
        Guard.BLAME,
        Signal.NO_DATA,
    ),
    *(
        (
            f"evidence {log_e} against {level}",
            {"record": stream(evidence=[{"detector": "concurrent_effect", "log_e": log_e, "rollback": level}])},
            Guard.BLAME,
            Signal.NO_DATA,
        )
        for log_e, level in ((math.inf, 13.1), (14.0, -math.inf), (14.0, math.nan), (None, 13.1), (14.0, None))
    ),
    *(
        (
            f"evidence at {said}",
            {"record": stream(evidence=[{"detector": "concurrent_effect", "rollback": 13.1, **said}])},
            Guard.BLAME,
            Signal.NO_DATA,
        )
        for said in ({"level": "watch"}, {"level": "page"}, {"log_e": 13.0, "level": "rollback"})
    ),
    (
        "evidence of D1 alone",
        {"record": stream(evidence=[{"detector": "reference", "log_e": 99.0, "rollback": 13.1}])},
        Guard.BLAME,
        Signal.NO_DATA,
    ),
    ("evidence none", {"record": stream(evidence=[])}, Guard.BLAME, Signal.NO_DATA),
    ("forbidden", {"record": stream(blocked_by=["word_of_tomorrow"])}, Guard.BLAME, Signal.NO_DATA),
    ("may not act, no word why", {"record": stream(may_act=False)}, Guard.BLAME, Signal.NO_DATA),
    (
        "evidence changed since the plan",
        {"record": stream(cells="sha256:other"), "plan": plan_of()},
        Guard.BLAME,
        Signal.CHANGED,
    ),
    ("target condemned", {"ledger": ledger(entry(2, Kind.CONDEMNED, "a"))}, Guard.TARGET, Signal.NO_TARGET),
    ("target at page", {"ledger": ledger(served(2, "a", own="page"))}, Guard.TARGET, Signal.NO_TARGET),
    ("target unproven", {"ledger": type(ledger())()}, Guard.TARGET, Signal.NO_TARGET),
    ("target unaudited", {"must_be_audited": True}, Guard.TARGET, Signal.NO_TARGET),
    (
        "target collected",
        {"known": revisions(deployment("b"), revision_sets("b"), RULES)},
        Guard.TARGET,
        Signal.NO_TARGET,
    ),
    ("target's template swapped", {"plan": plan_of(template=template("c"))}, Guard.TARGET, Signal.NO_TARGET),
    ("target's model misnamed", {"plan": plan_of(target_model=m_of("c"))}, Guard.TARGET, Signal.NO_TARGET),
    ("dry run denied", {"dry_run": DryRun("denied", "policy p")}, Guard.FIT, Signal.DENIED),
    ("dry run impossible", {"dry_run": DryRun("cannot_verify")}, Guard.FIT, Signal.HELD),
    ("dry run mutated", {"dry_run": DryRun("changed")}, Guard.FIT, Signal.HELD),
    ("not tried", {"dry_run": DryRun("untried")}, Guard.FIT, Signal.HELD),
    ("no pod available", read("status", "availableReplicas", to=None), Guard.FIT, Signal.HELD),
    ("only copy, Recreate", read("spec", "strategy", to={"type": "Recreate"}), Guard.FIT, Signal.HELD),
    (
        "all copies at once",
        read("spec", "strategy", to={"rollingUpdate": {"maxUnavailable": "100%", "maxSurge": 0}}),
        Guard.FIT,
        Signal.HELD,
    ),
    ("cool-down", done(action(RECENT)), Guard.COOLDOWN, Signal.HELD),
    ("incident had its rollback", done(accepted=(("i-1", 1),)), Guard.BUDGET, Signal.HELD),
    (
        "incident tried another plan",
        done(action(LIMITS.rest_ms, incident="i-1")),
        Guard.BUDGET,
        Signal.HELD,
    ),
    (
        "re-asserted already",
        {"is_reassertion": True, **done(accepted=(("i-1", 2),))},
        Guard.BUDGET,
        Signal.HELD,
    ),
    ("cluster's hour", done(action(1, **OTHER), action(2, **OTHER)), Guard.BUDGET, Signal.HELD),
    ("namespace in flight", done(in_flight=(("i-9", "clinical"),)), Guard.BUDGET, Signal.HELD),
    ("fleet", {"fleet": Fleet(watched=10, suspects=3)}, Guard.BREAKER, Signal.HELD),
    ("fleet unknown", {"fleet": None}, Guard.BREAKER, Signal.HELD),
    ("ourselves", {"itself": ("clinical", "readmission")}, Guard.NOT_OURSELVES, None),
    ("observe", {"mode": "observe"}, Guard.MODE, Signal.HELD),
    ("shadow", {"mode": "shadow"}, Guard.MODE, Signal.HELD),
    ("approve", {"mode": "approve"}, Guard.MODE, Signal.APPROVE),
    ("by timing", {"record": BY_TIMING}, Guard.MODE, Signal.APPROVE),
    ("the monitor's mode", {"record": stream(may_act=False, blocked_by=["mode"])}, Guard.MODE, Signal.APPROVE),
    ("intent not durable", {"is_intent_durable": False}, Guard.INTENT, None),
]
