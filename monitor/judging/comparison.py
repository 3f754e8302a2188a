"""What the comparison of a revision with its former one adds to its verdicts: levels, evidence, and blame.

Way of an event: step 8; `assessment` asks it for each revision that serves. Pure.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from monitor.judging.blame import Blame, Known, blame
from monitor.judging.crossings import NEVER
from monitor.judging.detected import Detected
from monitor.judging.fits import spread
from monitor.judging.metrics import METRICS
from monitor.judging.release import Release
from monitor.judging.releases import Releases
from monitor.judging.rollout import Rollout
from monitor.judging.streams import NO_ONSET, Streams
from monitor.judging.verdict import CONCURRENT_EFFECT, REVISION_EFFECT
from monitor.judging.watch import POOLED

Ints = NDArray[np.int64]
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
        self._by_metric = releases.by_metric
        names = streams.rules.metrics
        self._place = {names.index(rate.metric): place for place, rate in enumerate(releases.rates)}

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
    def _at_rollback(self) -> tuple[Bools, Bools]:
        return self._at("rollback")

    @property
    def at_rollback(self) -> Bools:
        """Either comparison is at rollback level."""
        by_timing, at_once = self._at_rollback
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

    def _alike(self, streams: Sequence[tuple[int, int]]) -> dict[tuple[int, int], tuple[bool, bool]]:
        """Whether both revisions have risen; and whether a rise of the new one alone would have been seen, yet was not.

        Of those of these streams that are compared.
        """
        compared = [(metric, subgroup) for metric, subgroup in streams if metric in self._place]
        if self._release is None or not compared:
            return {}
        at = np.array([self._place[metric] for metric, _ in compared]), np.array([group for _, group in compared])
        risen, nats = self._release.both_have_risen(at)
        would_see = risen & (nats >= self._nats["rollback"][at]) & ~self._release.reached_at_once.at("watch")[at]
        return dict(zip(compared, zip(risen.tolist(), would_see.tolist(), strict=True), strict=True))

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

    @cached_property
    def _onset_ms(self) -> Ints:
        """Likeliest and earliest credible start of a rise, shape (2, metrics, subgroups); `NO_ONSET` without one."""
        onset_ms = self._streams.onset_ms.copy()
        if self._release is not None:
            for metric, place in self._place.items():
                found = self._release.onset_ms[:, place]
                onset_ms[:, metric] = np.where(found[0] != NEVER, found, onset_ms[:, metric])
        return onset_ms

    @property
    def onset_ms(self) -> Ints:
        """Likeliest start of a rise; `NO_ONSET` while nothing is at watch."""
        onset_ms: Ints = self._onset_ms[0]
        return onset_ms

    def blames(self, harmed: Bools, *, reference_at_page: Bools) -> dict[int, Blame]:
        """Who is to blame for each stream that is DEGRADED, by its number in the arrays."""
        places = [(metric, subgroup) for metric, subgroup in np.argwhere(harmed).tolist()]
        alike, subgroups = self._alike(places), harmed.shape[1]
        return {
            place[0] * subgroups + place[1]: self._blame(place, bool(reference_at_page[place]), alike.get(place))
            for place in places
        }

    def _blame(self, at: tuple[int, int], reference_at_page: bool, alike: tuple[bool, bool] | None) -> Blame:
        by_timing, at_once = (bool(level[at]) for level in self._at_rollback)
        place, release = self._place.get(at[0]), self._release
        risen, would_see = alike or (False, False)
        has_onset = self._onset_ms[0][at] != NO_ONSET
        rising = release is not None and place is not None and bool(release.before.at_watch[place, at[1]])
        known = Known(
            reference_at_page=reference_at_page,
            timing_at_rollback=by_timing,
            concurrent_at_rollback=at_once,
            stable_at_page=bool(self._stable_at_page[at]),
            rising_before=rising,
            strictly_cleared=bool(self._strictly_cleared[at]),
            rollout_ms=None if self.rollout is None else self.rollout.start_ms,
            earliest_onset_ms=int(self._onset_ms[1][at]) if has_onset else None,
            labels_moved=bool(self._labels_moved[at[1]]),
            concurrent_would_see=would_see,
            former_has_risen=risen,
            unsure=bool(self._unsure[at]),
        )
        return blame(known)

    @cached_property
    def _nats(self) -> dict[str, Floats]:
        return {} if self.rollout is None else self._releases.nats(self.rollout)

    @cached_property
    def detected(self) -> tuple[Detected, ...]:
        """Evidence of both comparisons; none of one that has not begun."""
        if self._release is None or self.rollout is None:
            return ()
        found = ((CONCURRENT_EFFECT, self._release.concurrent.effect), (REVISION_EFFECT, self._release.effect))
        levels, of = self._releases.levels(self.rollout), self._by_metric
        return tuple(
            Detected(
                detector, self.rollout.former, levels, of(one.steps > 0), of(one.log_m), of(one.steps), of(one.events)
            )
            for detector, one in found
            if one.steps.any()
        )
