"""When a roll-out is complete, late, stalled or taken away (T14, T15, T16, as far as they are pure)."""

from dataclasses import replace
from typing import Any

import pytest

from monitor.acting.completion import Patched, Progress, completion_signal, grace_ms, progress
from monitor.acting.policy import TABLE, Signal, State
from monitor.acting.replica_sets import revisions
from tests.acting_safely.refusals import changed
from tests.acting_safely.situations import plan_of
from tests.acting_safely.worlds import NOW_MS, RULES, deployment, replica_set

PATCHED = Patched(generation=7, at_ms=NOW_MS)


def looked(read: dict[str, Any] | None = None, active: int = 3, patched: Patched = PATCHED) -> Progress:
    read = deployment("a") if read is None else read
    sets = [replica_set("a", 1, status={"replicas": active}), replica_set("b", 2)]
    return progress(plan_of(), read, revisions(read, sets, RULES), patched)


def test_all_pods_run_the_target() -> None:
    assert looked() == Progress(
        is_moved=False, is_replaced=True, is_terminating=None, has_stalled=False, is_unverifiable=False
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("observedGeneration", 6),
        ("observedGeneration", None),
        ("updatedReplicas", 2),
        ("updatedReplicas", None),
        ("replicas", 4),
        ("availableReplicas", 2),
    ],
)
def test_one_number_short_is_not_replaced(name: str, value: int | None) -> None:
    assert not looked(changed(deployment("a"), "status", name, to=value)).is_replaced


def test_numbers_of_before_the_patch_count_for_nothing() -> None:
    assert not looked(patched=Patched(generation=8, at_ms=NOW_MS)).is_replaced


def test_the_targets_replica_set_must_be_the_active_one() -> None:
    assert not looked(active=2).is_replaced
    read = deployment("a")
    assert not progress(plan_of(), read, revisions(read, [replica_set("b", 2)], RULES), PATCHED).is_replaced


def test_a_scaled_deployment_still_completes() -> None:
    scaled = deployment("a", replicas=5)
    scaled["metadata"]["generation"] = scaled["status"]["observedGeneration"] = 9
    scaled["status"] |= {"replicas": 5, "updatedReplicas": 5, "availableReplicas": 5}
    assert looked(scaled, active=5).is_replaced


def test_a_generation_with_another_template_is_contested() -> None:
    assert looked(deployment("b")).is_moved


def test_a_deployment_that_names_no_number_wants_one_pod() -> None:
    one = changed(deployment("a"), "spec", "replicas", to=None)
    one["status"] |= {"replicas": 1, "updatedReplicas": 1, "availableReplicas": 1}
    assert looked(one, active=1).is_replaced
    assert not looked(one, active=1).is_unverifiable


def test_no_pods_wanted_is_complete_and_unverifiable() -> None:
    none = deployment("a", replicas=0)
    none["status"] = {"observedGeneration": 7}
    seen = looked(none, active=0)
    assert (seen.is_replaced, seen.is_unverifiable) == (True, True)


@pytest.mark.parametrize(("count", "expected"), [(0, False), (1, True)])
def test_terminating_pods_still_answer(count: int, expected: bool) -> None:
    assert looked(changed(deployment("a"), "status", "terminatingReplicas", to=count)).is_terminating is expected


STALE, FRESH = "2027-01-15T07:59:59Z", "2027-01-15T08:00:01Z"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"type": "Progressing", "reason": "ProgressDeadlineExceeded", "lastUpdateTime": STALE}, False),
        ({"type": "Progressing", "reason": "ProgressDeadlineExceeded", "lastUpdateTime": FRESH}, True),
        ({"type": "Progressing", "reason": "ProgressDeadlineExceeded"}, False),
        ({"type": "Progressing", "reason": "ReplicaSetUpdated", "lastUpdateTime": FRESH}, False),
        ({"type": "Available", "reason": "ProgressDeadlineExceeded", "lastUpdateTime": FRESH}, False),
    ],
    ids=["of the roll-out undone", "of ours", "no time", "another reason", "another type"],
)
def test_a_stale_condition_is_about_another_rollout(condition: dict[str, str], expected: bool) -> None:
    assert looked(changed(deployment("a"), "status", "conditions", to=[condition])).has_stalled is expected


RUNNING = Progress(False, False, None, False, False)
DONE = Progress(False, True, False, False, False)
UNCOUNTED = replace(DONE, is_terminating=None)


@pytest.mark.parametrize(
    ("seen", "replaced_ms", "now_ms", "verifying", "failed"),
    [
        (DONE, 10, 10, Signal.COMPLETE, Signal.LATE_COMPLETE),
        (replace(DONE, is_terminating=True), 10, 99, None, None),
        (UNCOUNTED, 10, 39, None, None),
        (UNCOUNTED, 10, 40, Signal.COMPLETE, Signal.LATE_COMPLETE),
        (UNCOUNTED, None, 99, None, None),
        (RUNNING, None, 99, None, None),
        (RUNNING, None, 100, Signal.DEADLINE, None),
        (replace(RUNNING, has_stalled=True), None, 1, Signal.DEADLINE, None),
        (replace(DONE, is_moved=True), 10, 10, Signal.MOVED, None),
        (DONE, 10, 1_000, Signal.COMPLETE, Signal.LATE_COMPLETE),
        (replace(DONE, has_stalled=True), 10, 10, Signal.COMPLETE, Signal.LATE_COMPLETE),
    ],
    ids=[
        "done",
        "old pods end",
        "grace not over",
        "grace over",
        "not seen replaced",
        "running",
        "our deadline",
        "the server's deadline",
        "moved",
        "done at last",
        "done though once stalled",
    ],
)
def test_each_look_gives_its_signal(
    seen: Progress, replaced_ms: int | None, now_ms: int, verifying: Signal | None, failed: Signal | None
) -> None:
    for state, expected in ((State.VERIFYING, verifying), (State.FAILED, failed)):
        found = completion_signal(
            state, seen, patched_ms=7, replaced_ms=replaced_ms, now_ms=now_ms, deadline_ms=93, grace_ms=30
        )
        assert found is expected
        assert found is None or found in TABLE[state]


def test_the_grace_is_that_of_the_template_that_is_left() -> None:
    assert grace_ms({"spec": {"terminationGracePeriodSeconds": 0}}) == 0
    assert grace_ms({"spec": {}}) == 30_000
