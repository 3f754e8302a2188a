"""What a budget buys: how long a rise of a given size takes to be told, at the traffic of a reference.

Way of an event: before the first one; `check` prints it. Pure.
"""

from dataclasses import dataclass
from typing import Final

from monitor.counting.lattice import Lattice
from monitor.judging.divergence import divergence
from monitor.judging.fits import fit
from monitor.judging.metrics import METRICS
from monitor.judging.people import People
from monitor.judging.reference import Reference
from monitor.judging.rules import DAY_MS, JudgingRules
from monitor.judging.tally import summed
from monitor.judging.waiting import of_reference
from monitor.judging.weights import threshold, weights

WEEK_MS: Final = 7 * DAY_MS


@dataclass(frozen=True, slots=True)
class Planned:
    """What to expect of one stream: events a week, the limit that is tested, and weeks until a rise is told.

    `weeks` is None for a rise that would never be: it stays within what is tolerated, or the stream is not watched.
    """

    attribute: str
    subgroup: str
    metric: str
    events_per_week: float
    rate: float
    tolerated: float
    weeks: float | None


def planned(rules: JudgingRules, lattice: Lattice, reference: Reference, rise: float) -> list[Planned]:
    """Weeks until each stream tells a rise, good to about a quarter; the level is page, watch where it cannot page.

    Parameters
    ----------
    rise
        Above the reference's rate, absolute, (0, 1)-valued.

    References
    ----------
    Lorden, "Procedures for reacting to a change in distribution", Ann. Math. Stat. 42 (1971): delay ~ threshold / KL.
    """
    people, bins = People(lattice, rules.seasons), len(rules.edges_ms) - 1
    weight = weights(rules.sharing, lattice)
    nats = {level: threshold(rules, weight, level) for level in ("watch", "page")}
    counted = reference.cells(rules.calendar, lattice.coding.size)
    cells = summed([counted, of_reference(counted, bins - 1)])
    weeks = max((reference.end_ms - reference.start_ms) / WEEK_MS, 1e-9)
    found = []
    for rate in rules.rates:
        fitted = None if rate.is_complement else fit(rate, cells, people, bins, rules.tolerance_of(rate.metric))
        if fitted is None:
            continue
        metric = rules.metrics.index(rate.metric)
        needed = nats["page" if METRICS[rate.metric].may_page else "watch"][metric]
        margin = fitted.margin
        for place, group in enumerate(lattice.subgroups):
            n, tolerated = int(margin.n[place]), float(margin.tolerated[place])
            if not n:
                continue
            own = margin.k[place] / n
            gain = float(divergence(own + rise, tolerated)) if tolerated < own + rise < 1 else 0.0
            can = gain > 0 and bool(margin.is_watched[place])
            found.append(
                Planned(
                    group.attribute,
                    group.slug,
                    rate.metric,
                    n / weeks,
                    float(own),
                    tolerated,
                    float(needed[place]) / gain / (n / weeks) if can else None,
                )
            )
    return found
