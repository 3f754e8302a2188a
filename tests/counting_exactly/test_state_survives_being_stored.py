"""Changes and slices: absolute values, so old ones before newer ones, or twice, end in the same state."""

from dataclasses import replace

import msgspec
import pytest

from monitor.counting.fold import Fold
from monitor.counting.letting_go import let_go
from monitor.counting.packing import MOST_COMBINATIONS
from monitor.counting.partition import PartitionState
from monitor.counting.persistence import restore, slice_numbers, take_change, take_slice
from monitor.counting.rows import SLICE_ROWS
from monitor.counting.rules import CountingRules, ModelRules
from monitor.counting.sources import MOST_IDENTITIES, MOST_REVISIONS, OVERFLOW
from monitor.events import Inference, Outcome
from monitor.vocabulary import AttributeCoding, Coding
from tests.counting_exactly.logs import T0
from tests.counting_exactly.worlds import CODING, RULES, cells_of, digest, totals_of

JUDGED = (T0 + 10_000,) * 2
"""Far enough, with every model."""


def said(one: str, at: int, revision: str = "r1") -> Inference:
    return Inference(one, "a", revision, T0 + at, 0, 1)


def grown(ids: int) -> tuple[PartitionState, list[bytes]]:
    """A state of many ids, half of them labelled, and the change of each batch."""
    state, changes = PartitionState(RULES), []
    for start in range(0, ids, 5_000):
        batch = [said(f"p{n}", n % 100) for n in range(start, min(start + 5_000, ids))]
        Fold().fold(state, "inferences", batch)
        Fold().fold(state, "outcomes", [Outcome(e.prediction_id, e.event_time_ms + 5, 1) for e in batch[::2]])
        changes.append(take_change(state))
    return state, changes


def test_slices_alone_with_the_last_change_are_the_state() -> None:
    state, changes = grown(SLICE_ROWS + 5)
    slices = [take_slice(state, number) for number in slice_numbers(state)]
    assert digest(restore(RULES, slices, changes[-1:])[0]) == digest(state)
    assert digest(restore(RULES, [], changes)[0]) == digest(state)
    assert digest(restore(RULES, slices, [*changes, *changes])[0]) == digest(state)


def test_a_slice_newer_than_the_changes_after_it_is_overruled_by_the_newest_only() -> None:
    state, changes = PartitionState(RULES), []
    slices = {}
    for step, number in enumerate(slice_numbers(state) * 2):
        Fold().fold(state, "inferences", [said(f"p{step % 7}", step)])
        Fold().fold(state, "outcomes", [Outcome(f"p{step % 5}", T0 + 2 * step, step % 2)])
        let_go(state, T0 + step, [T0 + step] * len(state.rules.models))
        changes.append(take_change(state))
        slices[number] = take_slice(state, number)
        assert digest(restore(RULES, list(slices.values()), changes)[0]) == digest(state)


def test_a_pane_that_is_let_go_and_opened_again_keeps_both_counts() -> None:
    state = PartitionState(RULES)
    Fold().fold(state, "inferences", [said("p", 0), said("q", 300)])
    changes = [take_change(state)]
    assert [closed.pane for closed in let_go(state, T0 + 285, JUDGED)] == [1000]
    state.gone_before_ms = T0 - 100  # as if an idle partition had been passed over
    Fold().fold(state, "late", [said("r", 5)])
    changes.append(take_change(state))
    again = restore(RULES, [], changes)[0]
    assert cells_of(again) == cells_of(state)
    assert totals_of(again) == totals_of(state)
    assert totals_of(again).total() == 1
    assert sum(on_time for on_time, _ in cells_of(again).values()) == 2


def test_what_was_passed_over_while_idle_is_let_in_no_more() -> None:
    state = PartitionState(RULES)
    Fold().fold(state, "inferences", [said("p", 0)])
    let_go(state, T0 + 1_000, JUDGED)  # the partition was idle, so the watermark ran ahead of its own records
    again = restore(RULES, [], [take_change(state)])[0]
    Fold().fold(again, "inferences", [said("p", 0)])
    assert not cells_of(again)
    assert totals_of(again).total() == 1
    assert again.tallies["evicted", "inferences", "inference"] == 1


@pytest.mark.parametrize("cut", [1, 20, 200])
def test_a_change_that_is_not_whole_is_refused(cut: int) -> None:
    _, changes = grown(50)
    with pytest.raises((msgspec.MsgspecError, ValueError, KeyError, IndexError)):
        restore(RULES, [], [changes[0][:-cut]])


def test_freed_slots_are_used_again() -> None:
    state = PartitionState(RULES)
    for round_ in range(5):
        Fold().fold(state, "inferences", [said(f"p{round_}-{n}", 400 * round_) for n in range(10) for _ in range(2)])
        let_go(state, T0 + 400 * round_ - 15, JUDGED)
    assert len(state.rows) == 10
    assert len(state.rows.ids) <= 60


def test_revisions_beyond_the_most_are_counted_together() -> None:
    state = PartitionState(RULES)
    Fold().fold(state, "inferences", [said(f"p{n}", 0, revision=f"r{n}") for n in range(MOST_REVISIONS + 3)])
    assert len(state.sources.known) == MOST_REVISIONS + 1
    assert sum(counts[0] for name, counts in cells_of(state).items() if name[1] == OVERFLOW) == 3


def test_two_digests_under_one_revision_are_noted_and_bounded() -> None:
    state = PartitionState(RULES)
    for number in range(MOST_IDENTITIES + 3):
        event = Inference(f"p{number}", "a", "r1", T0, 0, 1, model_digest=f"sha256:{number}", pod_template_hash="t")
        Fold().fold(state, "inferences", [event])
    (source,) = state.sources.known
    assert source.digests == [f"sha256:{number}" for number in range(MOST_IDENTITIES)]
    assert source.pod_template_hashes == ["t"]
    assert not source.is_unattributed


def test_more_combinations_than_a_cell_can_hold_are_refused_before_the_first_event() -> None:
    wide = Coding(tuple(AttributeCoding(f"a{n}", {f"v{k}": (f"{k}",) for k in range(60)}) for n in range(6)))
    assert wide.size > MOST_COMBINATIONS
    with pytest.raises(ValueError, match="model m: its attributes have"):
        CountingRules((ModelRules("m", wide, 10, 40),), 90, 15)


def test_rules_hold_ids_for_the_longest_of_window_horizon_and_wait() -> None:
    model = ModelRules("m", CODING, 10, 40)
    rules = CountingRules((model, replace(model, name="n", window_ms=100)), horizon_ms=90, allowed_lateness_ms=15)
    assert rules.memory_ms == 115
    assert replace(rules, attributes_wait_ms=300).memory_ms == 315
