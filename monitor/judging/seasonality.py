"""Whether the reference shows a season that its expected rates know nothing of: hours of the day, days of the week.

Way of an event: step 7; renewed with the fit when a bin of label ages opens. Pure. D1 compares every pane with one
limit: where the rate breathes by the calendar, its high season looks like harm again and again. A rate whose reference
shows a season is therefore watched and never paged by D1, until a calendar key is set.

Counts are added up by phase and whole week. Between phases: X2 = sum (O - E)^2 / V, phase by phase. Within: the same of
the weeks of a phase around that phase's own mean. F = (between / (F - 1)) / max(1, within / (U - F)) is held against
Fisher's F. Events that depend on each other raise both mean squares alike, so that repeat patients are no season; the
1 keeps sparse counts, whose mean square within may be small by chance, from passing for one. Expected counts come from
the fit: a mix of people that changes with the weekday is no season either.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import f as fisher

from monitor.judging.dispersion import Slots
from monitor.judging.metrics import Rate
from monitor.judging.people import People
from monitor.judging.rules import DAY_MS
from monitor.judging.seasonal_key import HOUR_MS
from monitor.judging.tally import Tally

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LEVEL: Final = 0.02
"""Probability that a metric without any season is taken for seasonal, over all its subgroups and cycles: measured
below .05 with events that depend on each other, too (docs/statistics.md). A season that matters is found
all the same."""

_LARGE: Final = 0.05
"""Share of the events from which a subgroup is looked at; with everybody and one attribute at a time."""

_FEWEST_WEEKS: Final = 3
_FEWEST_EXPECTED: Final = 2.0
"""Harmful events that every phase must expect: fewer say nothing about a phase."""

_WEEK_MS: Final = 7 * DAY_MS


def phases(starts_ms: Sequence[int], pane_ms: int) -> list[Ints]:
    """Phase of each pane in every cycle that panes of this width can show: weekdays, and hours of the day (UTC).

    >>> [one.tolist() for one in phases([0, HOUR_MS, 25 * HOUR_MS], HOUR_MS)]
    [[0, 0, 1], [0, 1, 1]]
    >>> [one.tolist() for one in phases([0, 8 * DAY_MS], DAY_MS)], phases([0], 7 * DAY_MS)
    ([[0, 1]], [])
    """
    starts, found = np.array(starts_ms, np.int64), []
    if pane_ms and DAY_MS % pane_ms == 0:
        found.append(starts // DAY_MS % 7)
    if pane_ms and DAY_MS % pane_ms == 0 and 2 * pane_ms <= DAY_MS:
        found.append(starts % DAY_MS // max(pane_ms, HOUR_MS))
    return found


def p_value(panes: Floats, phase: Ints, week: Ints) -> float | None:
    """Probability of so different phases, were there no season; None for too few weeks or events to say.

    Parameters
    ----------
    panes
        Harmful and expected events and the binomial variance of each pane, shape (panes, 3).
    phase, week
        Of each pane, from 0.

    Examples
    --------
    >>> day = np.arange(28)
    >>> k = np.where(day % 7 < 5, 20, 8) + day // 7 % 2
    >>> panes = np.column_stack((k, np.full(28, k.mean()), np.full(28, 0.8 * k.mean())))
    >>> p_value(panes, day % 7, day // 7) < 1e-4, p_value(panes[:14], day[:14] % 7, day[:14] // 7) is None
    (True, True)

    References
    ----------
    McCullagh, Nelder, "Generalized Linear Models" (1989), section 4.5: ratio of mean squares under overdispersion.
    """
    weeks = int(week.max(initial=-1)) + 1
    unit = phase * weeks + week
    sums = np.column_stack([np.bincount(unit, weights=column) for column in panes.T])
    used = np.flatnonzero(sums[:, 2] > 0)
    k, expected, variance = sums[used].T
    names, of_phase = np.unique(used // max(weeks, 1), return_inverse=True)
    total = np.column_stack([np.bincount(of_phase, weights=column) for column in (k, expected, variance)])
    if len(names) < 2 or weeks < _FEWEST_WEEKS or (total[:, 1] < _FEWEST_EXPECTED).any() or len(used) <= len(names):
        return None
    # The level of the whole is fitted with half an event more than was seen: out with it, before phases are compared.
    shift = total[:, 0] - total[:, 1] - total[:, 2] * (total[:, 0] - total[:, 1]).sum() / total[:, 2].sum()
    between = float((shift**2 / total[:, 2]).sum()) / (len(names) - 1)
    own = expected + variance * ((total[:, 0] - total[:, 1]) / total[:, 2])[of_phase]
    freedom = len(used) - len(names)
    within = float(((k - own) ** 2 / variance).sum()) / freedom
    return float(fisher.sf(between / max(1.0, within), len(names) - 1, freedom))


def smallest_p(
    slots: Slots, rate: Rate, own_eta: Callable[[Tally], Floats], people: People, pane_ms: int
) -> float | None:
    """The smallest p-value over subgroups and cycles, times how many there were; None if none could be looked at.

    Parameters
    ----------
    own_eta
        Gives the log odds that are expected in each membership of cells, without any margin.
    """
    cycles = phases(slots.starts_ms, pane_ms)
    subgroups = len(people.lattice.subgroups)
    sums, events = np.zeros((len(slots.cells), 3, subgroups)), np.zeros(subgroups)
    for place, cells in enumerate(slots.cells if cycles else ()):
        rows, groups = people.members(cells.combination)
        n, k, p = cells.of(rate.counted)[rows], cells.of(rate.harmful)[rows], expit(own_eta(cells))
        events += np.bincount(groups, weights=n, minlength=subgroups)
        for column, weights in enumerate((k, n * p, n * p * (1 - p))):
            sums[place, column] = np.bincount(groups, weights=weights, minlength=subgroups)
    level = np.array([group.level for group in people.lattice.subgroups])
    looked_at = np.flatnonzero((level <= 1) & (events > 0) & (events >= _LARGE * events[0]))
    week = (np.array(slots.starts_ms, np.int64) - min(slots.starts_ms, default=0)) // _WEEK_MS
    found = [p_value(sums[:, :, group], phase, week) for phase in cycles for group in looked_at]
    told = [one for one in found if one is not None]
    return min(1.0, min(told) * len(told)) if told else None
