"""Test 13: a canary whose labels are younger than the stable arm's. At equal age it is not falsely better.

Real class: `monitor.judging.concurrent.Concurrent`, a subgroup a run. Hits are known 0 to 9 steps after the inference,
misses ten steps later, so a young arm has shown its hits and not yet its misses.
"""

from math import log
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from monitor.judging.concurrent import Concurrent
from monitor.judging.rules import DAY_MS
from replay.campaign.crowd import NEW, STABLE, Crowd, Seen
from replay.campaign.figure import Figure, share

Ints = NDArray[np.int64]
STEPS: Final = 60
AGES: Final = 20
HORIZON: Final = 180
_HITS, _MISSES = slice(0, 10), slice(10, 20)
_ARMS: Final = {NEW: 10, STABLE: 40}
_RATE: Final = 0.10


def labels(runs: int, rng: Generator, n: int, panes: int) -> tuple[Ints, Ints]:
    """Missed and all labels by run, pane and age, each of shape (runs, panes, `AGES`)."""
    missed, known = (np.zeros((runs, panes, AGES), np.int64) for _ in range(2))
    misses = rng.binomial(n, _RATE, (runs, panes))
    missed[..., _MISSES] = rng.multinomial(misses, np.full(10, 0.1))
    known[..., _HITS] = rng.multinomial(n - misses, np.full(10, 0.1))
    return missed, known + missed


def by_age(runs: int, rng: Generator) -> NDArray[np.float64]:
    """Highest log M of each run, comparing the arms as the judge does: same panes, same age."""
    crowd = Crowd(runs, tuple(range(AGES + 1)), tolerance=0.0)
    concurrent = Concurrent(crowd.rules, crowd.rules.rates, crowd.people, HORIZON)
    arms = {name: labels(runs, rng, n, STEPS) for name, n in _ARMS.items()}
    highest = np.full(runs, -np.inf)
    for step in range(1, STEPS + 1):
        ages = [(age, step - 2 - age) for age in range(AGES) if step - 2 - age >= 0]
        seen = [
            Seen(name, pane, age, missed[:, pane, age], n[:, pane, age])
            for name, (missed, n) in arms.items()
            for age, pane in ages
        ]
        concurrent.take(step * DAY_MS, crowd.cells(seen), NEW, STABLE)
        highest = np.maximum(highest, concurrent.effect.log_m[0, crowd.places])
    return highest


def as_they_arrive(runs: int, rng: Generator) -> NDArray[np.float64]:
    """The same without ages, roles exchanged: evidence that the stable arm is worse. It served 60 steps more."""
    crowd = Crowd(runs, (0, 1), tolerance=0.0)
    concurrent = Concurrent(crowd.rules, crowd.rules.rates, crowd.people, HORIZON)
    arms = {name: labels(runs, rng, n, 2 * STEPS) for name, n in _ARMS.items()}
    highest = np.full(runs, -np.inf)
    for step in range(STEPS, 2 * STEPS):
        seen = []
        for name, (missed, n) in arms.items():
            ages = [age for age in range(AGES) if name == STABLE or step - age >= STEPS]
            panes = [step - age for age in ages]
            seen.append(Seen(name, step, 0, missed[:, panes, ages].sum(axis=1), n[:, panes, ages].sum(axis=1)))
        concurrent.take((step + 1) * DAY_MS, crowd.cells(seen), STABLE, NEW)
        highest = np.maximum(highest, concurrent.effect.log_m[0, crowd.places])
    return highest


def figures(runs: int, rng: Generator) -> list[Figure]:
    """The figures of test 13."""
    equal, naive = by_age(runs, rng), as_they_arrive(runs, rng)
    return [
        share("13", "equal arms of unequal age: rejected at .01", equal >= log(100), high=0.01),
        share("13", "control, no age strata: falsely better at .01", naive >= log(100), low=0.05),
    ]
