"""Whatever statistics of drift say, verdicts, evidence and what stands behind them are the same."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from monitor.judging.annotating.drift import Drift, DriftScore
from monitor.judging.beside import Beside
from monitor.judging.judge import Judge
from monitor.judging.rules import DAY_MS, DataState
from monitor.judging.verdict import StreamVerdict
from tests.judging_evidence import worlds
from tests.judging_evidence.scored import Drawn, Pane, ripe
from tests.judging_evidence.worlds import LATTICE, F

SERVING = DataState(serving=("r1",))
PEOPLE = 300


def moved(day: int) -> Pane:
    """From day 45 on scores of women are ten bins lower, labels as they were, and there are half as many men."""
    pane = Drawn(21, PEOPLE)(day)
    if day < 45:
        return pane
    changed: Pane = {}
    for (revision, person), rows in pane.items():
        if person == F:
            changed[revision, person] = [(max(0, score - 10), *rest) for score, *rest in rows]  # type: ignore[misc]
        else:
            changed[revision, person] = [(*head, n // 2) for *head, n in rows if n > 1]  # type: ignore[misc]
    return changed


def run(judge: Judge, days: range, pane_of: Any = moved) -> list[tuple[StreamVerdict, ...]]:
    said = []
    for day in days:
        judge.step(day * DAY_MS, ripe(day, pane_of))
        judge.drift_scores(("r1",))
        said.append(judge.assess(day * DAY_MS, SERVING))
    return said


def scores(judge: Judge, attribute: str = "sex", subgroup: str = "f") -> Mapping[str, DriftScore]:
    return {one.detector: one for one in judge.drift_scores(("r1",)).get(("r1", attribute, subgroup), ())}


def test_scores_that_moved_are_shown_and_every_verdict_is_as_if_nobody_had_looked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked = Judge(worlds.rules(), LATTICE, None)
    said = run(looked, range(1, 70))
    found = scores(looked)
    assert found["psi"].value > 10 * (found["psi"].limit or 1)
    assert found["ks"].value > 0.2
    assert found["mix"].value > 3.84
    assert {"adwin", "page_hinkley"} <= found.keys()

    monkeypatch.setattr(Beside, "take", lambda *_: None)
    blind = Judge(worlds.rules(), LATTICE, None)
    assert run(blind, range(1, 70)) == said
    assert not blind.drift_scores(("r1",))


class Shouting(Drift):
    """Statistics that say drift, everywhere, always."""

    def scores(self, revisions: Sequence[str]) -> Mapping[tuple[str, str, str], tuple[DriftScore, ...]]:
        groups = [(group.attribute, group.slug) for group in LATTICE.subgroups]
        return {(revision, *group): (DriftScore("psi", 1e9, 10**6, 0.1),) for revision in revisions for group in groups}


def test_statistics_that_shout_all_the_time_move_no_verdict_and_no_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = worlds.rules(calibration=True)
    plain = Judge(rules, LATTICE, None)
    said = run(plain, range(1, 50))
    monkeypatch.setattr("monitor.judging.beside.Drift", Shouting)
    shouting = Judge(rules, LATTICE, None)
    assert run(shouting, range(1, 50)) == said
    assert scores(shouting)["psi"].value == 1e9
    assert shouting.state_bytes() == plain.state_bytes()


def test_who_is_not_there_any_more_shows_in_the_mix_of_both() -> None:
    judge = Judge(worlds.rules(), LATTICE, None)
    run(judge, range(1, 70))
    assert scores(judge)["mix"].value == pytest.approx(scores(judge, subgroup="m")["mix"].value)
    assert "mix" not in scores(judge, "overall", "overall")


def test_a_quiet_stream_is_below_its_limits_and_nothing_is_said_before_the_reference_is_over() -> None:
    judge = Judge(worlds.rules(), LATTICE, None)
    run(judge, range(1, 29), Drawn(22, PEOPLE))
    assert not {"psi", "ks", "mix"} & scores(judge).keys()
    run(judge, range(29, 60), Drawn(22, PEOPLE))
    found = scores(judge)
    assert found["psi"].value < 2 * (found["psi"].limit or 0)
    assert found["ks"].value < 0.05
    assert (found["adwin"].value, found["page_hinkley"].value) == (0, 0)


def test_what_lies_more_than_28_panes_back_is_forgotten() -> None:
    judge, usual = Judge(worlds.rules(), LATTICE, None), Drawn(21, PEOPLE)
    run(judge, range(1, 56), lambda day: (moved if day < 52 else usual)(day))
    assert scores(judge)["psi"].value > 10 * (scores(judge)["psi"].limit or 1)
    run(judge, range(56, 82), lambda day: (moved if day < 52 else usual)(day))
    assert scores(judge)["psi"].value < 2 * (scores(judge)["psi"].limit or 0)
    assert scores(judge)["psi"].samples == pytest.approx(28 * PEOPLE)


def test_a_restart_anywhere_says_the_same() -> None:
    whole, torn = Judge(worlds.rules(), LATTICE, None), Judge(worlds.rules(), LATTICE, None)
    for day in range(1, 62):
        for judge in (whole, torn):
            judge.step(day * DAY_MS, ripe(day, moved))
        if day % 9 == 0:
            packed, torn = torn.state_bytes(), Judge(worlds.rules(), LATTICE, None)
            torn.restore(packed)
    assert whole.drift_scores(("r1",)) == torn.drift_scores(("r1",))
    assert whole.state_bytes() == torn.state_bytes()


def test_a_model_that_sends_no_scores_has_a_mix_and_no_shift() -> None:
    judge = Judge(worlds.rules(), LATTICE, None)
    for day in range(1, 70):
        cells = ripe(day, moved)
        judge.step(day * DAY_MS, replace(cells, score_bin=np.full(len(cells.n), 20)))
    assert "mix" in scores(judge)
    assert not {"psi", "ks"} & scores(judge).keys()


def test_the_calibration_error_stands_among_them_where_calibration_is_watched() -> None:
    judge = Judge(worlds.rules(calibration=True), LATTICE, None)
    run(judge, range(1, 60))
    found = scores(judge)["ece"]
    assert found.lower is not None
    assert found.upper is not None
    assert found.lower <= found.value <= found.upper
