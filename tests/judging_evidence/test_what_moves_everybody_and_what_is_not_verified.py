"""A shift of everybody is nobody's gap and no release's doing; a rate of misses moves when more negatives are verified.

Tests 10 and 21 of the design; 1 to 7, 11, 18 and 19 stand beside, 8, 9 and 12 to 17 in the campaign and its short form.
"""

import numpy as np
import pytest

from monitor.counting.ripe import LABEL_FREE, RipeCells
from monitor.events import Label
from monitor.judging import conditional
from monitor.judging.bets import tilts
from monitor.judging.e_detector import NOTHING, folded, log_factor, log_mixture
from monitor.judging.judge import Judge
from monitor.judging.revision_effect import RevisionEffect
from monitor.judging.rules import DAY_MS
from monitor.judging.verdict import Verdict
from tests.judging_evidence.worlds import EDGES_MS, LATTICE, F, M, rules, said

RUNS, STEPS, A = 300, 300, 5_000


@pytest.fixture(scope="module")
def arms() -> np.ndarray:
    """n_a, k_a, n_b, k_b of every step and run while everybody is at .20 instead of .10."""
    rng = np.random.default_rng(10)
    n = np.broadcast_to([20, 200], (STEPS, RUNS, 2))
    k = rng.binomial(n, 0.20)
    return np.stack((n[..., 0], k[..., 0], n[..., 1], k[..., 1]), axis=-1)


def test_a_shift_of_everybody_is_found_by_the_rate_and_hardly_ever_by_the_gap(arms: np.ndarray) -> None:
    of_rate, of_gap = np.full((RUNS, 8), NOTHING), np.full((RUNS, len(conditional.TILTS)), NOTHING)
    fired = {"rate": np.zeros(RUNS, bool), "gap": np.zeros(RUNS, bool)}
    stream, p0, bet = np.arange(RUNS), np.full(RUNS, 0.10), tilts(np.full(RUNS, 0.10))
    for step in arms:
        of_rate = folded(of_rate, log_factor(stream, step[:, 1], step[:, 0], p0, bet))
        of_gap = folded(of_gap, conditional.log_factor(step, 0.0))
        fired["rate"] |= log_mixture(of_rate) >= np.log(A)
        fired["gap"] |= log_mixture(of_gap) >= np.log(A)
    assert fired["rate"].all()
    assert fired["gap"].mean() <= 0.06  # (about .02)


def test_a_shift_of_both_revisions_alike_rejects_no_more_than_alpha() -> None:
    rng, alpha = np.random.default_rng(11), 0.01
    effect = RevisionEffect(1, RUNS, 180, bets=len(conditional.TILTS))
    rejected = np.zeros(RUNS, bool)
    for step in range(150):
        rate = 0.10 if step < 50 else 0.20
        new, stable = rng.binomial(10, rate, RUNS), rng.binomial(40, rate, RUNS)
        step_arms = np.column_stack((np.full(RUNS, 10), new, np.full(RUNS, 40), stable))
        effect.fold_bets(conditional.log_factor(step_arms, 0.0)[None], np.full((1, RUNS), 10))
        rejected |= effect.log_m[0] >= np.log(1 / alpha)
    assert rejected.mean() <= alpha + 3 * np.sqrt(alpha * (1 - alpha) / RUNS)


FLAGGED_ILL, FLAGGED_WELL, PASSED_ILL, PASSED_WELL = 100, 60, 100, 1_900
"""By person and day. Half of those who have the outcome are passed over, as before; the flagged are all verified."""

CHANGE_DAY = 60


def verified(day: int) -> RipeCells:
    """What is ripe on a day; of those passed over .05 are drawn for a random audit, from the change on .10."""
    rows = []
    for age_bin in (LABEL_FREE, 0, 1):
        pane = day - 1 - (EDGES_MS[age_bin + 1] // DAY_MS if age_bin >= 0 else 0)
        audited = 0.05 if pane < CHANGE_DAY else 0.10
        if pane < 0:
            continue
        counts = (
            [(1, LABEL_FREE, FLAGGED_ILL + FLAGGED_WELL), (0, LABEL_FREE, PASSED_ILL + PASSED_WELL)]
            if age_bin == LABEL_FREE
            else [
                (1, Label.POSITIVE, FLAGGED_ILL / 2),
                (1, Label.NEGATIVE, FLAGGED_WELL / 2),
                (0, Label.AUDITED_POSITIVE, PASSED_ILL * audited / 2),
                (0, Label.AUDITED_NEGATIVE, PASSED_WELL * audited / 2),
            ]
        )
        # Halves of odd counts go to one age bin on one day and to the other on the next.
        rows += [
            (0, pane * DAY_MS, age_bin, who, *head, int(n + (pane + age_bin) % 2 / 2))
            for who in (F, M)
            for *head, n in counts
        ]
    return RipeCells(("r1",), *np.array(rows, np.int64).T) if rows else RipeCells.empty()


@pytest.fixture(scope="module")
def judge() -> Judge:
    found = Judge(rules(metrics=("false_negative_rate", "false_omission_rate")), LATTICE, None)
    for day in range(1, 140):
        found.step(day * DAY_MS, verified(day))
    return found


def test_a_larger_audit_with_the_same_errors_is_no_alarm_of_the_omission_rate(judge: Judge) -> None:
    for slug in ("overall", "f", "m"):
        (omitted,) = said(judge, 139, "false_omission_rate", slug)
        assert omitted.verdict is Verdict.HEALTHY
        assert omitted.evidence[0].events > 1_000


def test_the_plain_rate_of_misses_doubles_with_the_audit_and_would_alarm(judge: Judge) -> None:
    # The negative control: pi f / (pi f + 1 - f) with f = .5 goes from .048 to .091 though nobody is missed more often.
    (missed,) = said(judge, 139)
    assert missed.reference is not None
    assert missed.reference.value == pytest.approx(0.048, abs=0.004)
    assert missed.verdict is Verdict.DEGRADED


def test_without_any_outcome_of_people_passed_over_a_rate_of_misses_is_not_identified() -> None:
    # Naively it would be 0 of many, and healthy for ever.
    judge = Judge(rules(metrics=("false_negative_rate", "false_discovery_rate")), LATTICE, None)
    for day in range(1, 80):
        cells = verified(day)
        judge.step(day * DAY_MS, cells.where((cells.prediction == 1) | (cells.label == LABEL_FREE)))
    (missed,), (wrong,) = said(judge, 79), said(judge, 79, "false_discovery_rate")
    assert (missed.verdict, missed.reasons) == (Verdict.INCONCLUSIVE, ("unverified_negatives",))
    assert wrong.verdict is Verdict.HEALTHY


def test_while_the_reference_is_built_that_is_not_said_yet() -> None:
    judge = Judge(rules(metrics=("false_negative_rate",)), LATTICE, None)
    for day in range(1, 20):
        judge.step(day * DAY_MS, verified(day))
    assert said(judge, 19)[0].reasons == ("reference_building",)
