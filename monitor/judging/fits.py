"""What each rate is compared with, given the reference and the label ages that are open.

Way of an event: step 7; made anew when a bin opens. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.judging.bets import tilts
from monitor.judging.dispersion import Dispersion, Slots, dispersion, none_seen
from monitor.judging.expected import ridge_logit
from monitor.judging.margin import Margin, margin
from monitor.judging.metrics import Rate
from monitor.judging.people import People
from monitor.judging.seasonality import LEVEL, smallest_p
from monitor.judging.tally import Tally

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Expected rates and bets of one rate.

    Parameters
    ----------
    of_age
        Log odds by age bin, shape (bins + 1,), label-free first, the intercept added.
    of_value
        Log odds by attribute value, shape (`People.values`,).
    margin
        Limits and shifts, by subgroup.
    tilts
        Bets, shape (subgroups, bets); 0 where the stream is not watched: then nothing moves it.
    dispersion
        How much events of a pane depend on each other, by subgroup.
    season_p
        Probability of phases of the calendar as different as those of the reference, were there no season beside the
        one that is expected; None where nobody can tell.
    """

    of_age: Floats
    of_value: Floats
    margin: Margin
    tilts: Floats
    dispersion: Dispersion
    season_p: float | None = None

    @property
    def is_seasonal(self) -> bool:
        """Whether the reference shows a season that is not expected."""
        return self.season_p is not None and self.season_p < LEVEL

    def eta(self, age_bin: Ints, values: tuple[Ints, Ints]) -> Floats:
        """Expected log odds of cells; `values` as `People.attribute_values` gives them for the same rows."""
        return _eta(self.of_age, self.of_value, age_bin, values)


def spread(fits: Sequence["Fit | None"], subgroups: int) -> NDArray[np.bool_]:
    """Streams whose events depend on each other in the reference, shape (rates, subgroups)."""
    nothing = np.zeros(subgroups, bool)
    return np.array([nothing if one is None else one.dispersion.rho > 0 for one in fits]).reshape(-1, subgroups)


def fit(
    rate: Rate,
    reference: Tally,
    people: People,
    bins: int,
    tolerance: float,
    slots: Slots | None = None,
    pane_ms: int = 0,
) -> Fit | None:
    """The fit of one rate on the reference's cells in its open bins; None without any event of it.

    Parameters
    ----------
    reference
        Cells of the reference, open bins only.
    bins
        Number of label-age bins.
    tolerance
        Accepted worsening of the rate.
    slots
        The same cells in slots of time; None where that is not known: events are then taken for independent.
    pane_ms
        Width of a slot, to look for a season; 0: nobody looks.
    """
    n = reference.of(rate.counted)
    cells = reference.where(n > 0)
    k, n = cells.of(rate.harmful), n[n > 0]
    if not len(n):
        return None
    values = people.attribute_values(cells.combination)
    strata = np.arange(len(n))
    stratum = np.concatenate((strata, strata, values[0]))
    column = np.concatenate((np.zeros_like(strata), 2 + cells.age_bin, 2 + bins + values[1]))
    order = np.argsort(stratum, kind="stable")
    beta = ridge_logit((stratum[order], column[order]), 2 + bins + people.values, k, n)
    of_age, of_value = beta[0] + beta[1 : 2 + bins], beta[2 + bins :]
    rows, groups = people.members(cells.combination)
    eta = _eta(of_age, of_value, cells.age_bin, values)
    found = margin(groups, eta[rows], (k[rows], n[rows]), len(people.lattice.subgroups), tolerance)
    bet = tilts(np.where(found.is_watched, found.tolerated, 0.5))
    bet[~found.is_watched] = 0.0

    def own_eta(cells: Tally) -> Floats:
        rows, groups = people.members(cells.combination)
        own = _eta(of_age, of_value, cells.age_bin, people.attribute_values(cells.combination))
        return own[rows] + found.level[groups]

    spread = none_seen(len(people.lattice.subgroups)) if slots is None else dispersion(slots, rate, own_eta, people)
    season_p = smallest_p(slots, rate, own_eta, people, pane_ms) if slots is not None and pane_ms else None
    return Fit(of_age, of_value, found, bet, spread, season_p)


def _eta(of_age: Floats, of_value: Floats, age_bin: Ints, values: tuple[Ints, Ints]) -> Floats:
    rows, value = values
    own = np.bincount(rows, weights=of_value[value], minlength=len(age_bin))
    result: Floats = of_age[age_bin + 1] + own
    return result
