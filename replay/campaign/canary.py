"""Test 12: a canary beside the stable revision (D3). What is harmless is left alone, what harms is found.

Real class: `monitor.judging.concurrent.Concurrent`, one subgroup a run.
"""

from collections.abc import Callable
from math import log
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from monitor.judging.concurrent import Concurrent
from monitor.judging.rules import DAY_MS
from replay.campaign.crowd import NEW, STABLE, Crowd, Seen
from replay.campaign.figure import Figure, median, share

Floats = NDArray[np.float64]
ARMS: Final = (10, 40)
STEPS: Final = 150
HORIZON: Final = 180
NEVER_FOUND: Final = 10**6
USUAL: Final = 0.10

Rates = Callable[[int], tuple[float, float]]
"""Step -> rates of the new and the stable arm."""


def evidence(runs: int, rng: Generator, rates: Rates, tolerance: float, arms: tuple[int, int] = ARMS) -> Floats:
    """log M of each run after each step, shape (runs, steps)."""
    crowd = Crowd(runs, (0, 1), tolerance)
    concurrent = Concurrent(crowd.rules, crowd.rules.rates, crowd.people, HORIZON)
    found = np.empty((runs, STEPS))
    for step in range(STEPS):
        seen = [
            Seen(name, step, 0, rng.binomial(n, rate, runs), np.full(runs, n))
            for name, n, rate in zip((NEW, STABLE), arms, rates(step), strict=True)
        ]
        concurrent.take((step + 1) * DAY_MS, crowd.cells(seen), NEW, STABLE)
        found[:, step] = concurrent.effect.log_m[0, crowd.places]
    return found


def events_to_find(log_m: Floats, alpha: float, of_step: int = ARMS[0]) -> NDArray[np.int64]:
    """New-arm events at the first step at which 1 / alpha is reached; `NEVER_FOUND` if it is not."""
    reached = log_m >= log(1 / alpha)
    return np.where(reached.any(axis=1), (reached.argmax(axis=1) + 1) * of_step, NEVER_FOUND)


def season(step: int) -> tuple[float, float]:
    """Both arms swing together between .05 and .29."""
    rate = 0.17 + 0.12 * float(np.sin(2 * np.pi * step / 30))
    return rate, rate


def figures(runs: int, rng: Generator) -> list[Figure]:
    """The figures of test 12; `runs` for the nulls, a quarter of them for the delays."""
    found = []
    for name, tolerance, rates in (
        ("equal arms, no tolerance", 0.0, lambda _: (USUAL, USUAL)),
        ("equal arms", 0.02, lambda _: (USUAL, USUAL)),
        ("equal arms, common season, no tolerance", 0.0, season),
    ):
        highest = evidence(runs, rng, rates, tolerance).max(axis=1)
        found.append(share("12", f"{name}: rejected at .01", highest >= log(100), high=0.01))
        thousandth = share("12", f"{name}: rejected at .001", highest >= log(1_000))
        found.append(thousandth._replace(high=0.001 + 3 * float(np.sqrt(0.001 * 0.999 / runs))))
    for harmed, most, rates in ((0.20, 420, lambda _: (0.20, USUAL)), (0.30, 130, lambda _: (0.30, USUAL))):
        delay = events_to_find(evidence(max(runs // 4, 50), rng, rates, 0.02), 0.001)
        found.append(median("12", f"new arm {harmed:.2f}: new-arm events to .001", delay, high=most))
    return found
