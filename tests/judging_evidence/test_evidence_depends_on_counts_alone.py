"""The evidence is a function of the counts: not of their order, of who counted, or of restarts."""

from dataclasses import replace

import numpy as np
import pytest

from monitor.counting.bins import label_age_edges
from monitor.counting.lattice import Lattice
from monitor.counting.ripe import RipeCells
from monitor.judging.judge import Judge
from monitor.judging.reference_file import read_reference, write_reference
from monitor.judging.rules import DAY_MS, DataState, JudgingRules
from monitor.vocabulary import AttributeCoding, Coding
from tests.judging_evidence.worlds import LATTICE, USUAL, Pane, everyone, judged, people, ripe, rules

COLUMNS = ("revision", "pane_start_ms", "age_bin", "combination", "prediction", "label", "n")
SEX = AttributeCoding("sex", {"f": ("F",), "m": ("M",)})
RACE = AttributeCoding("race", {"a": ("a",), "b": ("b",), "c": ("c",)}, multiple="each")
CODING = Coding((SEX, RACE))
WORLD = Lattice(CODING, depth=2)
EDGES_MS = label_age_edges(10 * DAY_MS, DAY_MS)
RULES = JudgingRules("m", ("false_negative_rate", "error_rate", "selection_rate"), DAY_MS, EDGES_MS)
DAYS = range(1, 75)


def fair(pane: int) -> Pane:
    return everyone(USUAL)


def random_step(day: int) -> RipeCells:
    """Cells of two revisions and many combinations, in panes that are ripe at the end of this day."""
    rng = np.random.default_rng(day)
    waits = np.array([0, *EDGES_MS[1:]]) // DAY_MS
    age_bin = rng.integers(-1, len(EDGES_MS) - 1, 400)
    pane = day - 1 - waits[age_bin + 1]
    label = np.where(age_bin < 0, -1, rng.integers(0, 4, 400))
    table = [rng.integers(0, 2, 400), pane * DAY_MS, age_bin, rng.integers(0, CODING.size, 400)]
    table += [rng.integers(0, 2, 400), label, rng.integers(1, 9, 400)]
    keep = pane >= 0
    return RipeCells(("r1", "r2"), *(column[keep] for column in table))


def shuffled(cells: RipeCells, seed: int) -> RipeCells:
    """The same counts as other workers would list them: split in two, in another order, revisions numbered anew."""
    rng = np.random.default_rng(seed)
    share = rng.integers(0, cells.n + 1)
    twice = {name: np.concatenate([getattr(cells, name)] * 2) for name in COLUMNS}
    twice["n"] = np.concatenate([share, cells.n - share])
    twice["revision"] = 1 - twice["revision"]
    order = rng.permutation(np.flatnonzero(twice["n"]))
    return RipeCells(("r2", "r1"), *(twice[name][order] for name in COLUMNS))


@pytest.fixture(scope="module")
def straight() -> bytes:
    judge = Judge(RULES, WORLD, reference=None)
    for day in DAYS:
        judge.step(day * DAY_MS, random_step(day))
    assert judge.reference is not None
    said = judge.assess(DAYS[-1] * DAY_MS, DataState(("r1", "r2")))
    assert sum(one.evidence[0].log_e is not None for one in said if one.evidence) > 40
    return judge.state_bytes()


@pytest.mark.parametrize("seed", range(3))
def test_any_order_and_any_split_over_workers_give_the_same_evidence_bit_for_bit(straight: bytes, seed: int) -> None:
    judge = Judge(RULES, WORLD, reference=None)
    for day in DAYS:
        judge.step(day * DAY_MS, shuffled(random_step(day), seed))
    judge.assess(DAYS[-1] * DAY_MS, DataState(("r1", "r2")))
    assert judge.state_bytes() == straight


@pytest.mark.parametrize("every", [1, 10])
def test_a_judge_restarted_on_the_way_says_the_same_bit_for_bit(straight: bytes, every: int) -> None:
    judge = Judge(RULES, WORLD, reference=None)
    for day in DAYS:
        judge.step(day * DAY_MS, random_step(day))
        if day % every == 0:
            packed = judge.state_bytes()
            judge = Judge(RULES, WORLD, reference=None)
            judge.restore(packed)
            assert judge.state_bytes() == packed
    judge.assess(DAYS[-1] * DAY_MS, DataState(("r1", "r2")))
    assert judge.state_bytes() == straight


def test_a_restored_judge_gives_the_same_verdicts(straight: bytes) -> None:
    one, other = Judge(RULES, WORLD, reference=None), Judge(RULES, WORLD, reference=None)
    one.restore(straight)
    other.restore(one.state_bytes())
    data = DataState(("r2", "r1"))
    assert one.assess(80 * DAY_MS, data) == other.assess(80 * DAY_MS, data)


def test_empty_steps_change_no_evidence() -> None:
    judge = judged(Judge(rules(), LATTICE, None), fair, range(1, 50))
    before = [one.evidence for one in judge.assess(49 * DAY_MS, DataState(("r1",)))]
    for day in range(50, 1_050):
        judge.step(day * DAY_MS, RipeCells.empty())
    assert [one.evidence for one in judge.assess(1_050 * DAY_MS, DataState(("r1",)))] == before


def test_a_long_stretch_without_cells_may_be_one_step() -> None:
    many, one = (judged(Judge(rules(), LATTICE, None), fair, range(1, 50)) for _ in range(2))
    for day in range(50, 1_000_050, 100_000):
        many.step(day * DAY_MS, RipeCells.empty())
    one.step(1_000_050 * DAY_MS, RipeCells.empty())
    many.step(1_000_050 * DAY_MS, RipeCells.empty())
    said = [[one.evidence for one in judge.assess(1, DataState(("r1",)))] for judge in (many, one)]
    assert said[0] == said[1]


def test_a_reference_from_a_file_gives_the_evidence_of_the_reference_it_was_written_from() -> None:
    def harm(pane: int) -> Pane:
        return everyone(USUAL if pane < 50 else people(fn=8, tp=12, fp=6, tn=34))

    first = judged(Judge(rules(), LATTICE, None), harm, range(1, 80))
    text = write_reference(first.reference, LATTICE.coding)
    second = Judge(rules(), LATTICE, read_reference(text, LATTICE.coding))
    judged(second, harm, range(1, 80))
    assert second.reference.counts.sum() == first.reference.counts.sum()
    known, again = (judge.assess(80 * DAY_MS, DataState(("r1",))) for judge in (first, second))
    assert [one.evidence[0].log_e for one in known if one.evidence] == pytest.approx(
        [one.evidence[0].log_e for one in again if one.evidence], abs=1e-9
    )


@pytest.mark.parametrize("broken", [b"", b"\xc1", b"\x93\x01\x02\x03"], ids=["empty", "not msgpack", "another thing"])
def test_bytes_that_are_no_state_are_refused_and_the_judge_starts_anew(broken: bytes) -> None:
    judge = judged(Judge(rules(), LATTICE, None), fair, range(1, 50))
    with pytest.raises(ValueError, match="no judge's state"):
        judge.restore(broken)
    assert judge.reference is None
    judge.step(DAY_MS, ripe(1, fair))


def test_evidence_of_other_rules_is_refused() -> None:
    judge = judged(Judge(rules(), LATTICE, None), fair, range(1, 5))
    other = Judge(replace(rules(), tolerance={"error_rate": 0.05}), LATTICE, None)
    with pytest.raises(ValueError, match="of other rules"):
        other.restore(judge.state_bytes())
