"""What the comparison of a revision with its former one adds to its verdicts: levels, evidence, and blame.

Way of an event: step 8; `assessment` asks it for each revision that serves. Pure.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from monitor.judging.blame import Blame, Known, blame
from monitor.judging.crossings import NEVER
from monitor.judging.fits import spread
from monitor.judging.metrics import METRICS
from monitor.judging.release import Release
from monitor.judging.releases import Releases
from monitor.judging.revision_effect import RevisionEffect
from monitor.judging.rollout import Rollout
from monitor.judging.streams import NO_ONSET, Streams
from monitor.judging.verdict import CONCURRENT_EFFECT, REVISION_EFFECT, Evidence
from monitor.judging.watch import POOLED

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Comparison:
    """One revision beside its former one; arrays have the shape (metrics, subgroups), False where none is compared.

    Parameters
    ----------
    streams, releases
        As the step left them.
    revision
        Serves.
    labels_doubted
        The join rate is outside its limit.
    """

    def __init__(self, streams: Streams, releases: Releases, revision: str, *, labels_doubted: bool) -> None:
        self._streams, self._releases, self._labels_doubted = streams, releases, labels_doubted
        self.rollout: Rollout | None = releases.rollouts.of(revision)
        self._release: Release | None = releases.of(revision)
        names = streams.rules.metrics
        self._place = {names.index(rate.metric): place for place, rate in enumerate(releases.rates)}

    def _by_metric(self, of_rate: Bools) -> Bools:
        found = np.zeros(self._streams.weight.shape, bool)
        for metric, place in self._place.items():
            found[metric] = of_rate[place]
        return found

    def _at(self, level: str) -> tuple[Bools, Bools]:
        if self._release is None:
            return (np.zeros(self._streams.weight.shape, bool),) * 2
        by_timing, at_once = (one.at(level) for one in (self._release.reached, self._release.reached_at_once))
        return self._by_metric(by_timing), self._by_metric(at_once)

    @cached_property
    def at_watch(self) -> Bools:
        """Either comparison is at watch level."""
        by_timing, at_once = self._at("watch")
        at_watch: Bools = by_timing | at_once
        return at_watch

    @cached_property
    def at_rollback(self) -> Bools:
        """Either comparison is at rollback level."""
        by_timing, at_once = self._at("rollback")
        at_rollback: Bools = by_timing | at_once
        return at_rollback

    @cached_property
    def _unsure(self) -> Bools:
        """Events of one pane depend on each other, and the evidence that allows for that is below page."""
        streams = self._streams
        depends = streams.by_metric(spread(streams.fits, streams.weight.shape[1]))
        if self._release is not None:
            depends |= self._by_metric(spread(self._release.fits, streams.weight.shape[1]))
        unsure: Bools = depends & (streams.by_metric(streams.sure.log_m) < streams.page)
        return unsure

    @cached_property
    def _labels_moved(self) -> Bools:
        at_watch = self._streams.watched.at(POOLED)
        of_labels = [METRICS[name].is_of_labels for name in self._streams.rules.metrics]
        moved: Bools = np.logical_or(at_watch[of_labels].any(axis=0), self._labels_doubted)
        return moved

    @cached_property
    def _stable_at_page(self) -> Bools:
        if self.rollout is None or self.rollout.former is None:
            return np.zeros(self._streams.weight.shape, bool)
        own = self._streams.by_metric(self._streams.evidence.own_log_m(self.rollout.former))
        at_page: Bools = own >= self._streams.page
        return at_page

    @cached_property
    def _alike(self) -> tuple[Bools, Bools]:
        """Both revisions have risen; and a rise of the new one alone would have been seen, yet was not."""
        if self._release is None:
            return (np.zeros(self._streams.weight.shape, bool),) * 2
        risen, nats = self._release.both_have_risen()
        would_see = risen & (nats >= self._nats["rollback"]) & ~self._release.reached_at_once.at("watch")
        return self._by_metric(risen), self._by_metric(would_see)

    @cached_property
    def _strictly_cleared(self) -> Bools:
        if self._release is None:
            return np.zeros(self._streams.weight.shape, bool)
        return self._by_metric(self._release.strictly_cleared_before("rollback"))

    @cached_property
    def cleared(self) -> Bools:
        """Shown to be no more than ten points worse than the former revision."""
        if self._release is None:
            return np.zeros(self._streams.weight.shape, bool)
        return self._by_metric(self._release.clearing.is_cleared())

    def onset_ms(self, metric: int, subgroup: int) -> tuple[int, int] | None:
        """Likeliest and earliest credible start of a rise; None while nothing is at watch."""
        candidates = [self._streams.onset_ms[:, metric, subgroup]]
        place = self._place.get(metric)
        if self._release is not None and place is not None:
            candidates.insert(0, self._release.onset_ms[:, place, subgroup])
        found = [(int(one[0]), int(one[1])) for one in candidates if one[0] not in (NEVER, NO_ONSET)]
        return found[0] if found else None

    def blame(self, metric: int, subgroup: int, *, reference_at_page: bool) -> Blame:
        """Who is to blame for a stream that is DEGRADED."""
        by_timing, at_once = (bool(level[metric, subgroup]) for level in self._at("rollback"))
        onset, place, release = self.onset_ms(metric, subgroup), self._place.get(metric), self._release
        risen, would_see = (bool(found[metric, subgroup]) for found in self._alike)
        rising = release is not None and place is not None and bool(release.before.at_watch[place, subgroup])
        known = Known(
            reference_at_page=reference_at_page,
            timing_at_rollback=by_timing,
            concurrent_at_rollback=at_once,
            stable_at_page=bool(self._stable_at_page[metric, subgroup]),
            rising_before=rising,
            strictly_cleared=bool(self._strictly_cleared[metric, subgroup]),
            rollout_ms=None if self.rollout is None else self.rollout.start_ms,
            earliest_onset_ms=None if onset is None else onset[1],
            labels_moved=bool(self._labels_moved[subgroup]),
            concurrent_would_see=would_see,
            former_has_risen=risen,
            unsure=bool(self._unsure[metric, subgroup]),
        )
        return blame(known)

    @cached_property
    def _effects(self) -> list[tuple[str, Floats, RevisionEffect]]:
        if self._release is None:
            return []
        found = ((CONCURRENT_EFFECT, self._release.concurrent.effect), (REVISION_EFFECT, self._release.effect))
        return [(detector, effect.log_m, effect) for detector, effect in found if effect.steps.any()]

    @cached_property
    def _nats(self) -> dict[str, Floats]:
        return {} if self.rollout is None else self._releases.nats(self.rollout)

    def evidence(self, metric: int, subgroup: int) -> tuple[Evidence, ...]:
        """Evidence of both comparisons on one stream; none of a comparison that has not begun."""
        place = self._place.get(metric)
        if self.rollout is None or place is None:
            return ()
        at = place, subgroup
        return tuple(
            Evidence(
                detector,
                float(log_m[at]),
                float(self._nats["watch"][at]),
                None,
                float(self._releases.weight[at]),
                int(effect.steps[at]),
                int(effect.events[at]),
                float(self._nats["rollback"][at]),
                self.rollout.former,
            )
            for detector, log_m, effect in self._effects
            if effect.steps[at]
        )
