"""A harmless canary under D3 and REV at once, with half the weight each: how often is anything held against it?

Real class: `Release`, with both comparisons. The split of weights was reasoned, not simulated: a union bound over two
e-processes, of which REV is one only while its reference is within its limit.
"""

from math import log
from typing import Final

import numpy as np
from numpy.random import Generator

from monitor.judging.rollout_weights import nats_needed
from monitor.judging.rules import DAY_MS
from replay.campaign.figure import Figure, share
from replay.campaign.one_release import PLACE, START, World, drawn, joined, release_of, ripe_cells

ALPHA: Final = 0.01
DAYS: Final = 90
NEW, STABLE = 5, 15
"""Positives a day of either arm while both serve; before, the stable one has both."""

_FORMER: Final = 28
_RATE: Final = 0.20


def highest(rng: Generator, rate: float = _RATE) -> tuple[float, float]:
    """Highest log M of D3 and of REV over one rollout; `rate` is that of the new arm, the stable one keeps its own."""
    before = World(lambda _, age: np.full(len(age), _RATE), NEW + STABLE, _FORMER, 1)
    new = World(lambda _, age: np.full(len(age), rate), NEW, 0, DAYS)
    stable = World(lambda _, age: np.full(len(age), _RATE), STABLE, 0, DAYS)
    release = release_of(before, *drawn(before, rng), is_shared=True)
    of_new, of_stable = drawn(new, rng), drawn(stable, rng)
    nowhere = {"watch": np.full(release.effect.steps.shape, np.inf)}
    most = -np.inf, -np.inf
    for step in range(1, DAYS + 1):
        cells = joined(ripe_cells(new, *of_new, step), ripe_cells(stable, *of_stable, step, "r1"))
        release.take((START + step) * DAY_MS, cells, nowhere)
        at_once, timing = (float(one.log_m[0, PLACE]) for one in (release.concurrent.effect, release.effect))
        most = max(most[0], at_once), max(most[1], timing)
    return most


def figures(runs: int, rng: Generator) -> list[Figure]:
    """How often each comparison, and either, reaches the level of `ALPHA` at weight 1."""
    needed = float(nats_needed(np.ones(1), ALPHA, is_shared=True)[0])
    found = []
    for name, rate in (("the same rate", _RATE), ("two points worse, as tolerated", _RATE + 0.02)):
        at_once, timing = np.array([highest(rng, rate) for _ in range(runs)]).T
        either = np.maximum(at_once, timing)
        found += [
            share("v'/2", f"canary of {name}: D3 or REV rejects at .01", either >= needed, high=ALPHA),
            share("v'/2", f"canary of {name}: D3 does", at_once >= needed, high=ALPHA / 2),
            share("v'/2", f"canary of {name}: REV does", timing >= needed),
            share("v'/2", f"canary of {name}: either would with the whole weight", either >= log(1 / ALPHA)),
        ]
    return found
