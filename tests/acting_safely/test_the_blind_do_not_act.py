"""Ten thousand blind situations give no action, through the whole table of states; a seeing one gives its one patch."""

from collections import Counter
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.acting.approval import Approval
from monitor.acting.attribution import why_another_epoch, why_unattributed
from monitor.acting.guards.order import Cleared, clear
from monitor.acting.guards.situation import Situation
from monitor.acting.incidents import Incident
from monitor.acting.patch import Patch, patch
from monitor.acting.planning import lifted, planned
from monitor.acting.policy import Signal, State, step
from monitor.acting.watching import Watched, signal
from tests.acting_safely import blindness
from tests.acting_safely.situations import situation
from tests.acting_safely.worlds import FNR, NOW_MS, stream

EXAMPLES = 10_000
BY_TIMING = stream(blame_by="timing", may_act=False, blocked_by=["no_control"])

SEEING: dict[str, dict[str, Any]] = {
    "auto": {},
    "approved": {"mode": "approve"},
    "timing may act": {"record": BY_TIMING, "timing_may_act": True},
    "timing approved": {"record": BY_TIMING},
}


@cache
def seeing(name: str) -> Situation:
    """A case that is acted on, with a person's yes where one is needed."""
    now = situation(**SEEING[name])
    yes = Approval(now.plan.hash, "ann", True, NOW_MS - 1, NOW_MS + 1)
    return replace(now, approval=yes) if "approved" in name else now


def heard(state: State, now: Situation) -> Signal | None:
    """The signal of one cycle, as the controller computes it."""
    match state:
        case State.CONDEMNED:
            return Signal.WRITTEN
        case State.PLANNING:
            return planned(now).signal
        case State.SUPPRESSED:
            waiting = Incident("i-1", now.plan.uid, "clinical", "readmission", now.plan.judged_model, state=state)
            return lifted(now, waiting).signal
        case State.AWAITING_APPROVAL:
            return Signal.APPROVED if now.is_approved else None
        case _:
            records = () if now.record is None else (now.record,)
            why = now.record and (
                why_unattributed(now.record, now.plan.judged_model, now.known)
                or why_another_epoch(now.record, now.epoch_start_ms, now.pane_ms)
            )
            watched = Watched(records, (("sex", "female", FNR),), not why, since_ms=NOW_MS, now_ms=now.now_ms)
            return signal(state, watched, timing_may_act=now.timing_may_act, decision_ms=900_000)


def driven(now: Situation) -> list[Patch]:
    """Every patch that would go out, if the situation stayed as it is."""
    state, sent = State.OBSERVING, []
    for _ in range(30):
        if state is State.EXECUTING:
            cleared = clear(now)
            made = patch(cleared) if isinstance(cleared, Cleared) else None
            sent += [made] if made is not None else []
            return sent
        said = heard(state, now)
        if said is None:
            return sent
        state = step(state, said)
    return sent


@pytest.mark.parametrize("name", SEEING)
def test_who_sees_acts_once(name: str) -> None:
    assert isinstance(clear(seeing(name)), Cleared)
    (made,) = driven(seeing(name))
    assert not made.is_dry_run


@pytest.mark.parametrize("kind", blindness.KINDS)
def test_ten_thousand_blind_situations_give_no_action(kind: str) -> None:
    share = EXAMPLES // len(blindness.KINDS)
    met: Counter[str] = Counter()

    @settings(max_examples=share, deadline=None, derandomize=True, database=None)
    @given(st.sampled_from(sorted(SEEING)), blindness.KINDS[kind], st.lists(blindness.ANY, max_size=2))
    def blind(name: str, spoil: blindness.Spoil, further: list[blindness.Spoil]) -> None:
        now = seeing(name)
        for one in (spoil, *further):
            now = one(now)
        met[kind] += 1
        assert not isinstance(clear(now), Cleared)
        assert driven(now) == []

    blind()
    assert met[kind] >= share


@pytest.mark.parametrize("kind", blindness.KINDS)
@pytest.mark.parametrize("name", SEEING)
def test_each_way_of_being_blind_is_enough_by_itself(kind: str, name: str) -> None:
    @settings(max_examples=60, deadline=None, derandomize=True, database=None)
    @given(blindness.KINDS[kind])
    def blind(spoil: blindness.Spoil) -> None:
        assert not isinstance(clear(spoil(seeing(name))), Cleared)

    blind()
