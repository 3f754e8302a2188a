"""STALE: how often a subgroup whose labels never stop is called so. Real class: `monitor.judging.traffic.Traffic`.

Labels come by chance, `labels` a day on average; inferences flow every day. One subgroup a run.
"""

from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from monitor.counting.ripe import LABEL_FREE
from monitor.judging.metrics import Kind
from monitor.judging.rules import DAY_MS
from monitor.judging.tally import Tally
from monitor.judging.traffic import Traffic
from replay.campaign.crowd import Crowd
from replay.campaign.figure import Figure, mean, share

Bools = NDArray[np.bool_]
LABELS: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
REFERENCE_DAYS: Final = (28, 56)
YEAR: Final = 365


def days_stale(runs: int, rng: Generator, labels: float, reference: int) -> tuple[Bools, Bools]:
    """Day by day whether each run is STALE in the year after its reference, shape (runs, `YEAR`); who can be at all."""
    crowd = Crowd(runs, (0, 1), tolerance=0.02)
    traffic = Traffic(crowd.rules.rates, crowd.people, DAY_MS)
    free = np.zeros((runs, len(Kind)), np.int64)
    free[:, Kind.FLAGGED] = 1
    found = np.zeros((runs, YEAR), bool)
    for day in range(reference + YEAR):
        missed = np.zeros((runs, len(Kind)), np.int64)
        missed[:, Kind.FALSE_NEGATIVE] = rng.poisson(labels, runs)
        counts = np.concatenate((free, missed))
        person = np.tile(crowd.combinations, 2)
        age = np.repeat([LABEL_FREE, 0], runs)
        cells = Tally(("r1",), np.zeros(2 * runs, np.int64), age, person, counts)
        traffic.take((day + 1) * DAY_MS, cells, None, learns_gaps=day < reference)
        if day >= reference:
            found[:, day - reference] = traffic.labels_stopped()[crowd.places]
    return found, traffic.longest_gap_ms[crowd.places] >= 0


def figures(runs: int, rng: Generator) -> list[Figure]:
    """Episodes a year and days of them; no promise was made, the rule was reasoned only."""
    found = []
    for reference in REFERENCE_DAYS:
        for labels in LABELS:
            stale, can = days_stale(runs, rng, labels, reference)
            begins = stale & ~np.concatenate((np.zeros((runs, 1), bool), stale[:, :-1]), axis=1)
            name = f"{labels:g} labels a day, {reference} days of reference"
            found.append(mean("STALE", f"{name}: false episodes a year", begins.sum(axis=1)))
            found.append(share("STALE", f"{name}: runs with any", begins.any(axis=1)))
            if not can.all():
                found.append(share("STALE", f"{name}: no gap is known, never STALE", ~can))
    return found
