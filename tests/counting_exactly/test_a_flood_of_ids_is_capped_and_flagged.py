"""Beyond `max_pending` the oldest ids go; what may then be wrong is said, and the rest stays exact."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from monitor.counting.fold import Fold
from monitor.counting.letting_go import enforce_cap
from monitor.counting.partition import PartitionState
from monitor.events import Event, Inference, Outcome
from tests.counting_exactly.logs import T0, tidy_logs
from tests.counting_exactly.oracle import Oracle
from tests.counting_exactly.worlds import EXAMPLES, RULES, STEPS, Step, cells_of, oracle_rules, play

CAPPED = replace(RULES, max_pending=3)


def test_just_as_many_ids_as_allowed_are_held_and_the_oldest_went() -> None:
    state = PartitionState(CAPPED)
    times = {"c": 31, "a": 12, "e": 55, "b": 11, "d": 32}
    Fold().fold(state, "i", [Inference(one, "a", "r", T0 + at, 0, 0) for one, at in times.items()])
    assert enforce_cap(state) == T0 + 12
    assert sorted(one for one, _ in state.rows.items()) == ["c", "d", "e"]
    assert enforce_cap(state) is None
    assert (state.tallies["capped",], state.tallies["expired", "a", "r"], state.tallies["pending", "a"]) == (2, 2, 3)


def test_outcomes_that_were_dropped_without_an_inference_are_unpaired() -> None:
    state = PartitionState(CAPPED)
    corrected = [Outcome("a", T0 + at, label) for at, label in ((1, 0), (2, 1))]
    Fold().fold(state, "o", [*corrected, *(Outcome(one, T0 + 20, 1) for one in "bcde")])
    assert enforce_cap(state) == T0 + 20
    assert state.tallies["unpaired", "o", "evicted"] == 3  # both of a, and that of one of the four


def without_conflicts(events: list[Event]) -> list[Event]:
    """Each id says one thing only: a different inference of a forgotten id would be a new one."""
    first: dict[str, Event] = {}
    return [e for e in events if not isinstance(e, Inference) or first.setdefault(e.prediction_id, e) == e]


@EXAMPLES
@given(tidy_logs(disorder_ms=12), STEPS)
def test_panes_after_the_newest_that_was_dropped_stay_exact(log: dict, steps: list[Step]) -> None:
    log["inferences"] = without_conflicts(log["inferences"])
    dropped = [T0 - 10]

    def cap(state: PartitionState) -> None:
        newest = enforce_cap(state)
        assert len(state.rows) <= 3
        dropped.append(T0 - 10 if newest is None else newest)

    state = play(CAPPED, log, steps, Fold(), cap)
    oracle, width = Oracle(oracle_rules(RULES), log), {"a": 10, "b": 5}
    inexact_before = max(dropped) + 1

    def exact(cells: dict) -> dict:
        return {n: c for n, c in cells.items() if n[2] * width[n[0]] >= inexact_before and c != (0, 0)}

    assert exact(cells_of(state)) == exact(oracle.cells)


@EXAMPLES
@given(st.integers(1, 5))
def test_the_cap_holds_whatever_it_is(most: int) -> None:
    state = PartitionState(replace(RULES, max_pending=most))
    for at in range(8):
        Fold().fold(state, "i", [Inference(f"p{at}", "a", "r", T0 + 7 * at, 0, 0)])
        enforce_cap(state)
        assert len(state.rows) == min(at + 1, most)
