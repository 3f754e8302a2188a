"""The state machine: every cell, the absent ones too. The expected cells come from the design, not from the code."""

from pathlib import Path
from typing import Final

import pytest

from monitor.acting.effects import ON_ENTRY, RECORDED_AS, Effect
from monitor.acting.entries import Kind
from monitor.acting.policy import TABLE, Signal, State, UnknownSignal, step
from monitor.acting.states_page import COMMAND, page

CELLS: Final = """
observing watch suspected
observing page attributing
suspected page attributing
suspected clear observing
suspected no_data undecided
attributing revision condemned
attributing timing planning
attributing population population_shift
attributing mixed undecided
attributing unknown undecided
attributing no_data undecided
attributing timeout undecided
undecided evidence attributing
undecided clear observing
undecided override planning
undecided twice escalated
undecided ack observing
population_shift clear observing
population_shift new_revision observing
population_shift ack observing
condemned written planning
planning auto executing
planning approve awaiting_approval
planning no_target no_target
planning held suppressed
planning no_data undecided
planning population population_shift
planning fixed resolved
no_target new_good planning
no_target fixed resolved
no_target ack observing
suppressed lifted planning
suppressed fixed resolved
suppressed ack observing
awaiting_approval approved executing
awaiting_approval rejected suppressed
awaiting_approval expired suppressed
awaiting_approval changed planning
awaiting_approval fixed resolved
executing accepted verifying
executing already verifying
executing conflict planning
executing no_data planning
executing population planning
executing held suppressed
executing denied failed
executing error failed
executing fixed resolved
executing moved contested
verifying complete soaking
verifying deadline failed
verifying moved contested
soaking passed resolved
soaking no_better ineffective
soaking moved contested
soaking no_data_long escalated
contested reassert executing
contested human escalated
contested again escalated
contested returned verifying
ineffective recorded escalated
failed transient planning
failed late_complete soaking
failed final escalated
escalated ack observing
resolved recorded observing
"""

EXPECTED: Final = {
    (State(state), Signal(signal)): State(leads_to)
    for state, signal, leads_to in (line.split() for line in CELLS.strip().splitlines())
} | {(state, Signal.GONE): State.OBSERVING for state in State}


@pytest.mark.parametrize("signal", Signal)
@pytest.mark.parametrize("state", State)
def test_every_cell_leads_where_the_design_says_and_an_absent_one_stays(state: State, signal: Signal) -> None:
    assert step(state, signal) is EXPECTED.get((state, signal), state)


def test_the_table_has_no_cell_beside_these() -> None:
    assert {(state, signal) for state, leaves in TABLE.items() for signal in leaves} == set(EXPECTED)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("signal", ["", "PAGE", "go on", "gone "])
def test_an_unknown_signal_raises_and_changes_nothing(state: State, signal: str) -> None:
    before = {one: dict(leaves) for one, leaves in TABLE.items()}
    with pytest.raises(UnknownSignal, match=f"the state stays {state}"):
        step(state, signal)
    assert {one: dict(leaves) for one, leaves in TABLE.items()} == before


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        TABLE[State.OBSERVING][Signal.PAGE] = State.EXECUTING  # type: ignore[index]


@pytest.mark.parametrize("state", State)
def test_every_state_can_be_left_and_reached(state: State) -> None:
    assert any(leads_to is not state for leads_to in TABLE[state].values()) or state is State.OBSERVING
    reached, grown = {State.OBSERVING}, True
    while grown:
        more = {leads_to for one in reached for leads_to in TABLE[one].values()} - reached
        reached, grown = reached | more, bool(more)
    assert state in reached


def test_only_three_states_lead_to_the_patch_and_each_by_one_signal() -> None:
    into = {(state, signal) for (state, signal), leads_to in EXPECTED.items() if leads_to is State.EXECUTING}
    assert into == {
        (State.PLANNING, Signal.AUTO),
        (State.AWAITING_APPROVAL, Signal.APPROVED),
        (State.CONTESTED, Signal.REASSERT),
    }


@pytest.mark.parametrize("doubt", [Signal.NO_DATA, Signal.UNKNOWN, Signal.MIXED, Signal.TIMEOUT, Signal.CLEAR])
@pytest.mark.parametrize("state", State)
def test_doubt_and_silence_never_lead_to_the_patch(state: State, doubt: Signal) -> None:
    assert step(state, doubt) is not State.EXECUTING or state is State.EXECUTING


def test_every_state_has_its_effects_and_its_entry() -> None:
    assert set(ON_ENTRY) == set(RECORDED_AS) == set(State)
    patching = [state for state, effects in ON_ENTRY.items() if Effect.GUARD_AND_PATCH in effects]
    assert patching == [State.EXECUTING]
    assert RECORDED_AS[State.EXECUTING] is Kind.INTENT


def test_intent_comes_before_the_patch() -> None:
    effects = ON_ENTRY[State.EXECUTING]
    assert effects.index(Effect.WRITE_INTENT) < effects.index(Effect.GUARD_AND_PATCH)


@pytest.mark.parametrize(
    "state",
    [State.ATTRIBUTING, State.UNDECIDED, State.NO_TARGET, State.INEFFECTIVE, State.FAILED, State.ESCALATED],
)
def test_a_person_is_paged_where_the_design_says_so(state: State) -> None:
    assert Effect.PAGE in ON_ENTRY[state]


def test_the_page_of_the_runbook_is_drawn_from_the_table() -> None:
    assert Path("docs/rollback-states.md").read_text(encoding="utf-8") == page(), f"renew it: {COMMAND}"
