"""Scores of labelled predictions are in the same cells as all else, where a model keeps them: as exact as those."""

import numpy as np
import pytest
from hypothesis import given

from monitor.counting.fold import Fold
from monitor.counting.packing import labelled_scores
from monitor.counting.partition import PartitionState
from monitor.counting.ripening import ripe_cells
from monitor.counting.rules import CountingRules, ModelRules
from monitor.counting.windows import pane_table
from monitor.events import SCORE_BINS, Inference, Label, Outcome
from tests.counting_exactly.logs import logs
from tests.counting_exactly.oracle import Oracle
from tests.counting_exactly.worlds import (
    CODING,
    EXAMPLES,
    HORIZON,
    LATENESS,
    RULES,
    STEPS,
    Step,
    cells_of,
    oracle_rules,
    play,
)


def counted(*events: Inference | Outcome, keeps_scores: bool = True, plain: bool = True) -> PartitionState:
    rules = CountingRules((ModelRules("m", CODING, 10, 100, keeps_scores=keeps_scores),), HORIZON, LATENESS)
    state = PartitionState(rules)
    for event in events:
        Fold(plain=plain).fold(state, type(event).__name__, [event])
    return state


def scores(state: PartitionState) -> dict[int, int]:
    """Score bin -> labelled predictions in it, published."""
    found: dict[int, int] = {}
    for group in state.cells.groups():
        if group[2] >= 0:
            counts = state.cells.counts(group)
            for score, n in zip(
                labelled_scores(counts.key).tolist(), (counts.on_time + counts.late).tolist(), strict=True
            ):
                found[score] = found.get(score, 0) + n
    return {score: n for score, n in found.items() if n}


SAID = Inference("p", "m", "r1", 100, 0, 1, score_bin=7)


@pytest.mark.parametrize("plain", [True, False], ids=["in columns", "one by one"])
def test_a_labelled_prediction_counts_in_the_bin_of_its_score(plain: bool) -> None:
    assert scores(counted(SAID, Outcome("p", 105, 1), plain=plain)) == {7: 1}
    without = Inference("p", "m", "r1", 100, 0, 1)
    assert scores(counted(without, Outcome("p", 105, 1), plain=plain)) == {SCORE_BINS: 1}


def test_a_model_that_keeps_no_scores_has_no_more_cells_for_them() -> None:
    others = [Inference(f"p{score}", "m", "r1", 100, 0, 1, score_bin=score) for score in range(20)]
    labels = [Outcome(f"p{score}", 105, 1) for score in range(20)]
    kept, left = (counted(*others, *labels, keeps_scores=keeps) for keeps in (True, False))
    cells = [len(state.cells.counts((0, 10, 0)).key) for state in (kept, left)]
    assert cells == [20, 1]
    assert scores(left) == {-1: 20}
    for state in (kept, left):  # what people see is the same
        assert pane_table(state, 0, 10).counts[:, 2].sum() == 20


def test_a_correction_and_a_conflict_move_the_score_with_the_label() -> None:
    earlier = Inference("p", "m", "r1", 98, 0, 1, score_bin=3)
    state = counted(SAID, Outcome("p", 105, 1), earlier, Outcome("p", 106, 0), SAID, Outcome("p", 106, 0))
    assert scores(state) == {3: 1}
    assert not scores(counted(SAID, Outcome("p", 105, 1), Outcome("p", 107, Label.VOID)))


def test_the_judge_reads_the_scores_of_ripe_cells() -> None:
    cells = ripe_cells([counted(SAID, Outcome("p", 105, 1))], 0, 0, 1_000)
    assert cells.score_bin is not None
    assert sorted(zip(cells.age_bin.tolist(), cells.score_bin.tolist(), strict=True)) == [(-1, 7), (0, 7)]


@EXAMPLES
@given(logs(), STEPS)
def test_no_order_repetition_correction_or_restart_moves_a_score_from_its_cell(log: dict, steps: list[Step]) -> None:
    # Model b keeps scores: cell for cell as a plain recount of the whole log, whatever batches and crashes there were.
    expected = Oracle(oracle_rules(RULES), log)
    found = {name: counts for name, counts in cells_of(play(RULES, log, steps, Fold())).items() if name[0] == "b"}
    assert found == {name: counts for name, counts in expected.cells.items() if name[0] == "b" and any(counts)}


def test_a_key_with_a_score_stays_a_positive_integer_of_64_bits() -> None:
    rules = RULES.models[1]
    state = counted(
        Inference("p", "m", "r1", 100, rules.coding.size - 1, 1, score_bin=SCORE_BINS), Outcome("p", 105, 1)
    )
    keys = state.cells.counts((0, 10, 0)).key
    assert (keys > 0).all()
    assert keys.dtype == np.int64
