"""Releases that are bad, good, or bad luck: streams of ripe cells with a rollout in them."""

from collections.abc import Callable, Mapping

import numpy as np

from monitor.judging.blame import Blame
from monitor.judging.judge import Judge
from monitor.judging.metrics import Kind
from monitor.judging.rules import DAY_MS, DataState
from monitor.judging.verdict import StreamVerdict
from tests.judging_evidence.worlds import LATTICE, F, M, Pane, ripe, rules

ROLLOUT = 60
"""The day on which r2 begins to serve."""

FNR = "false_negative_rate"
USUAL_RATE = 0.2
Rate = Callable[[int, str, int], float]
"""Day, revision, person -> probability that someone with the outcome is missed."""


def people(day: int, revision: str, person: int, rate: float, n: int) -> Mapping[Kind, int]:
    """Labelled predictions in each age bin, drawn by a seed of their own; errors the other way stay as they were."""
    rng = np.random.default_rng([day, int(revision[1:]), person])
    missed, flagged = int(rng.binomial(n, rate)), int(rng.binomial(2 * n, 0.15))
    return {
        Kind.FALSE_NEGATIVE: missed,
        Kind.TRUE_POSITIVE: n - missed,
        Kind.FALSE_POSITIVE: flagged,
        Kind.TRUE_NEGATIVE: 2 * n - flagged,
    }


def stream(rate: Rate, serving: Callable[[int], Mapping[str, int]]) -> Callable[[int], Pane]:
    """What happens on each day; `serving` gives the people with the outcome that each revision sees in each age bin."""

    def pane(day: int) -> Pane:
        return {
            (revision, person): people(day, revision, person, rate(day, revision, person), n)
            for revision, n in serving(day).items()
            for person in (F, M)
        }

    return pane


def switched(day: int) -> Mapping[str, int]:
    """All traffic from one day to the next."""
    return {"r1": 20} if day < ROLLOUT else {"r2": 20}


def canary(day: int) -> Mapping[str, int]:
    """A quarter of the traffic."""
    return {"r1": 20} if day < ROLLOUT else {"r1": 20, "r2": 7}


def run(pane: Callable[[int], Pane], days: int, **changed: object) -> Judge:
    """The judge after so many days."""
    judge = Judge(
        rules(metrics=(FNR, "false_positive_rate", "label_prevalence", "label_completeness"), **changed), LATTICE, None
    )
    for day in range(1, days + 1):
        judge.step(day * DAY_MS, ripe(day, pane))
    return judge


def stream_of(judge: Judge, day: int, slug: str, revision: str = "r2", metric: str = FNR) -> StreamVerdict:
    """What is said of one stream."""
    found = judge.assess(day * DAY_MS, DataState(("r2", "r1")))
    return next(one for one in found if (one.revision, one.subgroup, one.metric) == (revision, slug, metric))


def blame_of(judge: Judge, day: int, slug: str, revision: str = "r2") -> Blame | None:
    """Who is blamed for it."""
    return stream_of(judge, day, slug, revision).blame
