"""How much events of one pane depend on each other in the reference: repeat patients, batches.

Way of an event: step 7; renewed with the fit when a bin of label ages opens. Pure. A binomial factor that took them for
independent would raise many more false alarms than promised: where the reference shows it, evidence is deflated.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import chi2

from monitor.judging.metrics import Rate
from monitor.judging.people import People
from monitor.judging.tally import Tally

Floats = NDArray[np.float64]

_FEWEST_PANES: Final = 8
_FEWEST_EVENTS: Final = 2.0
_GATE: Final = 0.80
_LOWER: Final = 0.05
_MOST: Final = 0.99


class Dispersion(NamedTuple):
    """Per subgroup, shape (subgroups,): the statistic, the correlation rho of two events of a pane, and the variance
    inflation 1 + (mean events of a pane - 1) rho that log evidence is divided by; 0 and 1 where none is seen."""

    chi_square: Floats
    rho: Floats
    inflation: Floats


def none_seen(subgroups: int) -> Dispersion:
    """Nothing is known, so events are taken for independent.

    >>> none_seen(2).inflation.tolist()
    [1.0, 1.0]
    """
    return Dispersion(np.zeros(subgroups), np.zeros(subgroups), np.ones(subgroups))


class Slots(NamedTuple):
    """A reference in slots of time, in order: cells of each in the open bins, how many steps of the judge it is, and
    where each begins; empty where that does not matter."""

    cells: Sequence[Tally]
    steps: float
    starts_ms: tuple[int, ...] = ()


def dispersion(slots: Slots, rate: Rate, own_eta: Callable[[Tally], Floats], people: People) -> Dispersion:
    """The dispersion of one rate.

    Parameters
    ----------
    own_eta
        Gives the log odds that are expected in each membership of cells, without any margin.

    References
    ----------
    McCullagh, Nelder, "Generalized Linear Models" (1989), section 4.5: Pearson's statistic for overdispersion.
    """
    subgroups = len(people.lattice.subgroups)
    sums = np.zeros((len(slots.cells), 4, subgroups))
    for place, cells in enumerate(slots.cells):
        rows, groups = people.members(cells.combination)
        n, k, p = cells.of(rate.counted)[rows], cells.of(rate.harmful)[rows], expit(own_eta(cells))
        for column, weights in enumerate((k, n, n * p, n * p * (1 - p))):
            sums[place, column] = np.bincount(groups, weights=weights, minlength=subgroups)
    found = [of_series(sums[:, :, group], slots.steps) for group in range(subgroups)]
    chi_square, rho, inflation = (np.array(column) for column in zip(*found, strict=True))
    return Dispersion(chi_square, rho, inflation)


def of_series(panes: Floats, steps: float = 1.0) -> tuple[float, float, float]:
    """Statistic, rho and inflation of one stream.

    Parameters
    ----------
    panes
        Harmful, all and expected events and the binomial variance of each pane, shape (panes, 4). Neighbours are joined
        until one harmful event is expected.
    steps
        Steps of the judge in each pane.

    Examples
    --------
    >>> k = np.array([2, 0, 5, 1, 6, 0, 3, 7, 1, 0])
    >>> p = 0.126866
    >>> panes = np.column_stack((k, np.full(10, 20), np.full(10, 20 * p), np.full(10, 20 * p * (1 - p))))
    >>> [round(one, 3) for one in of_series(panes)]
    [28.218, 0.394, 8.486]
    """
    joined, waiting = [], np.zeros(4)
    for pane in panes:
        waiting = waiting + pane
        if waiting[2] >= 1:
            joined.append(waiting)
            waiting = np.zeros(4)
    if len(joined) < _FEWEST_PANES:
        return 0.0, 0.0, 1.0
    k, n, expected, variance = np.array(joined).T
    chi_square, mean = float(((k - expected) ** 2 / variance).sum()), float(n.mean())
    freedom = len(joined) - 1
    # Without the gate an upper limit would call every binomial reference overdispersed.
    if mean < _FEWEST_EVENTS or chi_square <= chi2.ppf(_GATE, freedom):
        return chi_square, 0.0, 1.0
    rho = min(_MOST, max(0.0, (chi_square / float(chi2.ppf(_LOWER, freedom)) - 1) / (mean - 1)))
    of_step = float(panes[:, 1].sum()) / (len(panes) * steps)
    return chi_square, rho, 1 + max(0.0, of_step - 1) * rho
