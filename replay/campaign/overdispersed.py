"""Test 17: events of a step that depend on each other (repeat patients, batches), and the gate that notices it.

Real functions: `e_detector`, `beta_binomial`, `any_dependence`, `dispersion.of_series`.
"""

from collections.abc import Callable
from math import log
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from monitor.judging import any_dependence, beta_binomial
from monitor.judging.bets import tilts
from monitor.judging.dispersion import of_series
from monitor.judging.e_detector import NOTHING, folded, log_factor, log_mixture
from replay.campaign.figure import Figure, mean, share

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
N: Final = 20
P0: Final = 0.10
RHO: Final = 0.05
STEPS: Final = 5_000
STEPS_PER_ALARM: Final = 5_000
PANES: Final = 28

Factor = Callable[[Ints], Floats]
"""Harmful events of each run in one step -> log L, shape (runs, bets)."""


def clustered(runs: int, rng: Generator, steps: int, rho: float = RHO) -> Ints:
    """Beta-binomial counts of `N` events at `P0`, shape (runs, steps)."""
    if rho == 0:
        return rng.binomial(N, P0, (runs, steps))
    size = 1 / rho - 1
    return rng.binomial(N, rng.beta(P0 * size, (1 - P0) * size, (runs, steps)))


def alarms(counts: Ints, factor: Factor) -> Ints:
    """Alarms of each run, each starting its evidence anew."""
    log_r: Floats | None = None
    found = np.zeros(len(counts), np.int64)
    for k in counts.T:
        log_l = factor(k)
        log_r = folded(np.full(log_l.shape, NOTHING) if log_r is None else log_r, log_l)
        fired = log_mixture(log_r) >= log(STEPS_PER_ALARM)
        found += fired
        log_r[fired] = NOTHING
    return found


def factors_of(runs: int) -> dict[str, Factor]:
    """Every form of the factor, by name."""
    bets, n, p0 = np.tile(tilts([P0]), (runs, 1)), np.full(runs, N), np.full(runs, P0)
    stream = np.arange(runs)

    def plain(k: Ints) -> Floats:
        return log_factor(stream, k, n, p0, bets)

    return {
        "plain binomial": plain,
        "deflated": lambda k: plain(k) / (1 + (N - 1) * RHO),
        "beta-binomial": lambda k: beta_binomial.log_factor((k, n), p0, bets, np.full(runs, RHO)),
        "any dependence (D1-w)": lambda k: any_dependence.log_factor(k, n * p0),
    }


def gate_is_on(runs: int, rng: Generator, rho: float) -> list[bool]:
    """Whether a reference of 28 panes is taken for overdispersed."""
    counts = clustered(runs, rng, PANES, rho)
    found = []
    for k in counts:
        p = (k.sum() + 0.5) / (PANES * N + 1)
        panes = np.column_stack((k, *(np.full(PANES, value) for value in (N, N * p, N * p * (1 - p)))))
        found.append(of_series(panes)[1] > 0)
    return found


def figures(runs: int, rng: Generator) -> list[Figure]:
    """The figures of test 17; the gate with ten times the runs."""
    counts, factors = clustered(runs, rng, STEPS), factors_of(runs)
    limits = {"beta-binomial": 1.0, "any dependence (D1-w)": 1.0, "deflated": 1.3}
    found = [
        mean("17", f"{name}: alarms in 5 000 steps", alarms(counts, factors[name]), high=most)
        for name, most in limits.items()
    ]
    plain = alarms(counts, factors["plain binomial"])
    return [
        *found,
        mean("17", "control, plain binomial: alarms in 5 000 steps", plain, low=10.0),
        share("17", "gate is on for a binomial reference", gate_is_on(10 * runs, rng, 0.0), high=0.25),
        share("17", "gate is on at rho = .05", gate_is_on(10 * runs, rng, RHO), low=0.85),
    ]
