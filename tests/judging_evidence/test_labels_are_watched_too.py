"""A rate may move because labels do: how many come, and of which kind, is watched with every model."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from monitor.counting.ripe import RipeCells
from monitor.judging.judge import Judge
from monitor.judging.metrics import ALWAYS_ON, Kind
from monitor.judging.reference_file import read_reference, write_reference
from monitor.judging.rules import DAY_MS
from monitor.judging.tally import tally
from tests.judging_evidence.worlds import CODING, LATTICE, Pane, everyone, judged, people, ripe, rules, said

RULES = rules(metrics=("false_negative_rate", "false_omission_rate", *ALWAYS_ON))
USUAL = {**people(fn=4, tp=16, fp=6, tn=34), Kind.NOT_FLAGGED: 20}
"""Of 80 predictions 60 get a label, 20 of them a 1."""
CHANGE_DAY = 40


def verdicts(after: Mapping[Kind, int], days: int = 30) -> dict[str, str]:
    """What is said of women's labels and misses, some days after everyone's labels changed."""

    def pane(day: int) -> Pane:
        return everyone(USUAL if day < CHANGE_DAY else after)

    judge = judged(Judge(RULES, LATTICE, None), pane, range(1, CHANGE_DAY + days))
    names = ("false_negative_rate", *ALWAYS_ON)
    return {name: said(judge, CHANGE_DAY + days, name)[0].verdict.name for name in names}


def test_labels_that_arrive_as_before_are_no_finding() -> None:
    assert set(verdicts(USUAL).values()) == {"HEALTHY"}


def test_labels_that_stay_away_are_a_finding_and_no_harm() -> None:
    fewer = {**people(fn=2, tp=8, fp=3, tn=17), Kind.NOT_FLAGGED: 50}
    found = verdicts(fewer)
    assert (found["label_completeness"], found["false_negative_rate"]) == ("SUSPECT", "HEALTHY")


def test_labels_of_one_kind_alone_are_a_finding() -> None:
    only_positive = {**people(fn=4, tp=16, fp=1, tn=4), Kind.NOT_FLAGGED: 55}
    assert verdicts(only_positive)["label_completeness"] == "SUSPECT"
    more_positive = {**people(fn=8, tp=32, fp=3, tn=17), Kind.NOT_FLAGGED: 20}
    found = verdicts(more_positive)
    assert (found["label_prevalence"], found["label_completeness"]) == ("SUSPECT", "HEALTHY")


def test_labels_never_page() -> None:
    found = verdicts({**people(fn=1, tp=4, fp=1, tn=4), Kind.NOT_FLAGGED: 70}, days=120)
    assert found["label_completeness"] == "SUSPECT"


def test_who_still_waits_is_remembered_over_a_restart() -> None:
    def pane(day: int) -> Pane:
        return everyone(USUAL if day < CHANGE_DAY else people(fn=4, tp=16, fp=6, tn=34))

    through = judged(Judge(RULES, LATTICE, None), pane, range(1, 60))
    before = judged(Judge(RULES, LATTICE, None), pane, range(1, 47))
    after = Judge(RULES, LATTICE, None)
    after.restore(before.state_bytes())
    assert judged(after, pane, range(47, 60)).state_bytes() == through.state_bytes()


def audited(day: int, missed: int) -> RipeCells:
    """A usual day on which 40 of the predicted negatives were drawn and looked up, and so many had the outcome."""
    cells = ripe(day, lambda _: everyone(people(fn=missed, tp=16, fp=6, tn=40 - missed)))
    passed = (cells.prediction == 0) & (cells.label >= 0)
    return replace(cells, label=np.where(passed, cells.label + 2, cells.label))


@pytest.mark.parametrize(("missed", "verdict"), [(4, "HEALTHY"), (14, "DEGRADED")], ids=["as before", "many more"])
def test_outcomes_drawn_at_random_tell_of_people_passed_over(missed: int, verdict: str) -> None:
    judge = Judge(RULES, LATTICE, None)
    for day in range(1, CHANGE_DAY + 30):
        judge.step(day * DAY_MS, audited(day, 4 if day < CHANGE_DAY else missed))
    assert said(judge, CHANGE_DAY + 30, "false_omission_rate")[0].verdict.name == verdict


def test_outcomes_not_drawn_at_random_say_nothing_of_people_passed_over() -> None:
    judge = judged(Judge(RULES, LATTICE, None), lambda _: everyone(USUAL), range(1, CHANGE_DAY + 30))
    (one,) = said(judge, CHANGE_DAY + 30, "false_omission_rate")
    assert (one.verdict.name, one.reasons) == ("INCONCLUSIVE", ("reference_too_small",))


def test_audited_outcomes_survive_being_written_to_a_reference_file() -> None:
    judge = Judge(RULES, LATTICE, None)
    for day in range(1, 64):
        judge.step(day * DAY_MS, audited(day, 4))
    reference = judge.reference
    assert reference is not None
    assert reference.counts[:, Kind.AUDITED_FALSE_NEGATIVE].sum() > 0
    assert read_reference(write_reference(reference, CODING), CODING).id == reference.id


def test_only_predicted_negatives_count_as_audited() -> None:
    columns = ([0, 0, 0], [0, 0, 0], [0, 0, 0], [7, 7, 7], [0, 0, 1], [3, 1, 3], [5, 6, 8])
    counts = tally(RipeCells(("r1",), *(np.array(column) for column in columns))).counts[0]
    assert counts[Kind.AUDITED_FALSE_NEGATIVE] == 5
    assert (counts[Kind.FALSE_NEGATIVE], counts[Kind.TRUE_POSITIVE]) == (11, 8)
