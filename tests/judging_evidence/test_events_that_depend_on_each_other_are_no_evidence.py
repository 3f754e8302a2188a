"""Overdispersion: where the reference shows that events of a pane depend on each other, evidence allows for it."""

import numpy as np
import pytest

from monitor.judging import any_dependence, beta_binomial
from monitor.judging.bets import tilts
from monitor.judging.dispersion import of_series
from monitor.judging.e_detector import NOTHING, folded, log_factor, log_mixture
from monitor.judging.judge import Judge
from monitor.judging.rules import DAY_MS, DataState
from monitor.judging.verdict import Verdict
from tests.judging_evidence.worlds import LATTICE, Pane, everyone, people, ripe, rules

P, N, RHO, RUNS = 0.10, 20, 0.05, 150


def correlated(rng: np.random.Generator, size: tuple[int, ...], rho: float) -> np.ndarray:
    """Harmful ones of N, in panes whose rate varies."""
    if rho == 0:
        return rng.binomial(N, P, size)
    return rng.binomial(N, rng.beta(P * (1 / rho - 1), (1 - P) * (1 / rho - 1), size))


@pytest.mark.parametrize(("rho", "least", "most"), [(0.0, 0.0, 0.25), (0.05, 0.85, 1.0)])
def test_a_reference_of_four_weeks_shows_it_where_it_is_there(rho: float, least: float, most: float) -> None:
    # statistics.md, acceptance test 17: on in about 18 % and 93 %.
    rng, found = np.random.default_rng(5), 0
    for _ in range(400):
        k = correlated(rng, (28,), rho)
        p = (k.sum() + 0.5) / (28 * N + 1)
        found += (
            of_series(np.column_stack((k, np.full(28, N), np.full(28, N * p), np.full(28, N * p * (1 - p)))))[1] > 0
        )
    assert least <= found / 400 <= most


def test_only_a_factor_that_allows_for_it_keeps_the_promise() -> None:
    rng, steps, a = np.random.default_rng(6), 2_000, 5_000
    k = correlated(rng, (steps, RUNS), RHO)
    p0, tilt, stream = np.full(RUNS, P), np.tile(tilts([P]), (RUNS, 1)), np.arange(RUNS)
    n, rho, inflation = np.full(RUNS, N), np.full(RUNS, RHO), 1 + (N - 1) * RHO
    factors = {
        "binomial": lambda now: log_factor(stream, now, n, p0, tilt),
        "deflated": lambda now: log_factor(stream, now, n, p0, tilt) / inflation,
        "beta-binomial": lambda now: beta_binomial.log_factor((now, n), p0, tilt, rho),
        "any dependence": lambda now: any_dependence.log_factor(now.astype(float), n * p0),
    }
    alarms = {}
    for name, factor in factors.items():
        log_r, total = np.full((RUNS, factor(k[0]).shape[1]), NOTHING), 0
        for now in k:
            log_r = folded(log_r, factor(now))
            fired = log_mixture(log_r) >= np.log(a)
            total += int(fired.sum())
            log_r[fired] = NOTHING
        alarms[name] = total / RUNS / (steps / a)  # per A steps, in which one is allowed
    noise = 3 / (RUNS * steps / a) ** 0.5
    assert alarms["beta-binomial"] <= 1 + noise
    assert alarms["any dependence"] <= 1 + noise
    assert alarms["deflated"] <= 1.3 + noise
    assert alarms["binomial"] >= 10, "negative control"


def test_the_judge_does_not_alarm_at_batches_of_repeat_patients() -> None:
    def batches(day: int) -> Pane:
        rng = np.random.default_rng(day)
        missed = int(rng.binomial(20, rng.beta(0.2 * 3, 0.8 * 3)))  # a correlation of a quarter
        return everyone(people(fn=missed, tp=20 - missed, fp=6, tn=34))

    judge = Judge(rules(metrics=("false_negative_rate",)), LATTICE, None)
    said = []
    for day in range(1, 250):
        judge.step(day * DAY_MS, ripe(day, batches))
        said += [one.verdict for one in judge.assess(day * DAY_MS, DataState(("r1",))) if one.subgroup == "f"]
    assert Verdict.DEGRADED not in said
