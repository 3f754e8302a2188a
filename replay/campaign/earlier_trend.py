"""Test 16: a rate that was climbing before the rollout. The whole `Judge` runs, from bootstrap to blame.

Base rate .30, climbing by .02 a month from 90 days before the rollout on; the new revision is the same model.
"""

from math import exp
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from monitor.counting.lattice import Lattice
from monitor.counting.ripe import LABEL_FREE, RipeCells
from monitor.events import Label
from monitor.judging.judge import Judge
from monitor.judging.rollout_weights import rollout_weights
from monitor.judging.rules import DAY_MS, Budget, DataState, JudgingRules
from monitor.judging.weights import weights
from monitor.vocabulary import AttributeCoding, Coding
from replay.campaign.figure import Figure, share
from replay.campaign.one_release import EDGES, FNR, USUAL_NATS, age_shares

Ints = NDArray[np.int64]
CLIMB_DAYS: Final = 90
DAYS: Final = 130
SIZES: Final = {9: (42, 0.06), 36: (28, 0.16), 150: (28, 0.08)}
"""Positives a day -> days of the bootstrap (its margin wants more of few), share of runs that may blame the release."""

_CODING: Final = Coding((AttributeCoding("sex", {"f": ("F",)}),))
_LATTICE: Final = Lattice(_CODING, depth=1)
_PERSON: Final = _CODING.encode({"sex": "F"})
_PER_MONTH: Final = 0.02
_WATCH_WEIGHT: Final = 0.3 * 0.5 / 3 * 0.5


def rules() -> JudgingRules:
    """Rules under which this small lattice has the thresholds of the test: those of a service with more streams."""
    of_page = float(weights((FNR,), _LATTICE)[0, 0])
    of_rollout = float(rollout_weights((FNR,), _LATTICE)[0, 0])
    days = 7 * of_page / _WATCH_WEIGHT
    budgets = {"watch": Budget(1, round(days * DAY_MS)), "page": Budget(1, round(days * 13 * DAY_MS))}
    rollback = exp(-USUAL_NATS) / of_rollout
    risks = {"watch": 10 * rollback, "rollback": rollback}
    edges = tuple(edge * DAY_MS for edge in EDGES)
    return JudgingRules("m", (FNR,), DAY_MS, edges, budgets=budgets, risks=risks)


def drawn(positives: int, before: int, rng: Generator) -> tuple[Ints, Ints]:
    """Missed and all positives by day and age bin; the climb begins on day `before`."""
    day = np.arange(before + CLIMB_DAYS + DAYS)
    rate = 0.30 + _PER_MONTH / 30 * np.maximum(0, day - before)
    n = rng.multinomial(positives, age_shares(), len(day))
    return rng.binomial(n, rate[:, None]), n


def ripe(step: int, rollout: int, missed: Ints, n: Ints) -> RipeCells:
    """What ripens at the end of day `step` - 1: that day's inferences, and labels of earlier ones."""
    rows = [[int(step - 1 >= rollout), (step - 1) * DAY_MS, LABEL_FREE, _PERSON, 1, LABEL_FREE, n[step - 1].sum()]]
    for age_bin, edge in enumerate(EDGES[1:]):
        day = step - 1 - edge
        if day >= 0:
            of_day = missed[day, age_bin], n[day, age_bin] - missed[day, age_bin]
            same = [int(day >= rollout), day * DAY_MS, age_bin, _PERSON]
            rows += [[*same, prediction, int(Label.POSITIVE), k] for prediction, k in enumerate(of_day) if k]
    return RipeCells(("r1", "r2"), *np.array(rows, np.int64).T)


def is_blamed(positives: int, before: int, rng: Generator) -> tuple[bool, bool]:
    """Whether the release is ever blamed for the climb; and whether it reaches the rollback level."""
    missed, n = drawn(positives, before, rng)
    judge, rollout = Judge(rules(), _LATTICE, None), before + CLIMB_DAYS
    reached = False
    for step in range(1, len(n) + 1):
        judge.step(step * DAY_MS, ripe(step, rollout, missed, n))
        if step <= rollout or not judge.latched():
            continue
        for said in judge.assess(step * DAY_MS, DataState(("r2",))):
            if said.subgroup == "f":
                reached |= any(one.log_e >= one.rollback for one in said.evidence if one.log_e and one.rollback)
                if said.blame is not None and said.blame.cause == "revision":
                    return True, True
    return False, reached


def figures(runs: int, rng: Generator) -> list[Figure]:
    """The figures of test 16."""
    found = []
    for positives, (before, most) in SIZES.items():
        outcomes = [is_blamed(positives, before, rng) for _ in range(runs)]
        blamed, reached = zip(*outcomes, strict=True)
        found.append(share("16", f"{positives} positives a day: the release is blamed", blamed, high=most))
        found.append(share("16", f"{positives} positives a day: REV reaches the rollback level", reached))
    return found
