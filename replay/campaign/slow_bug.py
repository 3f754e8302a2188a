"""Tests 14 and 15: a bug that grows slowly is the release's, a late shift of the population is not. REV by `Release`.

Nine positives a day, labels as late as 30 Beta(1.05, 1.6) days, 28 days of the former revision, base rate .40.
"""

from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from replay.campaign.figure import Figure, median, share
from replay.campaign.one_release import Outcome, World, by_day, outcomes

Floats = NDArray[np.float64]
POSITIVES: Final = 9
FORMER: Final = 28
DAYS: Final = 130
BASE: Final = 0.40


def growing(day: float, age: Floats) -> Floats:
    """The excess grows from 0 to .25 over 56 days from the rollout."""
    return np.full(len(age), BASE + 0.25 * min(max(day, 0.0) / 56, 1.0))


def late_shift(day: float, age: Floats) -> Floats:
    """The population changes on the release's day 56; the release is healthy."""
    return np.full(len(age), 0.60 if day >= 56 else BASE)


def at_once(day: float, age: Floats) -> Floats:
    """Bad from the rollout on."""
    return np.full(len(age), 0.65 if day >= 0 else BASE)


def steady(_day: float, age: Floats) -> Floats:
    """Nothing ever happens."""
    return np.full(len(age), BASE)


def figures(runs: int, rng: Generator) -> list[Figure]:
    """The figures of both tests."""
    slow, late, bad, healthy = (
        outcomes(World(rate, POSITIVES, FORMER, DAYS), runs, rng) for rate in (growing, late_shift, at_once, steady)
    )
    found = [one.rollback_day or 10_000 for one in bad]
    cleared = [one.cleared_day for one in late]
    binomial = [one.rollback_day for one in slow if not one.is_spread]
    return [
        share("14", "slow bug: crosses by day 85", by_day([one.rollback_day for one in slow], 85), low=0.65),
        share("14", "of those whose reference is not taken for overdispersed", by_day(binomial, 85)),
        share("14", "reference taken for overdispersed, though it is binomial", [one.is_spread for one in slow]),
        share("14", "slow bug: blamed by day 130", by_day([one.blamed_day for one in slow], DAYS), low=0.68),
        share("14", "slow bug: blamed while D1-w is not at page", surely_blamed(slow)),
        share("15", "shift on day 56: cleared before", by_day(cleared, 56), low=0.74),
        share("15", "shift on day 56: blamed", by_day([one.blamed_day for one in late], DAYS), high=0.05),
        median("15", "bad from the rollout: day found", found, low=30, high=37),
        share("15", "bad from the rollout: blamed", by_day([one.blamed_day for one in bad], DAYS), low=0.95),
        share("15", "bad from the rollout: blamed while D1-w is not at page", surely_blamed(bad)),
        share("15", "healthy: fires", [one.rollback_day is not None for one in healthy], high=1 / 300),
    ]


def surely_blamed(found: list[Outcome]) -> list[bool]:
    """Blamed although nothing but the release itself speaks: a young service has no D1-w."""
    return [one.blamed_day is not None and not one.is_spread for one in found]
