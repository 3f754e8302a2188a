"""Budgets: one rollback an incident, few a week, and what may have been written counts as written."""

from dataclasses import replace
from typing import Any

import pytest

from monitor.acting.actions import Done
from monitor.acting.entries import Entry, Kind
from monitor.acting.guards.order import Cleared, clear, refusal
from monitor.acting.guards.refusal import Guard, Refusal
from monitor.acting.limits import DAY_MS, HOUR_MS, Limits
from monitor.acting.policy import TABLE, Signal, State
from tests.acting_safely.refusals import LIMITS, action, done
from tests.acting_safely.situations import situation
from tests.acting_safely.worlds import entry


def test_a_second_automatic_rollback_in_a_week_is_held_and_a_person_has_three() -> None:
    old = action(LIMITS.rest_ms)
    long = replace(LIMITS, budget_ms=30 * DAY_MS)
    no = refusal(situation(limits=long, **done(old)))
    assert no is not None
    assert (no.guard, dict(no.numbers)["limit"]) == (Guard.BUDGET, 1)
    asks = situation(limits=long, mode="approve", **done(old))
    no = refusal(asks)
    assert no is not None
    assert no.guard is Guard.MODE, "an automatic one does not spend the budget of approved ones"
    spent = replace(asks, done=Done(tuple(replace(old, plan=f"p{n}", is_automatic=False) for n in range(3))))
    no = refusal(spent)
    assert no is not None
    assert (no.guard, dict(no.numbers)["actions"]) == (Guard.BUDGET, 3)


def test_the_intent_just_written_does_not_hold_its_own_plan() -> None:
    now = situation()
    own = action(0, incident="i-1", plan=now.plan.hash)
    assert isinstance(clear(replace(now, done=Done((own,), in_flight=(("i-1", "clinical"),)))), Cleared)
    elsewhere = replace(own, incident="i-0")
    assert isinstance(clear(replace(now, done=Done((elsewhere,)))), Refusal), "the same plan in another incident counts"


def test_a_re_assertion_is_the_same_action_once() -> None:
    now = situation(is_reassertion=True)
    own = action(DAY_MS, incident="i-1", plan=now.plan.hash)
    assert isinstance(clear(replace(now, done=Done((own,), accepted=(("i-1", 1),)))), Cleared)
    assert isinstance(clear(replace(now, done=Done((own,), accepted=(("i-1", 2),)))), Refusal)


def test_actions_are_what_may_have_been_written() -> None:
    def said(seq: int, kind: Kind, **more: Any) -> Entry:
        return entry(seq, kind, incident="i", plan="p", namespace="clinical", **more)

    sent = said(1, Kind.INTENT, state=State.EXECUTING, is_automatic=False, at_ms=5)
    refused = said(2, Kind.FAILED, state=State.FAILED, is_written=False)
    found = Done.of([sent])
    assert [(one.at_ms, one.is_automatic) for one in found.actions] == [(5, False)]
    assert found.in_flight == (("i", "clinical"),)
    assert Done.of([sent, refused]) == Done(accepted=(("i", 0),))
    again = said(3, Kind.INTENT, at_ms=9)
    assert len(Done.of([sent, again, refused]).actions) == 1, "the first try may have been written"
    assert len(Done.of([sent, said(2, Kind.FAILED, state=State.FAILED)]).actions) == 1
    accepted = said(4, Kind.PATCHED, state=State.VERIFYING, signal=Signal.ACCEPTED)
    returned = said(5, Kind.PATCHED, state=State.VERIFYING, signal=Signal.RETURNED)
    assert Done.of([sent, accepted, returned]).accepted_in("i") == 1


@pytest.mark.parametrize("signal", [one for one in TABLE[State.EXECUTING] if one is not Signal.GONE])
def test_leaving_without_a_write_costs_no_budget(signal: Signal) -> None:
    state = TABLE[State.EXECUTING][signal]
    sent = entry(1, Kind.INTENT, incident="i", plan="p", state=State.EXECUTING, signal=Signal.AUTO)
    left = entry(2, Kind.JUDGED, incident="i", state=state, signal=signal)
    may_be_written = signal in (Signal.ACCEPTED, Signal.ALREADY, Signal.ERROR, Signal.MOVED)
    assert bool(Done.of([sent, left]).actions) is may_be_written
    later = entry(3, Kind.JUDGED, incident="i", state=State.SUPPRESSED, signal=Signal.HELD)
    assert bool(Done.of([sent, left, later]).actions) is may_be_written, "what came after is about something else"
    other = entry(2, Kind.JUDGED, incident="another", state=state, signal=signal)
    assert Done.of([sent, other]).actions


def test_the_limits_are_those_of_the_design() -> None:
    # Design of the rollback, section 8, "Defaults (judgement)"; the rest as its settings say.
    limits = Limits()
    assert (DAY_MS, HOUR_MS) == (86_400_000, 3_600_000)
    assert (limits.cooldown_ms, limits.budget_ms) == (24 * HOUR_MS, 7 * DAY_MS)
    assert (limits.automatic, limits.approved, limits.cluster_hour) == (1, 3, 2)
    assert (limits.breaker_share, limits.breaker_count) == (0.3, 3)
    assert (limits.approval_ms, limits.decision_ms) == (4 * HOUR_MS, HOUR_MS // 4)
    assert (limits.reassertions, limits.conflicts) == (1, 3)
    assert (limits.window_ms, limits.label_age_ms, limits.rest_ms) == (28 * DAY_MS, 0, 28 * DAY_MS)
    assert (limits.lag_records, limits.watermark_age_ms, limits.rejected) == (10_000, 2 * DAY_MS, 0.01)
    assert (limits.request_timeout_ms, limits.lease_margin_ms) == (5_000, 2_000)
    assert Limits(cooldown_ms=40 * DAY_MS).rest_ms == 40 * DAY_MS
