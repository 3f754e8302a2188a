"""Section 3, seasons: whether the reference shows one, and what one costs that it does not show.

The test is Fisher's F of the mean square between phases over that within (at least 1), on counts by phase and week
(`monitor/judging/seasonal_test.py`). A chi-square between phases alone would take repeat patients for a season; ranks
would lose the numbers behind a rate; a periodogram wants evenly filled panes. Null hypotheses: independent events,
events of a day that depend on each other, and hours of few events. *Found* is at .02 for one subgroup; with several,
p-values are multiplied by their number.

The season is square (four days high, three low), its mean that of the reference. A page is one of D1 with the whole
budget of a stream: p* from the reference, as the judge sets it, and A = 91 days.

Real functions: `seasonal_test.p_value`, `e_detector`, `bets.tilts`, `expected.ridge_logit`, `margin`.
"""

from math import log
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from monitor.judging.bets import tilts
from monitor.judging.e_detector import NOTHING, folded, log_factor, log_mixture
from monitor.judging.expected import ridge_logit
from monitor.judging.margin import expected, margin
from monitor.judging.seasonal_test import LEVEL, p_value
from replay.campaign.figure import Figure, mean, share

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

P: Final = 0.20
PATTERN: Final = np.array([1, 1, 1, 1, -4 / 3, -4 / 3, -4 / 3])
"""High on four days of the week, low on three, 0 on the whole."""

STEPS_PER_ALARM: Final = 91
YEAR: Final = 364
MOST_FOUND: Final = 0.05


def days(runs: int, rng: Generator, span: int, n: int, swing: float, rho: float = 0.0) -> Ints:
    """Harmful of `n` events on each day, shape (runs, span)."""
    p = np.broadcast_to(P + swing * PATTERN[np.arange(span) % 7], (runs, span))
    if rho:
        size = 1 / rho - 1
        p = rng.beta(p * size, (1 - p) * size)
    return rng.binomial(n, p)


def found(counts: Ints, n: int, cycle: int = 7, days_of_phase: int = 1) -> NDArray[np.bool_]:
    """Whether a season is found in the counts of each run, shape (runs, panes)."""
    pane = np.arange(counts.shape[1])
    phase, week = pane // days_of_phase % cycle, pane // (7 * cycle if cycle == 24 else 7)
    told = []
    for k in counts:
        p = (k.sum() + 0.5) / (k.size * n + 1)
        columns = (k, np.full(k.size, n * p), np.full(k.size, n * p * (1 - p)))
        one = p_value(np.column_stack(columns), phase, week)
        told.append(one is not None and one < LEVEL)
    return np.array(told)


def limits(reference: Ints, n: int, *, with_key: bool) -> tuple[Floats, Floats]:
    """p0 of each weekday and the bets, from one reference, as `fits` makes them."""
    weekday = np.arange(len(reference)) % 7 if with_key else np.zeros(len(reference), np.int64)
    seasons = int(weekday.max()) + 1
    k = np.bincount(weekday, weights=reference, minlength=seasons).astype(np.int64)
    total = np.bincount(weekday, minlength=seasons) * n
    strata = np.arange(seasons)
    design = np.repeat(strata, 2), np.column_stack((np.zeros(seasons, np.int64), 1 + strata)).ravel()
    beta = ridge_logit(design, 1 + seasons, k, total)
    eta = beta[0] + beta[1:]
    one = margin(np.zeros(seasons, np.int64), eta, (k, total), 1, 0.02)
    return np.resize(expected(eta, one.shift[0]), 7), tilts(one.tolerated)


def pages(reference: Ints, tested: Ints, n: int, *, with_key: bool) -> Ints:
    """False pages of each run in the days tested, evidence starting anew after each."""
    runs = len(reference)
    made = [limits(one, n, with_key=with_key) for one in reference]
    p0, bets = np.array([one[0] for one in made]), np.concatenate([one[1] for one in made])
    log_r, result = np.full(bets.shape, NOTHING), np.zeros(runs, np.int64)
    stream, events = np.arange(runs), np.full(runs, n)
    for day, k in enumerate(tested.T):
        log_r = folded(log_r, log_factor(stream, k, events, p0[:, day % 7], bets))
        fired = log_mixture(log_r) >= log(STEPS_PER_ALARM)
        result += fired
        log_r[fired] = NOTHING
    return result


def figures(runs: int, rng: Generator) -> list[Figure]:
    """The figures; cheap ones with ten times the runs."""
    many = 10 * runs
    result = []
    for span, n in ((28, 5), (28, 100), (56, 100)):
        flat = found(days(many, rng, span, n, 0.0), n)
        result.append(share("seasons", f"{span} days of {n}, no season: found", flat, high=MOST_FOUND))
    for rho in (0.02, 0.1):
        flat = found(days(many, rng, 28, 50, 0.0, rho), 50)
        result.append(share("seasons", f"28 days of 50, rho = {rho}, no season: found", flat, high=MOST_FOUND))
    sparse = rng.binomial(1, P, (runs, 28 * 24))
    result.append(
        share("seasons", "28 days, 1 an hour, no season: found by hours", found(sparse, 1, 24), high=MOST_FOUND)
    )
    for span, n in ((28, 20), (28, 100), (28, 300), (56, 100)):
        seasonal = found(days(many, rng, span, n, 0.04), n)
        result.append(share("seasons", f"{span} days of {n}, season of .04: found", seasonal))
    for n in (20, 100, 1_000, 10_000):
        reference, tested = days(runs, rng, 28, n, 0.04), days(runs, rng, YEAR, n, 0.04)
        is_found = found(reference, n)
        flat, keyed = pages(reference, tested, n, with_key=False), pages(reference, tested, n, with_key=True)
        most = YEAR / STEPS_PER_ALARM
        result += [
            mean("seasons", f"{n} a day, season of .04, with the key: false pages a year", keyed, high=most),
            mean("seasons", f"{n} a day, the same without key and rule: false pages a year", flat),
            mean("seasons", f"{n} a day, without key: false pages a year", np.where(is_found, 0, flat), high=most),
        ]
    return result
