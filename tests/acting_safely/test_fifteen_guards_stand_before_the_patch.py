"""G0 to G14: each refuses by its own condition, names its numbers, gives its signal; they are asked in order."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from monitor.acting.guards.order import ORDER, Cleared, clear, refusal
from monitor.acting.guards.refusal import Guard, Refusal
from monitor.acting.guards.situation import DryRun, Fleet, Lease, Situation
from monitor.acting.known_good import Ledger
from monitor.acting.limits import DAY_MS, HOUR_MS
from monitor.acting.people import Pause
from monitor.acting.policy import TABLE, Signal, State, step
from monitor.acting.replica_sets import revisions
from tests.acting_safely.refusals import BY_TIMING, LIMITS, OTHER, RECENT, REFUSALS, action, brakes, changed, done, read
from tests.acting_safely.situations import plan_of, situation
from tests.acting_safely.worlds import RULES, deployment, revision_sets, stream, template


@pytest.mark.parametrize(("said", "guard", "signal"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS])
def test_a_guard_refuses_and_says_which_it_is(said: dict[str, Any], guard: Guard, signal: Signal | None) -> None:
    no = clear(situation(**said))
    assert isinstance(no, Refusal)
    assert (no.guard, no.signal) == (guard, signal), str(no)
    assert no.why
    assert str(no).startswith(f"{guard}: ")


def test_every_guard_is_refused_by_at_least_one_of_these() -> None:
    assert {guard for _, _, guard, _ in REFUSALS} == set(Guard)


def test_a_situation_without_fault_is_cleared_on_its_very_read() -> None:
    cleared = clear(situation())
    assert isinstance(cleared, Cleared)
    assert (cleared.version, cleared.skipped) == ("1001", ())


def test_a_read_that_cannot_be_a_precondition_stops() -> None:
    no = clear(situation(**read("metadata", "resourceVersion", to=None)))
    assert isinstance(no, Refusal)
    assert (no.guard, no.signal) == (Guard.SAME_OBJECT, None)


def spoil(now: Situation, guard: Guard) -> Situation:
    """The same situation, refused by one guard more."""
    assert now.record is not None
    match guard:
        case Guard.BRAKES:
            return replace(now, brakes=replace(now.brakes, is_killed=True))
        case Guard.LEADER:
            return replace(now, lease=Lease(False, 0))
        case Guard.SAME_OBJECT:
            return replace(now, deployment=changed(now.deployment, "spec", "paused", to=True))
        case Guard.STILL_JUDGED:
            return replace(now, plan=replace(now.plan, judged_template="another"))
        case Guard.OURS_ALONE:
            owners = [{"kind": "Rollout", "name": "r", "controller": True}]
            return replace(now, deployment=changed(now.deployment, "metadata", "ownerReferences", to=owners))
        case Guard.DATA:
            data = msgspec.structs.replace(now.record.data, coverage=False)
            return replace(now, record=msgspec.structs.replace(now.record, data=data))
        case Guard.BLAME:
            return replace(now, record=msgspec.structs.replace(now.record, blame="population"))
        case Guard.TARGET:
            return replace(now, ledger=Ledger())
        case Guard.FIT:
            return replace(now, dry_run=DryRun("denied"))
        case Guard.COOLDOWN:
            return replace(now, done=replace(now.done, actions=(action(RECENT),)))
        case Guard.BUDGET:
            return replace(now, done=replace(now.done, in_flight=(("i-9", "clinical"),)))
        case Guard.BREAKER:
            return replace(now, fleet=None)
        case Guard.NOT_OURSELVES:
            return replace(now, itself=("clinical", "readmission"))
        case Guard.MODE:
            return replace(now, mode="approve")
        case Guard.INTENT:
            return replace(now, is_intent_durable=False)


def test_guards_are_asked_in_their_order() -> None:
    assert [guard for guard, _ in ORDER] == list(Guard)
    assert [guard.value for guard in Guard] == [f"G{n}" for n in range(15)]
    now = situation()
    for guard in reversed(Guard):
        now = spoil(now, guard)
        no = refusal(now)
        assert no is not None
        assert no.guard is guard


@pytest.mark.parametrize("guard", Guard)
def test_only_the_guards_before_one_are_asked_if_so_wished(guard: Guard) -> None:
    now = spoil(situation(), guard)
    assert refusal(now, before=guard) is None
    assert refusal(now) is not None


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        (done(action(RECENT)), {"since_ms": RECENT, "needed_ms": 8 * DAY_MS}),
        ({"fleet": Fleet(10, 4)}, {"suspects": 4, "watched": 10, "count": 3, "share": 0.3}),
        ({"lease": Lease(True, 6_999)}, {"left_ms": 6_999, "needed_ms": 7_000}),
        ({"record": stream(data={"lag_records": 99_999})}, {"lag_records": 99_999, "limit": 10_000}),
        ({"record": stream(data={"rejected": 0.5})}, {"rejected": 0.5, "limit": 0.01}),
        (
            {"record": stream(evidence=[{"detector": "revision_effect", "log_e": 1.5, "rollback": 13.1}])},
            {"revision_effect.log_e": 1.5, "revision_effect.rollback": 13.1},
        ),
        (done(in_flight=(("i-8", "clinical"), ("i-9", "clinical"))), {"in_flight": 2, "limit": 1}),
        (done(accepted=(("i-1", 1),)), {"accepted": 1, "allowed": 0, "other_plans": 0}),
        (done(action(1, **OTHER), action(2, **OTHER)), {"actions": 2, "limit": 2, "within_ms": HOUR_MS}),
        (brakes(pauses=(Pause("*", 5, "flu", "ann"),)), {"until_ms": 5, "by": "ann", "reason": "flu"}),
    ],
)
def test_a_refusal_names_its_numbers(said: dict[str, Any], numbers: dict[str, Any]) -> None:
    no = refusal(situation(**said))
    assert no is not None
    assert dict(no.numbers) == numbers


@pytest.mark.parametrize(
    "said",
    [
        {"lease": Lease(True, 7_001)},
        brakes(silences=None, blind_allowed=True),
        {"fleet": Fleet(watched=11, suspects=3)},
        {"fleet": Fleet(watched=2, suspects=2)},
        done(action(LIMITS.rest_ms)),
        done(action(1, **OTHER)),
        done(in_flight=(("i-9", "another"),)),
        done(in_flight=(("i-1", "clinical"),)),
        {"record": stream(data={"lag_records": 10_000})},
        {"record": stream(data={"lag_records": 0})},
        {"record": stream(data={"rejected": 0.01})},
        {"epoch_start_ms": None},
        read("metadata", "ownerReferences", to=[{"kind": "App", "name": "x"}]),
        {
            **read("metadata", "labels", to={"argocd.argoproj.io/instance": "x"}),
            "gitops_strategies": {"argocd": "gate"},
        },
        {**read("spec", "replicas", to=0)},
        {**read("spec", "replicas", to=1)},
        {
            "stored": {plan_of().target_template: template("a")},
            "known": revisions(deployment("b"), revision_sets("b"), RULES),
        },
        {"record": BY_TIMING, "timing_may_act": True},
        {"record": BY_TIMING, "has_shadow_traffic": True},
        {"record": stream(evidence=[{"detector": "concurrent_effect", "log_e": 13.1, "rollback": 13.1}])},
        {"record": stream(evidence=[{"detector": "concurrent_effect", "rollback": 13.1, "level": "rollback"}])},
    ],
)
def test_at_the_limit_it_still_passes(said: dict[str, Any]) -> None:
    assert isinstance(clear(situation(**said)), Cleared)


def test_shadow_needs_no_lease_and_no_trial_and_still_never_passes() -> None:
    no = refusal(situation(mode="shadow", lease=Lease(False, 0), dry_run=DryRun("untried")))
    assert no is not None
    assert (no.guard, no.signal) == (Guard.MODE, Signal.HELD)


@pytest.mark.parametrize(("said", "signal"), [(r[1], r[3]) for r in REFUSALS], ids=[r[0] for r in REFUSALS])
def test_a_refusal_leads_out_of_executing_and_planning_or_stops(said: dict[str, Any], signal: Signal | None) -> None:
    no = clear(situation(**said))
    assert isinstance(no, Refusal)
    for state in (State.PLANNING, State.EXECUTING):
        heard = no.signal_in(state)
        if heard is None:
            assert signal is None
        else:
            assert heard in TABLE[state], f"{heard} would be lost in {state}"
            assert step(state, heard) is not State.EXECUTING


@pytest.mark.parametrize(("is_killed", "why"), [(True, "is on"), (None, "cannot be read")])
def test_a_kill_switch_that_cannot_be_read_is_told_from_one_that_is_on(is_killed: bool | None, why: str) -> None:
    no = refusal(situation(**brakes(is_killed=is_killed)))
    assert no is not None
    assert no.why == f"the kill switch {why}"
