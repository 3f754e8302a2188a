"""What is published as a counter only grows, whatever is said otherwise later."""

from collections import Counter
from collections.abc import Hashable

from hypothesis import given
from hypothesis import strategies as st

from monitor.counting.fold import Fold
from monitor.counting.letting_go import let_go
from monitor.counting.partition import PartitionState
from monitor.counting.windows import Table, closed_table, label_age_counts, pane_table, retracted_table
from tests.counting_exactly.logs import logs
from tests.counting_exactly.worlds import EXAMPLES, STEPS, WAITING, Step, play

CELLS = ("n", "n_predicted_positive", "tp", "fp", "tn", "fn")


def counters(state: PartitionState) -> Counter[Hashable]:
    """Every number that leaves as a counter, by name."""
    found: Counter[Hashable] = Counter()
    for model, rules in enumerate(state.rules.models):
        tables = [pane_table(state, model, pane) for pane in state.cells.panes(model)]
        for table in (*tables, closed_table(state, model), retracted_table(state, model)):
            found.update(_rows(rules.name, table))
        for age_bin, count in enumerate(label_age_counts([state], model).tolist()):
            found["label_age", rules.name, age_bin] += count
    for key, count in state.tallies.items():
        if key[0] not in ("pending", "label_age"):
            found[key] += count + state.taken_back[key]
    return found


def _rows(model: str, table: Table) -> dict[Hashable, int]:
    rows: Counter[Hashable] = Counter()
    for revision, combination, counts in zip(
        table.revision.tolist(), table.combination.tolist(), table.counts.tolist(), strict=True
    ):
        passed = counts[0] - counts[1]
        for name, count in zip(("passed", *CELLS[1:]), (passed, *counts[1:6]), strict=True):
            rows[model, table.revisions[revision], combination, name] += count
    return rows


@EXAMPLES
@given(logs(waiting=True), STEPS, st.booleans())
def test_no_counter_falls(log: dict, steps: list[Step], forgets: bool) -> None:
    before: Counter[Hashable] = Counter()

    def check(state: PartitionState) -> None:
        nonlocal before
        watermark = state.watermark()
        if forgets and watermark is not None:
            let_go(state, watermark, [watermark] * len(state.rules.models))
        now = counters(state)
        fallen = {name: (was, now[name]) for name, was in before.items() if now[name] < was}
        assert not fallen
        before = now

    single = [Step(step.topic, 1, step.slices, step.restarts) for step in steps for _ in range(step.records)]
    play(WAITING, log, single, Fold(), check)
