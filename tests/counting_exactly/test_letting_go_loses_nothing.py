"""Rows and panes are let go while the log goes on; what was counted stays exact, and evidence reads each cell once."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from monitor.counting.fold import Fold
from monitor.counting.letting_go import let_go
from monitor.counting.partition import PartitionState
from monitor.counting.ripening import ripe_cells
from monitor.counting.rules import CountingRules
from monitor.counting.windows import COLUMNS
from tests.counting_exactly.logs import T0, tidy_logs
from tests.counting_exactly.oracle import CellName, Oracle
from tests.counting_exactly.worlds import (
    EXAMPLES,
    RULES,
    STEPS,
    WAITING,
    Step,
    cells_of,
    oracle_rules,
    play,
    totals_of,
)

PANES = {"a": 10, "b": 5}
LAST = T0 + 10_000


class Judge:
    """Reads ripe cells at each watermark, as far behind as `lag`, and lets go of what was read."""

    def __init__(self, rules: CountingRules, lag: int) -> None:
        self.rules, self.lag, self.judged = rules, lag, T0 - 1_000
        self.read: Counter[CellName] = Counter()
        self.closed: dict[tuple[str, int], int] = {}

    def __call__(self, state: PartitionState) -> None:
        watermark = state.watermark()
        if watermark is not None:
            self.read_until(state, max(self.judged, watermark - self.lag))
            for closed in let_go(state, watermark, [self.judged] * len(state.rules.models)):
                name = tuple(PANES)[closed.model], closed.pane
                assert name not in self.closed, "a pane's counts are final once"
                self.closed[name] = closed.table.counts[:, COLUMNS.index("n")].sum()

    def read_until(self, state: PartitionState, until: int) -> None:
        for model, name in enumerate(PANES):
            cells = ripe_cells([state], model, self.judged, until)
            columns = (
                cells.revision,
                cells.pane_start_ms,
                cells.age_bin,
                cells.combination,
                cells.prediction,
                cells.label,
            )
            numbers = (*columns, cells.score_bin, cells.n)
            for revision, start, *rest, score, n in zip(*(column.tolist() for column in numbers), strict=True):
                assert n > 0
                rest += [score] if rest[0] >= 0 and score >= 0 else []
                self.read[name, cells.revisions[revision], start // PANES[name], *rest] += n
        self.judged = until


def seen_by_judge(on_time: dict[CellName, int]) -> Counter[CellName]:
    """On-time cells as ripe cells name them: label-free ones without score and explanation."""
    found: Counter[CellName] = Counter()
    for name, count in on_time.items():
        found[(*name[:6], -1) if name[3] == -1 else name] += count
    return found


def without_pane(published: dict[CellName, int]) -> Counter[CellName]:
    """Published counts over all panes and age bins, labelled ones over all scores, too."""
    found: Counter[CellName] = Counter()
    for (model, revision, _, age_bin, *rest), count in published.items():
        rest = rest if age_bin == -1 else rest[:3]
        found[model, revision, None, -1 if age_bin == -1 else None, *rest] += count
    return found


def check(rules: CountingRules, log: dict, steps: list[Step], lag: int) -> None:
    oracle, judge = Oracle(oracle_rules(rules), log), Judge(rules, lag)
    state = play(rules, log, steps, Fold(), judge)
    judge.read_until(state, LAST)
    assert judge.read == seen_by_judge(oracle.on_time)
    held = {name: on_time + late for name, (on_time, late) in cells_of(state).items()}
    total = totals_of(state)
    total.update(without_pane(held))
    assert {name: n for name, n in total.items() if n} == without_pane(oracle.published)
    said: Counter[CellName] = Counter()
    for name, count in oracle.published.items():
        said[name[0], name[2]] += count if name[3] == -1 else 0
    assert judge.closed == {name: said[name] for name in judge.closed}
    check_account(state, oracle)


def check_account(state: PartitionState, oracle: Oracle) -> None:
    """Nothing is lost, though a repeat of something forgotten is said for the first time again."""
    tallies, account = state.tallies, oracle.account
    total = Counter(dict.fromkeys(("pending", "expired", "corrections", "unpaired"), 0))
    for key, count in tallies.items():
        total[key[0]] += count
    for topic in state.topics:
        for kind in ("inference", "outcome", "attributes", "explanation"):
            results = [tallies["events", topic, kind, result] for result in ("accepted", "duplicate", "conflict")]
            assert sum(results) == account[topic, kind, "read"]
    said = tallies["events", "inferences", "inference", "accepted"] - tallies["evicted", "inferences", "inference"]
    assert said == account["", "inference", "standing"]
    evicted = tallies["evicted", "inferences", "inference"]
    assert total["pending"] + total["expired"] == account["", "inference", "pending"] + evicted
    assert total["corrections"] == account["", "outcome", "superseded"]
    waiting = sum(len(history.outcomes) for _, history in state.rows.items() if not history.inferences)
    learnt = tallies["events", "outcomes", "outcome", "accepted"]
    assert learnt == account["outcomes", "outcome", "admitted"] + total["unpaired"] + waiting


LAGS = st.sampled_from([0, 7, 60, 300])


@EXAMPLES
@given(tidy_logs(disorder_ms=12), STEPS, LAGS)
def test_totals_and_evidence_are_exact_while_rows_and_panes_go(log: dict, steps: list[Step], lag: int) -> None:
    check(RULES, log, steps, lag)


@EXAMPLES
@given(tidy_logs(disorder_ms=60), STEPS, LAGS)
def test_totals_and_evidence_are_exact_when_much_comes_late(log: dict, steps: list[Step], lag: int) -> None:
    check(RULES, log, steps, lag)


@EXAMPLES
@given(tidy_logs(disorder_ms=30, waiting=True), STEPS, LAGS)
def test_totals_and_evidence_are_exact_with_attributes_from_a_topic(log: dict, steps: list[Step], lag: int) -> None:
    check(WAITING, log, steps, lag)
