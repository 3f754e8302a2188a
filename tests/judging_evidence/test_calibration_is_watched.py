"""Calibration: people with the same score turn out as they did, or it is worth a look; it never acts."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit, logit

from monitor.counting.ripe import RipeCells
from monitor.judging.calibrating.alternatives import ALTERNATIVES, Curve, curve, recalibrated
from monitor.judging.calibrating.error import calibration_error
from monitor.judging.e_detector import NOTHING, folded, log_mixture
from monitor.judging.judge import Judge
from monitor.judging.metrics import METRICS
from monitor.judging.rules import DAY_MS, DataState, JudgingRules
from monitor.judging.verdict import Verdict
from tests.judging_evidence import worlds
from tests.judging_evidence.scored import SHARES, TRUE, Drawn, Pane, judged, ripe, said
from tests.judging_evidence.worlds import LATTICE, F

RULES = worlds.rules(calibration=True)


def runs(curves: list[Curve], rates: np.ndarray, steps: int, a: float, seed: int) -> np.ndarray:
    """Steps at which each reference's e-detector alarms, twenty events a step; shape (references, steps)."""
    rng, alarms = np.random.default_rng(seed), np.zeros((len(curves), steps), bool)
    log_r = np.full((len(curves), len(ALTERNATIVES)), NOTHING)
    if_one, if_zero = (np.array([one[place] for one in curves]) for place in (1, 2))
    for step in range(steps):
        n = rng.multinomial(20, SHARES, len(curves))
        k = rng.binomial(n, rates)
        log_l = np.einsum("rb,rjb->rj", k, if_one) + np.einsum("rb,rjb->rj", n - k, if_zero)
        log_r = folded(log_r, log_l)
        alarms[:, step] = log_mixture(log_r) >= np.log(a)
        log_r[alarms[:, step]] = NOTHING
    return alarms


def references(size: int, count: int, tolerance: float = 0.0) -> list[Curve]:
    rng = np.random.default_rng(size)
    drawn = [(n, rng.binomial(n, TRUE)) for n in rng.multinomial(size, SHARES, count)]
    return [curve(k, n, tolerance) for n, k in drawn]


def forgetful(one: Curve) -> Curve:
    """Without its margin."""
    bet = expit(ALTERNATIVES[:, :1] + ALTERNATIVES[:, 1:] * logit(one.expected))
    return Curve(one.expected, np.log(bet / one.expected), np.log((1 - bet) / (1 - one.expected)))


@pytest.mark.parametrize(("size", "forgotten"), [(300, 5.0), (500, 2.0)])
def test_a_curve_that_is_estimated_needs_its_margin(size: int, forgotten: float) -> None:
    # A = 5 000: .4 alarms in 2 000 steps are allowed. Of 800 references: .11 and .05; without margin 15 and 7.
    curves = references(size, 150)
    assert runs(curves, TRUE, 2_000, 5_000, 1).sum(axis=1).mean() <= 0.4
    assert runs([forgetful(one) for one in curves[:40]], TRUE, 2_000, 5_000, 1).sum(axis=1).mean() >= forgotten


def test_a_mix_of_scores_that_moves_is_no_change_of_calibration() -> None:
    rng, curves = np.random.default_rng(3), references(2_000, 60)
    moved = SHARES * np.linspace(0.2, 2, 20)
    log_r, alarms = np.full((len(curves), len(ALTERNATIVES)), NOTHING), 0
    if_one, if_zero = (np.array([one[place] for one in curves]) for place in (1, 2))
    for _ in range(2_000):
        n = rng.multinomial(20, moved / moved.sum(), len(curves))
        k = rng.binomial(n, TRUE)
        log_r = folded(log_r, np.einsum("rb,rjb->rj", k, if_one) + np.einsum("rb,rjb->rj", n - k, if_zero))
        fired = log_mixture(log_r) >= np.log(5_000)
        alarms += int(fired.sum())
        log_r[fired] = NOTHING
    assert alarms / len(curves) <= 0.4


@pytest.mark.parametrize(
    ("shift", "slope", "most"), [(0.5, 1.0, 40), (-0.5, 1.0, 40), (0.0, 0.6, 110), (0.0, 1.6, 110)]
)
def test_a_shift_and_a_slope_are_found_in_both_directions(shift: float, slope: float, most: int) -> None:
    # Measured medians: 27, 31, 70, 67 steps of twenty events, with 2 000 reference events and .02 tolerated.
    rates = expit(shift + slope * logit(TRUE))
    alarms = runs(references(2_000, 60, tolerance=0.02), rates, 300, 5_000, 2)
    first = np.where(alarms.any(axis=1), alarms.argmax(axis=1), 300)
    assert np.median(first) <= most


def test_a_margin_keeps_the_mean_of_every_alternative_at_most_one_over_the_reference_mix() -> None:
    # Enumerated over labels: if the rates are those of the reference, nothing grows, whatever is bet.
    rng = np.random.default_rng(7)
    n = rng.multinomial(2_000, SHARES)
    k = rng.binomial(n, TRUE)
    found = curve(k, n, 0.0)
    rate, share = (k + (k.sum() + 0.5) / (n.sum() + 1)) / (n + 1), (n + 1) / (n + 1).sum()
    mean = (rate * np.exp(found.if_one) + (1 - rate) * np.exp(found.if_zero)) @ share
    assert (mean <= 1 + 1e-12).all()
    assert len(ALTERNATIVES) == 20


def test_the_curve_rises_and_an_empty_bin_has_a_rate() -> None:
    k, n = np.array([5, 1, 0, 9] + [0] * 16), np.array([10, 10, 0, 10] + [0] * 16)
    found = recalibrated(k, n)
    assert (np.diff(found) >= 0).all()
    assert ((found > 0) & (found < 1)).all()
    assert found[0] == found[1]  # a fall is pooled


# The judge -----------------------------------------------------------------------------------------------------------


def harmed(day: int, person: int) -> float:
    return 1.0 if day >= 40 and person == F else 0.0


def test_a_group_whose_scores_mean_less_than_they_did_is_suspect_and_never_more() -> None:
    judge = judged(Judge(RULES, LATTICE, None), Drawn(1, 200, harmed), range(1, 75))
    women, men = said(judge, 74), said(judge, 74, "m")
    assert (women.verdict, men.verdict) == (Verdict.SUSPECT, Verdict.HEALTHY)
    (evidence,) = women.evidence
    assert evidence.log_e is not None
    assert evidence.log_e > evidence.watch + 10  # far beyond, and still a matter for a look
    assert evidence.page is None
    assert evidence.rollback is None
    assert women.blame is None
    assert "calibration" not in {metric for _, _, metric in judge.latched()}


def test_scores_that_never_meant_what_they_say_are_no_drift() -> None:
    judge = judged(Judge(RULES, LATTICE, None), Drawn(2, 200), range(1, 120))
    assert {said(judge, 119, slug).verdict for slug in ("overall", "f", "m")} == {Verdict.HEALTHY}
    (evidence,) = said(judge, 119).evidence
    assert evidence.log_e is not None
    assert evidence.log_e < evidence.watch


def test_labels_that_come_by_their_value_are_no_change_of_calibration() -> None:
    # From day 40 on all labels 1 come early and all labels 0 late: read before a pane is whole, everybody would be a 1.
    early, mixed = Drawn(3, 200, age_of_one=0), Drawn(3, 200)

    def turning(day: int) -> Pane:
        return (early if day >= 40 else mixed)(day)

    judge = judged(Judge(RULES, LATTICE, None), turning, range(1, 80))
    assert said(judge, 79).verdict is Verdict.HEALTHY


def test_a_pane_is_read_when_its_last_label_could_have_come_and_not_before() -> None:
    judge = judged(Judge(RULES, LATTICE, None), Drawn(4, 200), range(1, 31))
    assert said(judge, 30).reasons == ("reference_building",)  # day 28, the first that is tested, is whole on day 31
    assert said(judged(judge, Drawn(4, 200), range(31, 32)), 31).evidence[0].panes == 1


@pytest.mark.parametrize(
    ("people", "reason"), [(5, "reference_too_small"), (11, "blind")], ids=["few in the reference", "few now"]
)
def test_too_few_scores_are_no_good_news(people: int, reason: str) -> None:
    judge = judged(Judge(RULES, LATTICE, None), Drawn(5, people), range(1, 80))
    women = said(judge, 79)
    assert women.verdict is Verdict.INCONCLUSIVE
    assert women.reasons == (reason,)


def test_a_model_without_scores_is_not_called_calibrated() -> None:
    judge = Judge(RULES, LATTICE, None)
    for day in range(1, 60):
        judge.step(day * DAY_MS, replace(ripe(day, Drawn(6, 100)), score_bin=None))
    assert said(judge, 59).verdict is Verdict.INCONCLUSIVE
    no_score = Judge(RULES, LATTICE, None)
    for day in range(1, 60):
        cells = ripe(day, Drawn(6, 100))
        no_score.step(day * DAY_MS, replace(cells, score_bin=np.full(len(cells.n), 20)))
    assert said(no_score, 59).verdict is Verdict.INCONCLUSIVE


def test_labels_that_stop_and_data_that_are_stale_make_it_stale() -> None:
    def stops(day: int) -> Pane:
        pane = Drawn(7, 200)(day)
        return {who: [row for row in rows if row[1] < 0 or day < 50] for who, rows in pane.items()}

    judge = judged(Judge(RULES, LATTICE, None), stops, range(1, 70))
    assert said(judge, 69).verdict is Verdict.STALE
    assert "labels_stopped" in said(judge, 69).reasons
    fresh = judged(Judge(RULES, LATTICE, None), Drawn(7, 200), range(1, 60))
    late = DataState(serving=("r1",), stale=frozenset({"watermark"}))
    assert said(fresh, 59, data=late).verdict is Verdict.STALE


def test_a_revision_that_has_no_label_yet_is_inconclusive_and_the_alarm_falls_on_the_one_that_has_it() -> None:
    judge = judged(Judge(RULES, LATTICE, None), Drawn(1, 200, harmed), range(1, 75))
    both = DataState(serving=("r2", "r1"))
    found = {
        one.revision: one
        for one in judge.assess(74 * DAY_MS, both)
        if (one.metric, one.subgroup) == ("calibration", "f")
    }
    assert found["r1"].verdict is Verdict.SUSPECT
    assert (found["r2"].verdict, found["r2"].reasons) == (Verdict.INCONCLUSIVE, ("no_labels_yet",))


def test_an_acknowledged_alarm_starts_anew_and_a_crossing_is_not_watched() -> None:
    judge = judged(Judge(RULES, LATTICE, None), Drawn(1, 200, harmed), range(1, 75))
    judge.acknowledge("sex", "f", "calibration")
    assert said(judge, 74).verdict is Verdict.HEALTHY
    assert said(judge, 74).evidence[0].log_e is None
    with pytest.raises(ValueError, match="no stream of calibration for race=x"):
        judge.acknowledge("race", "x", "calibration")
    with pytest.raises(ValueError, match="no stream of calibration"):
        Judge(worlds.rules(), LATTICE, None).acknowledge("sex", "f", "calibration")


def test_neither_order_nor_split_nor_restart_changes_its_evidence() -> None:
    rng, drawn = np.random.default_rng(9), Drawn(8, 60, harmed)
    plain, torn = Judge(RULES, LATTICE, None), Judge(RULES, LATTICE, None)
    for day in range(1, 60):
        cells = ripe(day, drawn)
        plain.step(day * DAY_MS, cells)
        torn.step(day * DAY_MS, shuffled(cells, rng))
        if day % 7 == 0 or day == 59:  # the last one says nothing before it is asked
            again = Judge(RULES, LATTICE, None)
            again.restore(torn.state_bytes())
            torn = again
    assert said(plain, 59) == said(torn, 59)
    assert plain.state_bytes() == torn.state_bytes()


def shuffled(cells: RipeCells, rng: np.random.Generator) -> RipeCells:
    """The same counts in another order, each in two parts."""
    order = rng.permutation(len(cells.n))
    names = ("revision", "pane_start_ms", "age_bin", "combination", "prediction", "label", "score_bin")
    columns = {name: np.concatenate([getattr(cells, name)[order]] * 2) for name in names}
    first = cells.n[order] // 2
    found = replace(cells, n=np.concatenate((first, cells.n[order] - first)), **columns)
    return found.where(found.n > 0)


def test_its_share_of_the_budget_is_taken_from_the_metrics_that_are_watched_in_addition() -> None:
    with_it, without = Judge(RULES, LATTICE, None), Judge(worlds.rules(), LATTICE, None)
    key = ("sex", "calibration", "reference", "watch")
    assert key in with_it.thresholds()
    assert key not in without.thresholds()
    for metric, dearer in (("false_negative_rate", False), ("error_rate", True)):
        nats = [one.thresholds()["sex", metric, "reference", "watch"] for one in (without, with_it)]
        assert (nats[1] > nats[0]) is dearer
    everything = JudgingRules("m", tuple(METRICS), DAY_MS, (0, DAY_MS), calibration=True)
    assert Judge(everything, LATTICE, None).budget()["watch"] <= 13


# The number that people are shown -----------------------------------------------------------------------------------


@pytest.mark.parametrize("shift", [0.0, 0.4, 1.0])
def test_the_interval_of_the_calibration_error_covers_the_true_one(shift: float) -> None:
    rng, rates = np.random.default_rng(11), expit(logit(TRUE) + shift)
    covered, n = 0, np.maximum(1, np.round(2_000 * SHARES).astype(int))
    true = float((n / n.sum()) @ np.abs(rates - TRUE))
    for _ in range(400):
        found = calibration_error(rng.binomial(n, rates), n, TRUE)
        assert found is not None
        covered += found.lower <= true <= found.upper
    assert covered / 400 >= 0.93


def test_the_plain_error_of_few_is_large_though_nothing_is_wrong_and_its_limits_say_so() -> None:
    rng = np.random.default_rng(12)
    found = [calibration_error(rng.binomial(n, TRUE), n, TRUE) for n in rng.multinomial(200, SHARES, 200)]
    assert np.mean([one.value for one in found if one]) > 0.07
    assert np.mean([one.lower for one in found if one]) < 0.01
