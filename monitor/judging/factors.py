"""The evidence of one step: a factor for every bet, by revision, rate and subgroup.

Way of an event: step 7, from `tally` and `fits` to `evidence`. Pure.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.judging import beta_binomial
from monitor.judging.bets import BETS
from monitor.judging.e_detector import log_factor
from monitor.judging.fits import Fit
from monitor.judging.margin import expected
from monitor.judging.metrics import Rate
from monitor.judging.people import People
from monitor.judging.tally import Tally

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Factors(NamedTuple):
    """The factors of one step.

    `log_l` has shape (revisions, rates, subgroups, bets), `n` without the last: events that were bet on. `seen` has
    shape (bins + 1, rates, subgroups, 3), label-free first: harmful, all and expected events of all revisions.
    """

    revisions: tuple[str, ...]
    log_l: Floats
    n: Ints
    seen: Floats


def factors(cells: Tally, rates: Sequence[Rate], fits: Sequence[Fit | None], people: People, bins: int) -> Factors:
    """The factors of one step.

    Parameters
    ----------
    cells
        Ripe cells of tested panes, in open bins.
    rates, fits
        The rates that are watched; None for one that has no fit yet.
    bins
        Number of label-age bins.
    """
    revisions, subgroups = len(cells.revisions), len(people.lattice.subgroups)
    log_l = np.zeros((revisions, len(rates), subgroups, BETS))
    n = np.zeros((revisions, len(rates), subgroups), np.int64)
    seen = np.zeros((bins + 1, len(rates), subgroups, 3))
    rows, groups = people.members(cells.combination)
    values = people.attribute_values(cells.combination)
    for place, (rate, fit) in enumerate(zip(rates, fits, strict=True)):
        if fit is None:
            continue
        counted, harmful = cells.of(rate.counted), cells.of(rate.harmful)
        used = (counted[rows] > 0) & fit.margin.is_watched[groups]
        row, group = rows[used], groups[used]
        p0 = expected(fit.eta(cells.age_bin, values)[row], fit.margin.shift[group])
        stream = cells.revision[row] * subgroups + group
        found = log_factor(stream, harmful[row], counted[row], p0, np.tile(fit.tilts, (revisions, 1)))
        found = _dependent(found, fit, stream, (harmful[row], counted[row]), p0)
        log_l[:, place] = found.reshape(revisions, subgroups, BETS)
        sums = np.bincount(stream, weights=counted[row], minlength=revisions * subgroups)
        n[:, place] = sums.reshape(revisions, subgroups)
        slot = (cells.age_bin[row] + 1) * subgroups + group
        for column, weights in enumerate((harmful[row], counted[row], counted[row] * p0)):
            of_slot = np.bincount(slot, weights=weights, minlength=(bins + 1) * subgroups)
            seen[:, place, :, column] = of_slot.reshape(bins + 1, subgroups)
    return Factors(cells.revisions, log_l, n, seen)


def _dependent(log_l: Floats, fit: Fit, stream: Ints, counts: tuple[Ints, Ints], p0: Floats) -> Floats:
    """The factors where events depend on each other: exact for one stratum, else deflated."""
    subgroups = len(fit.tilts)
    rho = fit.dispersion.rho
    if not rho.any():
        return log_l
    result: Floats = log_l / np.resize(fit.dispersion.inflation, len(log_l))[:, None]
    is_alone = (np.bincount(stream, minlength=len(log_l)) == 1)[stream] & (rho[stream % subgroups] > 0)
    alone = stream[is_alone]
    k, n = (column[is_alone] for column in counts)
    group = alone % subgroups
    result[alone] = beta_binomial.log_factor((k, n), p0[is_alone], fit.tilts[group], rho[group])
    return result
