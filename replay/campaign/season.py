"""Section 3, seasons: whether the reference shows one, and what one costs that nobody expects.

The test is Fisher's F of the mean square between phases over that within (at least 1), on counts by phase and week
(`monitor/judging/seasonality.py`). A chi-square between phases alone would take repeat patients for a season; ranks
would lose the numbers behind a rate; a periodogram wants evenly filled panes. Null hypotheses: independent events,
events of a day that depend on each other, and hours of few events. *Found* is at .02 for one subgroup; with several,
p-values are multiplied by their number.

The season is square over the week (four days high, three low, 28 days of reference, .20 on the whole). A page is one of
D1 with the whole budget of a stream: p* and the dispersion from the reference, as the judge takes them, A = 91 days.
With panes of a day the season passes for dependence inside a pane, which deflates the evidence: no false page, and
little power. With panes of an hour the deflation is too small for a high season of 96 panes.

Real functions: `seasonality.p_value`, `e_detector`, `bets.tilts`, `expected.ridge_logit`, `margin`, `dispersion`.
"""

from math import log
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import expit

from monitor.judging.bets import tilts
from monitor.judging.dispersion import of_series
from monitor.judging.e_detector import NOTHING, folded, log_factor, log_mixture
from monitor.judging.expected import ridge_logit
from monitor.judging.margin import expected, margin
from monitor.judging.seasonality import LEVEL, p_value
from replay.campaign.figure import Figure, mean, share

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

P: Final = 0.20
PATTERN: Final = np.array([1, 1, 1, 1, -4 / 3, -4 / 3, -4 / 3])
"""High on four days of the week, low on three, 0 on the whole."""

WEEKS: Final = 4
TESTED_WEEKS: Final = 52
BUDGET_DAYS: Final = 91
MOST_FOUND: Final = 0.05


def counted(runs: int, rng: Generator, weeks: int, each: tuple[int, int], swing: float, rho: float = 0.0) -> Ints:
    """Harmful events in each pane, shape (runs, panes); `each`: panes a day, events a pane."""
    panes, n = each
    weekday = np.arange(weeks * 7 * panes) // panes % 7
    p = np.broadcast_to(P + swing * PATTERN[weekday], (runs, len(weekday)))
    if rho:
        size = 1 / rho - 1
        p = rng.beta(p * size, (1 - p) * size)
    return rng.binomial(n, p)


def found(counts: Ints, each: tuple[int, int], *, by_hour: bool = False) -> NDArray[np.bool_]:
    """Whether a season is found in the counts of each run: by weekday, or by hour of the day."""
    panes, n = each
    pane = np.arange(counts.shape[1])
    phase, week = pane % panes if by_hour else pane // panes % 7, pane // (7 * panes)
    told = []
    for k in counts:
        p = (k.sum() + 0.5) / (k.size * n + 1)
        columns = (k, np.full(k.size, n * p), np.full(k.size, n * p * (1 - p)))
        one = p_value(np.column_stack(columns), phase, week)
        told.append(one is not None and one < LEVEL)
    return np.array(told)


def limits(reference: Ints, n: int, season: Ints) -> tuple[Floats, Floats, float]:
    """p0 of each season, the bets, and the inflation that evidence is divided by: as `fits` makes them."""
    seasons = int(season.max()) + 1
    k = np.bincount(season, weights=reference, minlength=seasons).astype(np.int64)
    total = np.bincount(season, minlength=seasons) * n
    strata = np.arange(seasons)
    design = np.repeat(strata, 2), np.column_stack((np.zeros(seasons, np.int64), 1 + strata)).ravel()
    beta = ridge_logit(design, 1 + seasons, k, total)
    eta = beta[0] + beta[1:]
    one = margin(np.zeros(seasons, np.int64), eta, (k, total), 1, 0.02)
    own = expit(eta + one.level[0])[season]
    inflation = of_series(np.column_stack((reference, np.full(len(own), n), n * own, n * own * (1 - own))))[2]
    return expected(eta, one.shift[0]), tilts(one.tolerated), inflation


def pages(reference: Ints, tested: Ints, each: tuple[int, int], seasons: int) -> Ints:
    """False pages of each run in the panes tested, evidence starting anew after each; 1 season: without a key."""
    (panes, n), runs = each, len(reference)
    of_pane = np.arange(tested.shape[1]) * seasons // (7 * panes) % seasons
    made = [limits(one, n, of_pane[: reference.shape[1]]) for one in reference]
    p0, bets = np.array([one[0] for one in made]), np.concatenate([one[1] for one in made])
    inflation = np.array([one[2] for one in made])[:, None]
    log_r, result = np.full(bets.shape, NOTHING), np.zeros(runs, np.int64)
    stream, events = np.arange(runs), np.full(runs, n)
    for season, k in zip(of_pane.tolist(), tested.T, strict=True):
        log_r = folded(log_r, log_factor(stream, k, events, p0[:, season], bets) / inflation)
        fired = log_mixture(log_r) >= log(BUDGET_DAYS * panes)
        result += fired
        log_r[fired] = NOTHING
    return result


def figures(runs: int, rng: Generator) -> list[Figure]:
    """The figures; cheap ones with ten times the runs."""
    many, result = 10 * runs, []
    for weeks, n in ((4, 5), (4, 100), (8, 100)):
        flat = found(counted(many, rng, weeks, (1, n), 0.0), (1, n))
        result.append(share("seasons", f"{7 * weeks} days of {n}, no season: found", flat, high=MOST_FOUND))
    for rho in (0.02, 0.1):
        flat = found(counted(many, rng, WEEKS, (1, 50), 0.0, rho), (1, 50))
        result.append(share("seasons", f"28 days of 50, rho = {rho}, no season: found", flat, high=MOST_FOUND))
    sparse = found(counted(runs, rng, WEEKS, (24, 1), 0.0), (24, 1), by_hour=True)
    result.append(share("seasons", "28 days, 1 an hour, no season: found by hours", sparse, high=MOST_FOUND))
    for weeks, n in ((4, 20), (4, 100), (4, 300), (8, 100)):
        seasonal = found(counted(many, rng, weeks, (1, n), 0.04), (1, n))
        result.append(share("seasons", f"{7 * weeks} days of {n}, season of .04: found", seasonal))
    for each, swing, key in (((1, 20), 0.04, 7), ((1, 1_000), 0.04, 7), ((24, 5), 0.04, 168), ((24, 100), 0.06, 168)):
        reference, tested = (counted(runs, rng, weeks, each, swing) for weeks in (WEEKS, TESTED_WEEKS))
        is_found, most = found(reference, each), 7 * TESTED_WEEKS / BUDGET_DAYS
        name = f"{each[1]} {'an hour' if each[0] == 24 else 'a day'}, season of {swing}"
        keyed, flat = (pages(reference, tested, each, seasons) for seasons in (key, 1))
        result += [
            share("seasons", f"{name}: found", is_found),
            mean("seasons", f"{name}, with the key: false pages a year", keyed, high=most),
            mean("seasons", f"{name}, neither key nor rule: false pages a year", flat),
            mean("seasons", f"{name}, without key: false pages a year", np.where(is_found, 0, flat), high=most),
        ]
    return result
