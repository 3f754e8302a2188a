"""Rules of pairing, each with the shortest stream that shows it. Times in ms: pane 10, horizon 90, lateness 15."""

import pytest

from monitor.counting.letting_go import let_go
from monitor.events import Explained, Explanation, Inference, Label, Outcome

T0 = 10_000
JUDGED = (T0 + 1_000,) * 2
"""Far enough, with every model."""


def said(at: int = 0, prediction: int = 1, one: str = "p", model: str = "a") -> Inference:
    return Inference(one, model, "r1", T0 + at, 0, prediction)


def learnt(at: int, label: int = Label.POSITIVE, model: str | None = None) -> Outcome:
    return Outcome("p", T0 + at, label, model)


@pytest.mark.parametrize("overtakes", [False, True], ids=["the outcome follows", "the outcome overtakes"])
@pytest.mark.parametrize(
    ("age", "counted", "reason"),
    [(-1, {}, "negative_age"), (0, {(1000, 0, 1): (1, 0)}, None), (89, {(1000, 8, 1): (1, 0)}, None),
     (90, {(1000, 8, 1): (1, 0)}, None), (91, {}, "beyond_horizon")],
    ids=["before its inference", "at once", "horizon less 1 ms", "at the horizon", "horizon and 1 ms"],
)  # fmt: skip
def test_a_label_counts_from_its_inference_to_the_horizon(partition, age, counted, reason, overtakes) -> None:
    events = [said(), learnt(age)]
    partition.hears(*(reversed(events) if overtakes else events))
    assert partition.labelled == counted
    assert partition.tally("pending", "a") == (1 if reason else 0)
    reasons = {key[2]: n for key, n in partition.state.tallies.items() if key[0] == "unpaired" and n}
    assert reasons == ({reason: 1} if reason else {})


@pytest.mark.parametrize(("age", "bin_"), [(9, 0), (10, 1), (19, 1), (20, 2)])
def test_bins_of_label_age_are_half_open(partition, age, bin_) -> None:
    partition.hears(said(), learnt(age))
    assert partition.labelled == {(1000, bin_, 1): (1, 0)}


@pytest.mark.parametrize("ages", [(20, 30), (30, 20)], ids=["in order", "out of order"])
def test_of_two_outcomes_the_latest_stands_in_either_order(partition, ages) -> None:
    partition.hears(said(), *(learnt(age, label=age == 30) for age in ages))
    assert partition.labelled == {(1000, 3, 1): (1, 0)}
    assert partition.tally("corrections", "a", "r1") == 1


def test_a_correction_before_the_old_cell_is_ripe_moves_the_evidence(partition) -> None:
    # Pane 1000 ends at T0 + 10; a label of age 12 lies in bin [10, 20): ripe at T0 + 30.
    partition.hears(said(), learnt(12, 0), learnt(29, 1))
    assert partition.labelled == {(1000, 2, 1): (1, 0)}


def test_a_correction_from_ripeness_on_mends_published_counts_only(partition) -> None:
    partition.hears(said(), learnt(12, 0), learnt(30, 1))
    assert partition.labelled == {(1000, 1, 0): (1, -1), (1000, 3, 1): (0, 1)}
    assert partition.state.retracted.total() == 1


def test_a_withdrawn_label_counts_nowhere_but_is_not_pending(partition) -> None:
    partition.hears(said(), learnt(5, 1), learnt(8, Label.VOID))
    assert partition.labelled == {}
    assert partition.tally("pending", "a") == 0


def test_a_label_withdrawn_after_ripeness_stays_in_evidence_only(partition) -> None:
    partition.hears(said(), learnt(5, 1), learnt(25, Label.VOID))
    assert partition.labelled == {(1000, 0, 1): (1, -1)}


def test_an_identical_outcome_is_a_duplicate(partition) -> None:
    partition.hears(said(), learnt(5), learnt(5), learnt(5))
    assert partition.labelled == {(1000, 0, 1): (1, 0)}
    assert partition.tally("events", "outcomes", "outcome", "duplicate") == 2


def test_of_two_inferences_the_earliest_stands_and_takes_the_label_with_it(partition) -> None:
    partition.hears(said(12, prediction=0), learnt(30), said(1, prediction=1))
    assert partition.labelled == {(1000, 2, 1): (1, 0)}
    assert partition.free == {(1000, 1, 0): (1, 0)}
    assert partition.tally("events", "inferences", "inference", "conflict") == 1


def test_an_outcome_that_names_another_model_has_no_partner(partition) -> None:
    partition.hears(learnt(5, model="b"), said())
    assert partition.labelled == {}
    assert partition.tally("unpaired", "outcomes", "no_inference") == 1


def test_a_late_outcome_counts_but_never_on_time(partition) -> None:
    partition.hears(said())
    partition.moves_to(T0 + 21)
    partition.hears(learnt(6))  # the watermark is T0 + 6: just on time
    assert partition.labelled == {(1000, 0, 1): (1, 0)}
    partition.hears(learnt(5, 0))  # late, and earlier than the one that stands: replaced at once
    assert partition.labelled == {(1000, 0, 1): (1, 0)}


def test_lateness_is_measured_against_earlier_records_only(partition) -> None:
    partition.hears(said(0), said(1_000, one="q"), said(984, one="late"), said(985, one="on time"))
    assert {n[0]: c for n, c in partition.free.items()} == {1000: (1, 0), 1100: (1, 0), 1098: (1, 1)}


def test_an_outcome_too_late_for_an_inference_that_old_is_evicted(partition) -> None:
    partition.hears(said())
    partition.moves_to(T0 + 15 + 115)  # the watermark less the memory is T0: the inference is just held
    partition.hears(learnt(50, 1))
    assert partition.labelled == {(1000, 5, 1): (0, 1)}
    partition.moves_to(T0 + 15 + 116)
    partition.hears(learnt(60, 0))
    assert partition.labelled == {(1000, 5, 1): (0, 1)}
    assert partition.tally("unpaired", "outcomes", "evicted") == 1


def test_an_explanation_sent_later_marks_the_inference_in_published_counts(partition) -> None:
    partition.hears(said(), Explanation("p", T0 - 5), Explanation("p", T0 + 90), topic="inferences")
    assert partition.free == {(1000, 1, Explained.NOT_SENT): (1, -1), (1000, 1, Explained.YES): (0, 1)}


def test_an_explanation_beyond_the_horizon_marks_nothing(partition) -> None:
    partition.hears(said(), Explanation("p", T0 + 91), topic="inferences")
    assert partition.free == {(1000, 1, Explained.NOT_SENT): (1, 0)}


def test_a_flood_of_corrections_keeps_the_latest_and_a_bounded_memory(partition) -> None:
    partition.hears(said(), *(learnt(age % 90, age % 2) for age in range(0, 90 * 7, 7)))
    history = dict(partition.state.rows.items())["p"]
    assert len(history.outcomes) == 64
    assert max(history.outcomes).event_time_ms == T0 + 89
    assert sum(on_time + late for on_time, late in partition.labelled.values()) == 1


def test_of_two_copies_by_two_topics_the_one_on_time_stands_in_either_order(partition) -> None:
    partition.hears(said(), Outcome("q", T0 + 60, Label.VOID))
    partition.hears(learnt(5), topic="outcomes")  # late there
    partition.hears(learnt(5), topic="more outcomes")  # on time here
    assert partition.labelled == {(1000, 0, 1): (1, 0)}
    assert partition.tally("events", "more outcomes", "outcome", "duplicate") == 1


def test_a_conflicting_inference_said_again_after_the_first_is_forgotten_counts_no_more(partition) -> None:
    partition.hears(said(0), said(40, prediction=0))
    partition.moves_to(T0 + 15 + 115 + 30)  # inferences of T0 + 30 and later are still let in
    let_go(partition.state, T0 + 115 + 30, JUDGED)
    partition.hears(said(40, prediction=0))
    assert partition.free == {}
    assert partition.tally("events", "inferences", "inference", "duplicate") == 1


def test_a_withdrawn_outcome_that_overtakes_its_inference_counts_nowhere(partition) -> None:
    partition.hears(learnt(5, Label.VOID), said())
    assert (partition.labelled, partition.tally("pending", "a")) == ({}, 0)


def test_a_pane_that_was_let_go_is_not_opened_again_by_what_changes_nothing(partition) -> None:
    partition.hears(said(0), said(40, prediction=0))
    partition.moves_to(T0 + 15 + 115 + 30)
    assert [closed.pane for closed in let_go(partition.state, T0 + 115 + 30, JUDGED)] == [1000]
    partition.hears(learnt(60))  # too late for the inference that stands, and held for the one that does not
    assert partition.tally("unpaired", "outcomes", "evicted") == 1
    assert let_go(partition.state, T0 + 115 + 30, JUDGED) == []
