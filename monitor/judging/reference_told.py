"""What a reference holds and what it can find: for whoever builds it, and for the second person who approves it.

Way of an event: before the first one; `fairdrift reference show` and `check` print it. Pure. Exact counts.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.counting.lattice import Lattice
from monitor.judging.fits import Fit, fit
from monitor.judging.margin import HIGHEST_TOLERATED, LEAST_SAMPLES
from monitor.judging.metrics import FREE, LABELLED, METRICS
from monitor.judging.people import People
from monitor.judging.power import blind_below
from monitor.judging.reference import Reference
from monitor.judging.rules import DAY_MS, JudgingRules
from monitor.judging.tally import Tally, summed
from monitor.judging.waiting import of_reference
from monitor.judging.weights import threshold, weights

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CountedGroup:
    """A subgroup of a reference: predictions, and labels by age bin."""

    attribute: str
    subgroup: str
    level: int
    inferences: int
    labels: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CountedStream:
    """A metric of a subgroup: `cases` of `samples`, the limit tested, and what could be found at this traffic.

    `tolerated` is None for a stream that is not watched; then `still_needed` says how many samples it lacks, None if
    more would not help. `blind_below` is 1 where no rise would be found within 30 days. `rho` is the correlation of
    two events of a pane, None where panes are not known.
    """

    attribute: str
    subgroup: str
    metric: str
    cases: int
    samples: int
    tolerated: float | None
    blind_below: float
    still_needed: int | None
    rho: float | None


@dataclass(frozen=True, slots=True)
class Told:
    """All of it. `season_p`: metric -> probability of phases as different as these without a season beside the one
    that is expected, None where nobody can tell; `seasonal`: those metrics that D1 watches and does not page for."""

    groups: tuple[CountedGroup, ...]
    streams: tuple[CountedStream, ...]
    season_p: dict[str, float | None]
    seasonal: tuple[str, ...]


def still_needed(samples: int) -> int:
    """Samples that a stream of a reference lacks to be watched.

    >>> still_needed(4), still_needed(500)
    (6, 0)
    """
    return max(0, LEAST_SAMPLES - samples)


def told(rules: JudgingRules, lattice: Lattice, reference: Reference) -> Told:
    """What a reference holds, and what it can find. ValueError as `Reference.cells`."""
    people, bins = People(lattice, rules.seasons), len(rules.edges_ms) - 1
    size = lattice.coding.size
    cells, slots = reference.cells(rules.calendar, size), reference.slots(rules.calendar, size)
    all_cells = summed([cells, of_reference(cells, bins - 1)])
    days = max((reference.end_ms - reference.start_ms) / DAY_MS, 1e-9)
    streams: list[CountedStream] = []
    season_p: dict[str, float | None] = {}
    seasonal = []
    for rate in rules.rates:
        if rate.is_complement or rate.is_of_labels:
            continue
        may_page = METRICS[rate.metric].may_page
        looks = rules.pane_ms if may_page else 0
        found = fit(rate, all_cells, people, bins, rules.tolerance_of(rate.metric), slots, looks)
        if may_page:
            season_p[rate.metric] = None if found is None else found.season_p
        is_seasonal = found is not None and found.is_seasonal
        if is_seasonal:
            seasonal.append(rate.metric)
        nats = threshold(rules, weights(rules.metrics, lattice), "page" if may_page and not is_seasonal else "watch")
        of_metric = nats[rules.metrics.index(rate.metric)]
        streams += _streams(lattice, rate.metric, found, of_metric, days, has_panes=slots is not None)
    return Told(_groups(people, cells, bins), tuple(streams), season_p, tuple(seasonal))


def _streams(
    lattice: Lattice, metric: str, found: Fit | None, nats: Floats, days: float, *, has_panes: bool
) -> list[CountedStream]:
    streams = []
    for place, group in enumerate(lattice.subgroups):
        who = (group.attribute, group.slug, metric)
        if found is None:
            streams.append(CountedStream(*who, 0, 0, None, 1.0, LEAST_SAMPLES, None))
            continue
        k, n = int(found.margin.k[place]), int(found.margin.n[place])
        is_watched, limit = bool(found.margin.is_watched[place]), float(found.margin.tolerated[place])
        below = float(blind_below(n / days, min(limit, HIGHEST_TOLERATED), nats[place])) if is_watched else 1.0
        lacks = 0 if is_watched else still_needed(n) or None
        rho = float(found.dispersion.rho[place]) if has_panes else None
        streams.append(CountedStream(*who, k, n, limit if is_watched else None, below, lacks, rho))
    return streams


def _groups(people: People, cells: Tally, bins: int) -> tuple[CountedGroup, ...]:
    subgroups = people.lattice.subgroups
    rows, groups = people.members(cells.combination)
    inferences = np.bincount(groups, weights=cells.of(FREE)[rows], minlength=len(subgroups)).astype(int)
    slot = groups * (bins + 1) + cells.age_bin[rows] + 1
    of_bins = np.bincount(slot, weights=cells.of(LABELLED)[rows], minlength=len(subgroups) * (bins + 1))
    labels = of_bins.astype(int).reshape(-1, bins + 1)[:, 1:]
    return tuple(
        CountedGroup(group.attribute, group.slug, group.level, int(n), tuple(by_age))
        for group, n, by_age in zip(subgroups, inferences, labels.tolist(), strict=True)
    )
