"""Where a reference comes from: a file of the owner, or the first weeks by rule."""

import json

import pytest

from monitor.judging.judge import Judge
from monitor.judging.reference_file import read_reference, write_reference
from monitor.judging.rules import DAY_MS, DataState
from monitor.judging.verdict import Verdict
from tests.judging_evidence.worlds import CODING, LATTICE, USUAL, F, M, Pane, everyone, judged, people, rules, said

FEW = people(fn=1, tp=4, fp=1, tn=9)


def fair(pane: int) -> Pane:
    return everyone(USUAL)


def few(pane: int) -> Pane:
    return everyone(FEW)


def built(pane_of: object, days: int) -> Judge:
    return judged(Judge(rules(), LATTICE, None), pane_of, range(1, days))


def test_four_weeks_are_enough_where_they_bound_every_rate() -> None:
    reference = built(fair, 60).reference
    assert (reference.start_ms, reference.end_ms, reference.source) == (0, 28 * DAY_MS, "bootstrap")


def test_weeks_are_added_while_a_rate_is_not_bounded_up_to_eight() -> None:
    # 28 days of 10 positives, 2 of them harmful: J95 - .2 = .042 > 2 x .02; after 35 days .037.
    assert built(few, 90).reference.end_ms == 35 * DAY_MS
    rare = people(fn=1, tp=1, fp=1, tn=3)
    assert built(lambda _: everyone(rare), 90).reference.end_ms == 56 * DAY_MS


def test_the_reference_holds_every_cell_of_its_panes_and_no_other() -> None:
    judge = built(lambda pane: everyone(USUAL if pane < 28 else FEW), 60)
    per_pane = 2 * 2 * sum(USUAL.values())  # two groups, two bins; as many inferences again
    assert judge.reference.counts.sum() == 28 * per_pane * 2


def test_a_label_age_opens_once_its_cells_are_ripe_for_reference_and_test() -> None:
    judge, samples = Judge(rules(), LATTICE, None), {}
    for day in range(1, 40):
        judged(judge, fair, range(day, day + 1))
        found = said(judge, day)[0].reference
        samples[day] = None if found is None else found.samples
    # 28 panes of 20 positives a bin: bin 0 of pane 28 is ripe at day 30, bin 1 at day 31.
    assert [samples[day] for day in (28, 29, 30, 31, 32)] == [None, None, 560, 1_120, 1_120]


def test_panes_of_the_reference_are_not_tested() -> None:
    harm, log_e = people(fn=14, tp=6, fp=6, tn=34), {}
    for harmed in (27, 28):
        judge = Judge(rules(), LATTICE, None)
        judged(judge, lambda pane, harmed=harmed: everyone(harm if pane == harmed else USUAL), range(1, 31))
        log_e[harmed] = said(judge, 30)[0].evidence[0].log_e
    assert log_e[28] > 4
    assert log_e[27] < 0


def test_a_revision_that_leaves_early_hands_the_start_to_the_next_one() -> None:
    judge = built(lambda pane: everyone(USUAL, "r1" if pane < 10 else "r2"), 90)
    assert (judge.reference.revision, judge.reference.start_ms // DAY_MS) == ("r2", 28)


def test_only_the_first_revision_is_the_reference() -> None:
    def canary(pane: int) -> Pane:
        return everyone(USUAL) if pane < 5 else {**everyone(USUAL), ("r2", F): FEW, ("r2", M): FEW}

    assert built(canary, 60).reference.counts.sum() == built(fair, 60).reference.counts.sum()


def test_other_contents_have_another_id() -> None:
    assert built(fair, 60).reference.id == built(fair, 60).reference.id != built(few, 90).reference.id


def test_a_reference_goes_through_a_file_unchanged() -> None:
    reference = built(fair, 60).reference
    again = read_reference(write_reference(reference, CODING), CODING)
    assert again.id == reference.id
    assert again.longest_gap_ms["sex=f"] == DAY_MS


def test_with_a_reference_from_a_file_testing_starts_with_the_first_pane() -> None:
    reference = read_reference(write_reference(built(fair, 60).reference, CODING), CODING)
    judge = Judge(rules(), LATTICE, reference)
    judged(judge, lambda pane: {} if pane < 100 else everyone(USUAL), range(100, 130))
    assert said(judge, 130)[0].verdict == Verdict.HEALTHY
    assert said(judge, 130)[0].reference.id == reference.id


def test_an_audit_without_a_subgroup_leaves_it_inconclusive() -> None:
    text = json.loads(write_reference(built(fair, 60).reference.sums(), CODING))
    text["cells"] = [cell for cell in text["cells"] if cell["values"] == ["m"]]
    judge = Judge(rules(), LATTICE, read_reference(json.dumps(text).encode(), CODING))
    judged(judge, lambda pane: {} if pane < 100 else everyone(USUAL), range(100, 130))
    assert said(judge, 130)[0].reasons == ("reference_too_small",)
    assert said(judge, 130, slug="m")[0].verdict == Verdict.HEALTHY


REFUSALS = {
    "not JSON": ("{", None, "is not of the form"),
    "an unknown key": ({"weight": 1}, None, "is not of the form"),
    "another form": ({"form": "fairdrift-reference/9"}, None, "build it anew"),
    "other attributes": ({"attributes": ["race"]}, None, "has the attributes"),
    "an unknown value": ({}, {"values": ["x"]}, "are no values of"),
    "a count of nothing": ({}, {"n": 0}, "n must be positive"),
    "a bin beyond the edges": ({}, {"age_bin": 2}, "a place in edges_ms"),
    "a label without an age": ({}, {"age_bin": None}, "both null or both given"),
}


@pytest.mark.parametrize(("file", "cell", "sentence"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_file_that_is_no_reference_is_refused_in_a_sentence(file: object, cell: dict | None, sentence: str) -> None:
    good = json.loads(write_reference(built(fair, 60).reference.sums(), CODING))
    labelled = next(one for one in good["cells"] if one["actual"] is not None)
    labelled |= cell or {}
    text = file if isinstance(file, str) else json.dumps(good | file)
    with pytest.raises(ValueError, match=sentence):
        read_reference(text.encode(), CODING)


def test_a_reference_of_another_model_or_of_other_label_ages_is_refused() -> None:
    reference = built(fair, 60).reference
    for other in (rules(model="other"), rules(edges_ms=(0, DAY_MS))):
        with pytest.raises(ValueError, match="build it anew with these settings"):
            Judge(other, LATTICE, reference)


def test_while_the_reference_is_built_every_stream_says_so() -> None:
    judge = built(fair, 20)
    assert {one.reasons for one in judge.assess(20 * DAY_MS, DataState(("r1",)))} == {("reference_building",)}
