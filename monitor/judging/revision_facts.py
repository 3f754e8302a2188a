"""What the ledger of known-good revisions must know of one: whom it followed, whether it is cleared, how it stands.

Way of an event: end of step 8; the verdict feed tells it. Pure. Everything comes from exact numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from monitor.judging.metrics import METRICS
from monitor.judging.reference import Reference
from monitor.judging.releases import Releases
from monitor.judging.streams import Streams

Bools = NDArray[np.bool_]
Own = Literal["below", "watch", "page"]
StreamName = tuple[str, str, str]

LARGE: Final = 0.05
"""Share of the events from which a subgroup must be cleared."""


@dataclass(frozen=True, slots=True)
class RevisionFacts:
    """Facts about one revision.

    Parameters
    ----------
    rollout_ms, former
        When it was seen to begin, and whom it followed; None if that was not seen.
    baseline
        It is the reference's own.
    cleared
        Shown to be no more than ten points worse than its former one, in the rates of harm of everybody and of every
        subgroup with at least `LARGE` of the events.
    undetermined
        Smaller subgroups for which that was not shown, as ``attribute=subgroup``.
    own
        Worst level of its own evidence against the reference; None before any ripe label.
    former_samples
        (attribute, subgroup, metric) -> cases of the former revision that it is compared with.
    """

    rollout_ms: int | None = None
    former: str | None = None
    baseline: bool = False
    cleared: bool = False
    undetermined: tuple[str, ...] = ()
    own: Own | None = None
    former_samples: Mapping[StreamName, int] = field(default_factory=dict)


def revision_facts(streams: Streams, releases: Releases, reference: Reference | None, revision: str) -> RevisionFacts:
    """The facts about a revision, as the last step left them."""
    rollout = releases.rollouts.of(revision)
    cleared, undetermined = _cleared(streams, releases, revision)
    return RevisionFacts(
        rollout_ms=None if rollout is None else rollout.start_ms,
        former=None if rollout is None else rollout.former,
        baseline=reference is not None and reference.revision == revision,
        cleared=cleared,
        undetermined=undetermined,
        own=_own(streams, revision),
        former_samples=_former_samples(streams, releases, revision),
    )


def _cleared(streams: Streams, releases: Releases, revision: str) -> tuple[bool, tuple[str, ...]]:
    release = releases.of(revision)
    if release is None:
        return False, ()
    harms = [place for place, rate in enumerate(releases.rates) if METRICS[rate.metric].role == "rollback"]
    if not harms:
        return False, ()
    # Traffic, not what the comparison counted: that starts anew when an alarm is acknowledged.
    events = streams.traffic.events_per_day[[streams.rules.rates.index(releases.rates[place]) for place in harms]]
    is_large = (events >= LARGE * events[:, :1]) & (events[:, :1] > 0)
    is_large[:, 0] = True
    is_cleared = release.clearing.is_cleared()[harms]
    missing = (~is_cleared & ~is_large).any(axis=0)
    groups = streams.people.lattice.subgroups
    undetermined = tuple(f"{groups[place].attribute}={groups[place].slug}" for place in np.flatnonzero(missing))
    return bool(is_cleared[is_large].all()), undetermined


def _own(streams: Streams, revision: str) -> Own | None:
    is_labelled = [rate.is_labelled for rate in streams.rates]
    if not streams.traffic.has_cells(revision)[is_labelled].any():
        return None
    own = streams.by_metric(streams.evidence.own_log_m(revision))
    at_watch = streams.watched.at(revision)
    # An alarm that fell on it stands until a person has seen it, whatever the evidence does meanwhile.
    at_page: Bools = ((own >= streams.page) | (streams.latched & at_watch)) & streams.may_page[:, None]
    if at_page.any():
        return "page"
    of_model = [not METRICS[name].is_of_labels for name in streams.rules.metrics]
    return "watch" if at_watch[of_model].any() else "below"


def _former_samples(streams: Streams, releases: Releases, revision: str) -> Mapping[StreamName, int]:
    release, found = releases.of(revision), {}
    for place, rate in enumerate(releases.rates if release is not None else ()):
        fit = None if release is None else release.fits[place]
        counts = [0] * len(streams.people.lattice.subgroups) if fit is None else fit.margin.n.tolist()
        for group, n in zip(streams.people.lattice.subgroups, counts, strict=True):
            found[group.attribute, group.slug, rate.metric] = int(n)
    return found
