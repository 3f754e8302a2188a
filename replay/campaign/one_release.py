"""One release after another: the judge's own classes over a simulated rollout, its labels as late as they really come.

Real classes: `Release` (REV, clearing, onset), `FormerReference`, `blame`. Simulated here: positives of one subgroup,
their label ages, and which of them are missed. There is no D1 in these runs: the past is quiet, so nothing was rising.
"""

from collections.abc import Callable
from math import log
from typing import Final, NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.stats import beta

from monitor.counting.lattice import Lattice
from monitor.counting.ripe import RipeCells
from monitor.events import Label
from monitor.judging.before import EvidenceBefore
from monitor.judging.bets import BETS
from monitor.judging.blame import Known, blame
from monitor.judging.crossings import NEVER
from monitor.judging.e_detector import NOTHING
from monitor.judging.former import FormerReference
from monitor.judging.people import People
from monitor.judging.release import Release
from monitor.judging.rollout import Rollout
from monitor.judging.rules import DAY_MS, JudgingRules
from monitor.judging.tally import tally
from monitor.vocabulary import AttributeCoding, Coding

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

EDGES: Final = (0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 18, 22, 27, 30)
"""Edges of the label-age bins for a horizon of 30 days and panes of one."""

FNR: Final = "false_negative_rate"
START: Final = 100
"""Day of the rollout."""

USUAL_NATS: Final = log(1_000) + 4.4
"""Rollback level of a stream of weight .0123."""

_MIDDLES: Final = (np.array(EDGES[:-1]) + np.array(EDGES[1:])) / 2
_CODING: Final = Coding((AttributeCoding("sex", {"f": ("F",)}),))
_PERSON: Final = _CODING.encode({"sex": "F"})
_PEOPLE: Final = People(Lattice(_CODING, depth=1))
PLACE: Final = next(place for place, one in enumerate(_PEOPLE.lattice.subgroups) if one.slug == "f")
_RULES: Final = JudgingRules("m", (FNR,), DAY_MS, tuple(edge * DAY_MS for edge in EDGES))

Rate = Callable[[float, Floats], Floats]
"""Days since the rollout (negative: before), label ages in days -> probability that a positive is missed."""


class World(NamedTuple):
    """What is simulated.

    Parameters
    ----------
    rate
        Of the revision that serves on that day.
    positives
        A day, exactly so many; of the watched subgroup.
    former_days
        How much of the former revision is the reference.
    days
        How long the new one is watched.
    nats
        Evidence at the rollback level.
    """

    rate: Rate
    positives: int
    former_days: int
    days: int
    nats: float = USUAL_NATS


class Outcome(NamedTuple):
    """What became of one rollout; days since the rollout, None for never.

    `is_spread`: at the end its reference was taken for overdispersed. Evidence is deflated then, and the judge blames
    only if D1-w is at page, too; there is no D1 here, so `blamed_day` leaves that condition out.
    """

    rollback_day: int | None
    blamed_day: int | None
    cause: str | None
    cleared_day: int | None
    log_m: Floats
    is_spread: bool


def age_shares() -> Floats:
    """Probability of each age bin: positives are known at 30 Beta(1.05, 1.6) days.

    >>> age_shares().sum().round(6).item(), len(age_shares())
    (1.0, 15)
    """
    result: Floats = np.diff(beta.cdf(np.array(EDGES) / EDGES[-1], 1.05, 1.6))
    return result


def drawn(world: World, rng: Generator) -> tuple[Ints, Ints]:
    """Missed and all positives by day since `former_days` before the rollout, and age bin."""
    days = np.arange(-world.former_days, world.days)
    n = rng.multinomial(world.positives, age_shares(), len(days))
    rates = np.array([world.rate(float(day), _MIDDLES) for day in days])
    return rng.binomial(n, rates), n


def cells_of(revision: str, day: Ints, age_bin: Ints, missed: Ints, n: Ints) -> RipeCells:
    """Cells of the watched subgroup, one row of each input a day and bin; `day` is of the inference, since 0."""
    pane_start, age_bins = (np.concatenate((column, column)) for column in (day * DAY_MS, age_bin))
    prediction = np.repeat([0, 1], len(n))
    count = np.concatenate((missed, n - missed))
    which = count > 0
    person, label, zero = (np.full(2 * len(n), value) for value in (_PERSON, int(Label.POSITIVE), 0))
    return RipeCells((revision,), zero, pane_start, age_bins, person, prediction, label, count).where(which)


def release_of(world: World, missed: Ints, n: Ints, *, is_shared: bool = False) -> Release:
    """A release at its rollout; the cells of its reference enter bin by bin as they ripen, by `Release` itself."""
    rollout = Rollout("r2", "r1", START * DAY_MS, is_shared)
    first = START - world.former_days
    days = {}
    for day in range(world.former_days):
        bins = np.arange(len(EDGES) - 1)
        days[first + day] = tally(cells_of("r1", np.full(len(bins), first + day), bins, missed[day], n[day]))
    reference = FormerReference(rollout, [first * DAY_MS], days, DAY_MS)
    shape = (1, len(_PEOPLE.lattice.subgroups))
    before = EvidenceBefore(np.full((*shape, BETS), NOTHING), np.full(shape, np.inf))
    return Release(_RULES, _PEOPLE, rollout, reference, before)


def joined(new: RipeCells, stable: RipeCells) -> RipeCells:
    """Cells of two revisions, one each, in one step."""
    return RipeCells(
        new.revisions + stable.revisions,
        np.repeat([0, 1], [len(new.n), len(stable.n)]),
        np.concatenate((new.pane_start_ms, stable.pane_start_ms)),
        np.concatenate((new.age_bin, stable.age_bin)),
        np.concatenate((new.combination, stable.combination)),
        np.concatenate((new.prediction, stable.prediction)),
        np.concatenate((new.label, stable.label)),
        np.concatenate((new.n, stable.n)),
    )


def ripe_cells(world: World, missed: Ints, n: Ints, step: int, revision: str = "r2") -> RipeCells:
    """What ripens of a revision's inferences since the rollout, at the end of a day counted from there."""
    bins = np.arange(len(EDGES) - 1)
    day = step - 1 - np.array(EDGES[1:])
    is_there = (day >= 0) & (day < world.days)
    row = world.former_days + day[is_there]
    return cells_of(
        revision, START + day[is_there], bins[is_there], missed[row, bins[is_there]], n[row, bins[is_there]]
    )


def play(world: World, missed: Ints, n: Ints, *, restarts: bool = False) -> Outcome:
    """One rollout from its first day to the last one watched; blame is asked every day from the rollback level on.

    With `restarts` the release is stored and taken up anew after each day.
    """
    release = release_of(world, missed, n)
    shape = release.effect.steps.shape
    nats = {"watch": np.full(shape, world.nats - log(10)), "rollback": np.full(shape, world.nats)}
    rollback = blamed = cleared = cause = None
    log_m = np.empty(world.days)
    for step in range(1, world.days + 1):
        release.take((START + step) * DAY_MS, ripe_cells(world, missed, n, step), nats)
        release = restarted(release) if restarts else release
        log_m[step - 1] = release.effect.log_m[0, PLACE]
        if cleared is None and release.clearing.is_cleared()[0, PLACE]:
            cleared = step
        if release.reached.at("rollback")[0, PLACE]:
            rollback = rollback or step
            said = blamed_for(release)
            cause = said if cause != "revision" else cause
            blamed = blamed or (step if said == "revision" else None)
    fit = release.fits[0]
    is_spread = fit is not None and bool(fit.dispersion.rho[PLACE] > 0)
    return Outcome(rollback, blamed, cause, cleared, log_m, is_spread)


def restarted(release: Release) -> Release:
    """The same release, from what would have been stored."""
    stored = release.stored()
    reference = FormerReference.restored(stored.rollout, stored.former, DAY_MS)
    shape = (*release.effect.steps.shape, BETS)
    before = EvidenceBefore(np.full(shape, NOTHING), np.full(shape[:2], np.inf))
    again = Release(_RULES, _PEOPLE, stored.rollout, reference, before)
    again.restore(stored)
    return again


def outcomes(world: World, runs: int, rng: Generator) -> list[Outcome]:
    """Many rollouts of one world."""
    return [play(world, *drawn(world, rng)) for _ in range(runs)]


def by_day(days: list[int | None], last: int) -> list[bool]:
    """Whether something happened by a day.

    >>> by_day([3, None, 90], 60)
    [True, False, False]
    """
    return [day is not None and day <= last for day in days]


def blamed_for(release: Release) -> str:
    """What the table of blame says of the watched stream, nothing else being known than what the release knows."""
    earliest = int(release.onset_ms[1, 0, PLACE])
    known = Known(
        timing_at_rollback=True,
        strictly_cleared=bool(release.strictly_cleared_before("rollback")[0, PLACE]),
        rising_before=bool(release.before.at_watch[0, PLACE]),
        rollout_ms=release.rollout.start_ms,
        earliest_onset_ms=None if earliest == NEVER else earliest,
    )
    return blame(known).cause
