"""Where an incident stands is folded from the audit log; planning and lifting follow from the guards."""

from dataclasses import replace
from typing import Any

import pytest

from monitor.acting.answers import conflicted
from monitor.acting.approval import Approval
from monitor.acting.effects import Effect, effects
from monitor.acting.entries import Entry, Kind
from monitor.acting.guards.refusal import Guard
from monitor.acting.incidents import Incident, incidents
from monitor.acting.limits import Limits
from monitor.acting.planning import best_target, lifted, planned, without_target
from monitor.acting.policy import Signal, State
from monitor.acting.target import Candidate, Choice, Wanted
from tests.acting_safely.situations import BRAKES, plan_of, situation
from tests.acting_safely.worlds import NOW_MS, RULES, deployment, ledger, m_of, r_of, served, stream, template


def after(*steps: tuple[State, Signal] | tuple[State, Signal, dict[str, Any]]) -> Incident:
    log = []
    for seq, (state, signal, *more) in enumerate(steps, start=1):
        said: dict[str, Any] = {"details": {}, **(more[0] if more else {})}
        kind = Kind.INTENT if state is State.EXECUTING else Kind.JUDGED
        log.append(
            Entry(seq=seq, at_ms=seq, kind=kind, actor="fairdrift", incident="i", state=state, signal=signal, **said)
        )
    return incidents(log)["i"]


GO = (State.EXECUTING, Signal.AUTO, {"plan": "p"})


def test_it_stands_where_the_last_entry_says_since_then() -> None:
    found = after(
        (State.ATTRIBUTING, Signal.PAGE), (State.CONDEMNED, Signal.REVISION), (State.PLANNING, Signal.WRITTEN)
    )
    assert (found.state, found.since_ms, found.is_open) == (State.PLANNING, 3, True)
    assert not after((State.ATTRIBUTING, Signal.PAGE), (State.OBSERVING, Signal.GONE)).is_open


def test_an_entry_that_enters_no_state_moves_nothing() -> None:
    note = Entry(seq=2, at_ms=9, kind=Kind.APPROVED, actor="ann", incident="i", plan="q")
    found = after((State.AWAITING_APPROVAL, Signal.APPROVE, {"plan": "p"})).after(note)
    assert (found.state, found.since_ms) == (State.AWAITING_APPROVAL, 1)


def test_an_intent_with_nothing_after_it_may_have_been_sent() -> None:
    assert after(GO).has_intent
    assert not after(GO, (State.VERIFYING, Signal.ACCEPTED)).has_intent
    assert not after(GO, (State.PLANNING, Signal.CONFLICT)).has_intent


@pytest.mark.parametrize(
    ("state", "signal", "details", "expected"),
    [
        (State.FAILED, Signal.ERROR, {}, True),
        (State.CONTESTED, Signal.MOVED, {}, True),
        (State.FAILED, Signal.ERROR, {"is_written": False}, False),
        (State.FAILED, Signal.DENIED, {}, False),
        (State.PLANNING, Signal.CONFLICT, {}, False),
        (State.VERIFYING, Signal.ACCEPTED, {}, False),
    ],
)
def test_only_a_read_settles_an_attempt_that_may_have_been_written(
    state: State, signal: Signal, details: dict[str, Any], expected: bool
) -> None:
    assert after(GO, (state, signal, {"details": details})).is_unsettled is expected


def test_an_unsettled_attempt_stays_so_until_executing_reads_again() -> None:
    steps = [GO, (State.FAILED, Signal.ERROR), (State.PLANNING, Signal.TRANSIENT)]
    assert after(*steps).is_unsettled  # type: ignore[arg-type]
    assert not after(*steps, GO, (State.PLANNING, Signal.CONFLICT)).is_unsettled  # type: ignore[arg-type]


def test_a_patch_is_remembered_with_its_generation() -> None:
    accepted = (State.VERIFYING, Signal.ACCEPTED, {"generation": 8})
    found = after(GO, accepted, (State.CONTESTED, Signal.MOVED), (State.VERIFYING, Signal.RETURNED))
    assert (found.patched_ms, found.generation) == (2, 8)
    assert (after(GO).patched_ms, after(GO).generation) == (None, 0)


def test_what_it_has_cost_is_counted_and_never_reset() -> None:
    found = after(
        GO,
        (State.FAILED, Signal.ERROR),
        (State.PLANNING, Signal.TRANSIENT),
        (State.UNDECIDED, Signal.NO_DATA),
        (State.OBSERVING, Signal.CLEAR),
        (State.CONTESTED, Signal.MOVED),
        (State.EXECUTING, Signal.REASSERT),
    )
    assert (found.failures, found.endings, found.reassertions, found.has_ended_twice) == (1, 1, 1, False)
    undecided = [(State.ATTRIBUTING, Signal.EVIDENCE), (State.UNDECIDED, Signal.UNKNOWN)]
    assert after(*undecided, *undecided).has_ended_twice  # type: ignore[arg-type]
    suspected = [(State.SUSPECTED, Signal.WATCH), (State.UNDECIDED, Signal.NO_DATA)]
    assert not after(*suspected, *suspected).has_ended_twice, "nobody was paged yet"  # type: ignore[arg-type]


def test_only_a_re_assertion_counts_as_one() -> None:
    assert after(GO, GO).reassertions == 0
    again = (State.EXECUTING, Signal.REASSERT)
    assert after(GO, again, again).reassertions == 2


def test_incidents_are_told_apart() -> None:
    log = [Entry(seq=n, at_ms=n, kind=Kind.JUDGED, actor="x", incident=f"i{n}", state=State.SUSPECTED) for n in (1, 2)]
    assert set(incidents([*log, Entry(seq=3, at_ms=3, kind=Kind.STARTED, actor="x")])) == {"i1", "i2"}


def test_approving_a_plan_by_timing_condemns_first() -> None:
    assert effects(State.EXECUTING, Signal.APPROVED, is_by_timing=True) == (
        Effect.CONDEMN,
        Effect.WRITE_INTENT,
        Effect.GUARD_AND_PATCH,
    )
    assert Effect.CONDEMN not in effects(State.EXECUTING, Signal.APPROVED, is_by_timing=False)
    assert Effect.CONDEMN not in effects(State.AWAITING_APPROVAL, Signal.APPROVE, is_by_timing=True)


@pytest.mark.parametrize(
    ("said", "signal"),
    [
        ({}, Signal.AUTO),
        ({"is_intent_durable": False}, Signal.AUTO),
        ({"mode": "approve"}, Signal.APPROVE),
        ({"mode": "shadow"}, Signal.HELD),
        ({"record": None, "plan": plan_of()}, Signal.NO_DATA),
        ({"deployment": deployment("c")}, Signal.FIXED),
        ({"deployment": deployment("c"), "may_have_sent": True}, Signal.FIXED),
        ({"deployment": deployment("a")}, Signal.FIXED),
        ({"deployment": deployment("a"), "may_have_sent": True}, Signal.AUTO),
        ({"ledger": type(ledger())()}, Signal.NO_TARGET),
    ],
    ids=[
        "free",
        "intent not yet written",
        "a person decides",
        "shadow",
        "no data",
        "fixed",
        "fixed after we sent",
        "at the target by others",
        "at the target by us after all",
        "no target",
    ],
)
def test_planning_has_one_way_out(said: dict[str, Any], signal: Signal) -> None:
    assert planned(situation(**said)).signal is signal


def test_a_yes_given_before_the_plan_is_shown_is_heard_when_it_is() -> None:
    now = situation(mode="approve")
    early = Approval(now.plan.hash, "ann", True, NOW_MS - 1, NOW_MS + 1)
    assert planned(replace(now, approval=early)).signal is Signal.APPROVE
    by_timing = situation(record=stream(blame_by="timing", may_act=False, blocked_by=["no_control"]))
    early = Approval(by_timing.plan.hash, "ann", True, NOW_MS - 1, NOW_MS + 1)
    assert planned(replace(by_timing, approval=early)).signal is Signal.APPROVE, "else nobody would condemn"


WAITING = Incident("i-1", "d", "clinical", "readmission", m_of("b"), state=State.SUPPRESSED)


def test_what_held_a_plan_is_lifted_when_it_is_gone() -> None:
    assert lifted(situation(), WAITING).signal is Signal.LIFTED
    assert lifted(situation(mode="approve"), WAITING).signal is Signal.LIFTED
    held = lifted(situation(brakes=replace(BRAKES, is_killed=True)), WAITING)
    assert held.signal is None
    assert held.refusal is not None
    assert held.refusal.guard is Guard.BRAKES
    assert lifted(situation(deployment=deployment("c")), WAITING).signal is Signal.FIXED


@pytest.mark.parametrize("signal", [Signal.REJECTED, Signal.EXPIRED])
def test_a_plan_that_was_turned_down_is_not_shown_again(signal: Signal) -> None:
    now = situation(mode="approve")
    shown = (State.AWAITING_APPROVAL, Signal.APPROVE, {"plan": now.plan.hash})
    turned_down = after(shown, (State.SUPPRESSED, signal))
    assert lifted(now, turned_down).signal is None
    other = replace(now, plan=replace(now.plan, by="person"))
    assert lifted(other, turned_down).signal is Signal.LIFTED


def test_an_immutable_target_comes_before_one_a_person_must_approve() -> None:
    tagged = template("c")
    tagged["spec"]["containers"][0]["image"] = "x:latest"
    later = served(2, "c", last_served_ms=NOW_MS)
    offered = [
        Candidate(template("a"), r_of("a"), m_of("a"), "replica_set", {}),
        Candidate(tagged, "r-tagged", m_of("c"), "replica_set", {}),
    ]
    wanted = Wanted(m_of("b"), template("b"), {"app": "readmission"}, RULES, must_be_immutable=False)
    choice = best_target(offered, ledger(later), wanted, NOW_MS)
    assert choice.target is not None
    assert choice.target.model_identity == m_of("a")
    only = best_target(offered[1:], ledger(later), wanted, NOW_MS)
    assert only.target is not None
    assert only.target.template_identity == "r-tagged"
    assert best_target(offered[1:], ledger(later), replace(wanted, must_be_immutable=True), NOW_MS).target is None


def test_without_a_target_a_new_good_one_or_a_fix_by_others_goes_on() -> None:
    good = Candidate(template("a"), r_of("a"), m_of("a"), "replica_set", {})
    assert without_target(Choice(None, ()), m_of("b"), m_of("b")) is None
    assert without_target(Choice(good, ()), m_of("b"), m_of("b")) is Signal.NEW_GOOD
    assert without_target(Choice(good, ()), m_of("c"), m_of("b")) is Signal.FIXED


def test_races_are_lost_three_times_in_a_row_and_then_a_person_looks() -> None:
    lost = [GO, (State.PLANNING, Signal.CONFLICT)]
    assert after(*lost, *lost).conflicts == 2  # type: ignore[arg-type]
    assert after(*lost, GO).conflicts == 1  # type: ignore[arg-type]
    assert after(*lost, GO, (State.FAILED, Signal.ERROR), (State.PLANNING, Signal.TRANSIENT)).conflicts == 0  # type: ignore[arg-type]
    assert [conflicted(before, Limits()) for before in range(3)] == [Signal.CONFLICT, Signal.CONFLICT, Signal.ERROR]
