"""What a judge says, worked out one stream after the other and object by object: the slow way, to compare with.

It reads the same evidence, reference and traffic as the quick way, and shares with it the table of verdicts, the table
of blame and the history, nothing else.
"""

import numpy as np
from scipy.special import logsumexp

from monitor.judging import table
from monitor.judging.blame import Blame, Known, blame
from monitor.judging.concurrent import expected_nats
from monitor.judging.crossings import NEVER
from monitor.judging.judge import Judge
from monitor.judging.margin import HIGHEST_TOLERATED, LEAST_SAMPLES
from monitor.judging.metrics import METRICS
from monitor.judging.power import blind_below
from monitor.judging.release import Release
from monitor.judging.rollout_weights import nats_needed
from monitor.judging.rules import UNPAIRED, DataState
from monitor.judging.streams import Streams
from monitor.judging.verdict import (
    CONCURRENT_EFFECT,
    GAP,
    REFERENCE,
    REVISION_EFFECT,
    Evidence,
    ReferenceRate,
    StreamVerdict,
    Verdict,
)
from monitor.judging.watch import POOLED


def log_m(log_r: np.ndarray) -> float:
    """Mean of R over the bets of one stream."""
    return float(logsumexp(log_r) - np.log(len(log_r)))


def verdicts(judge: Judge, data: DataState) -> list[StreamVerdict]:
    """Of every stream of the serving revisions; ask after `judge.assess`, which takes note of what it says."""
    streams = judge._streams
    of_data = tuple(sorted(data.flags | data.stale))
    said = []
    for revision in data.serving:
        for metric in range(len(streams.rules.metrics)):
            for subgroup in range(streams.weight.shape[1]):
                one = Stream(judge, data, revision, metric, subgroup)
                said.append(one.verdict(of_data))
    return said


class Stream:
    """One stream of one revision."""

    def __init__(self, judge: Judge, data: DataState, revision: str, metric: int, subgroup: int) -> None:
        self.judge, self.data, self.revision, self.at = judge, data, revision, (metric, subgroup)
        self.streams: Streams = judge._streams
        self.name = self.streams.rules.metrics[metric]
        self.rates = [place for place, rate in enumerate(self.streams.rates) if rate.metric == self.name]
        self.rollout = judge._releases.rollouts.of(revision)
        self.release: Release | None = judge._releases.of(revision)
        compared = [rate.metric for rate in judge._releases.rates]
        self.place = (compared.index(self.name), subgroup) if self.name in compared else None

    def reference(self) -> ReferenceRate | None:
        fit, known = self.streams.fits[self.rates[0]], self.judge.reference
        if fit is None or known is None:
            return None
        k, n, limit = (column[self.at[1]].item() for column in (fit.margin.k, fit.margin.n, fit.margin.tolerated))
        return ReferenceRate(known.id, k / n, n, limit) if n else None

    def is_seasonal(self) -> bool:
        return any(fit is not None and fit.is_seasonal for fit in (self.streams.fits[rate] for rate in self.rates))

    def below(self, rate: int) -> tuple[float, float]:
        """Smallest rate found, and the limit, of one direction; a limit of 1 where it is not watched."""
        fit = self.streams.fits[rate]
        if fit is None or not fit.margin.is_watched[self.at[1]]:
            return 1.0, 1.0
        pages = METRICS[self.name].may_page and not self.is_seasonal()
        nats = self.streams.page[self.at] if pages else self.streams.watch[self.at]
        limit = fit.margin.tolerated[self.at[1]]
        m = self.streams.traffic.events_per_day[rate, self.at[1]]
        return float(blind_below(m, min(limit, HIGHEST_TOLERATED), nats)), float(limit)

    def reason(self) -> int:
        streams, subgroup = self.streams, self.at[1]
        fit, rate = streams.fits[self.rates[0]], streams.rates[self.rates[0]]
        if fit is None or fit.margin.n[subgroup] < LEAST_SAMPLES:
            is_whole = streams.opened >= (streams.bins - 1 if rate.is_labelled else -1)
            return table.code(table.REFERENCE_TOO_SMALL if is_whole else table.REFERENCE_BUILDING)
        if METRICS[self.name].needs_negatives and streams.is_unverified[subgroup]:
            return table.code(table.UNVERIFIED_NEGATIVES)
        if not streams.traffic.has_cells(self.revision)[self.rates[0], subgroup]:
            return table.code(table.NO_LABELS_YET if rate.is_labelled else table.NO_INFERENCES_YET)
        found = [self.below(one) for one in self.rates]
        unseen = [below > limit + streams.rules.harm_to_find for below, limit in found if limit < 1]
        if any(unseen) or not unseen:
            return table.code(table.BLIND)
        is_gone = streams.traffic.vanished(streams.rules.horizon_ms if rate.is_labelled else 0)[subgroup]
        return table.code(table.NO_INFERENCES_LATELY) if is_gone else 0

    def evidence(self) -> tuple[Evidence, ...]:
        streams, subgroup = self.streams, self.at[1]
        found: list[Evidence] = []
        watch, page, weight = (one[self.at].item() for one in (streams.watch, streams.page, streams.weight))
        pooled = ((REFERENCE, streams.evidence, streams.evidence.log_r), (GAP, streams.gap, streams.gap._log_r))
        for detector, one, log_r in pooled if self.reference() else ():
            panes, events = (
                max(column[rate, subgroup].item() for rate in self.rates) for column in (one.steps, one.events)
            )
            nats = max(log_m(log_r[rate, subgroup]) for rate in self.rates)
            if panes or detector == REFERENCE:
                pages = METRICS[self.name].may_page and not (detector == REFERENCE and self.is_seasonal())
                levels = watch, page if pages else None, weight
                found.append(Evidence(detector, None if nats == -np.inf else nats, *levels, panes, events))
        if self.rollout is None or self.release is None or self.place is None:
            return tuple(found)
        for detector, effect in (
            (CONCURRENT_EFFECT, self.release.concurrent.effect),
            (REVISION_EFFECT, self.release.effect),
        ):
            panes, events = effect.steps[self.place].item(), effect.events[self.place].item()
            if panes:
                halves = log_m(effect._product[self.place]), log_m(effect._later[self.place]) - np.log(effect._horizon)
                nats = float(np.logaddexp(*halves) - np.log(2))
                weight = self.judge._releases.weight[self.place].item()
                watch, rollback = self.needed("watch"), self.needed("rollback")
                former = self.rollout.former
                found.append(Evidence(detector, nats, watch, None, weight, panes, events, rollback, former))
        return tuple(found)

    def still_needed(self, code: int) -> int | None:
        fit = self.streams.fits[self.rates[0]]
        has = 0 if fit is None else fit.margin.n[self.at[1]].item()
        return LEAST_SAMPLES - has if code == table.code(table.REFERENCE_TOO_SMALL) else None

    def needed(self, level: str) -> float:
        """Nats of a level of the comparison with the former revision."""
        assert self.rollout is not None
        risk, is_shared = self.streams.rules.risks[level], self.rollout.is_shared is not False
        return nats_needed(self.judge._releases.weight, risk, is_shared=is_shared)[self.place].item()

    def falls(self) -> bool:
        """Whether an alarm of all revisions together falls on this one."""
        watched, serving = self.streams.watched, self.data.serving
        traffic = self.streams.traffic
        most = max(serving, key=lambda name: (traffic.inferences(name), -serving.index(name)))
        nobody = not any(watched.at(name)[self.at] for name in serving)
        return bool(watched.at(self.revision)[self.at]) or (nobody and self.revision == most)

    def reached(self, level: str) -> tuple[bool, bool]:
        """By the comparison with the former revision's past, and with its present."""
        if self.release is None or self.place is None:
            return False, False
        return tuple(bool(one.at(level)[self.place]) for one in (self.release.reached, self.release.reached_at_once))

    def onset(self) -> tuple[int, int] | None:
        candidates = [self.streams.onset_ms[:, *self.at]]
        if self.release is not None and self.place is not None:
            candidates.insert(0, self.release.onset_ms[:, *self.place])
        return next(((one[0].item(), one[1].item()) for one in candidates if one[0] != NEVER), None)

    def alike(self) -> tuple[bool, bool]:
        """Both revisions have risen; and a rise of the new one alone would have been seen, yet was not."""
        if self.release is None or self.place is None or not self.release.rollout.is_shared:
            return False, False
        start_ms, day_ms = self.release.rollout.start_ms, self.release._seen._day_ms
        since = (max(self.release.onset_ms[0][self.place], start_ms) - start_ms) // day_ms
        arms = []
        for seen in (self.release._seen, self.release._stable_seen):
            sums = np.zeros(3)
            for day in range(since, len(seen._sums)):
                sums += seen._sums[day][self.place]
            arms.append(sums)
        (k_a, n_a, e_a), (k_b, n_b, e_b) = arms
        nats = expected_nats(k_a / max(n_a, 1), e_a / max(n_a, 1), n_a, n_b)
        has_risen = bool(k_a > e_a and k_b > e_b)
        return has_risen, has_risen and nats >= self.needed("rollback") and not self.reached("watch")[1]

    def blame(self, *, at_page: bool) -> Blame:
        streams, subgroup = self.streams, self.at[1]
        by_timing, at_once = self.reached("rollback")
        onset, former = self.onset(), None if self.rollout is None else self.rollout.former
        has_risen, would_see = self.alike()
        own = streams.evidence._own.get(former) if former else None
        stable = -np.inf if own is None else max(log_m(own[rate, subgroup]) for rate in self.rates)
        fits = [streams.fits[rate] for rate in self.rates]
        if self.release is not None and self.place is not None:
            fits.append(self.release.fits[self.place[0]])
        depends = any(fit is not None and fit.dispersion.rho[subgroup] > 0 for fit in fits)
        sure = max(log_m(streams.sure._log_r[rate, subgroup]) for rate in self.rates)
        of_labels = [place for place, name in enumerate(streams.rules.metrics) if METRICS[name].is_of_labels]
        moved = any(streams.watched.at(POOLED)[place, subgroup] for place in of_labels)
        compared = self.release is not None and self.place is not None
        return blame(Known(
            reference_at_page=at_page,
            timing_at_rollback=by_timing,
            concurrent_at_rollback=at_once,
            stable_at_page=stable >= streams.page[self.at],
            rising_before=compared and bool(self.release.before.at_watch[self.place]),
            strictly_cleared=compared and bool(self.release.strictly_cleared_before("rollback")[self.place]),
            rollout_ms=None if self.rollout is None else self.rollout.start_ms,
            earliest_onset_ms=None if onset is None else onset[1],
            labels_moved=moved or UNPAIRED in self.data.flags | self.data.stale,
            concurrent_would_see=bool(would_see),
            former_has_risen=has_risen,
            unsure=depends and sure < streams.page[self.at],
        ))  # fmt: skip

    def verdict(self, of_data: tuple[str, ...]) -> StreamVerdict:
        streams, history = self.streams, self.judge._history
        has_stopped = streams.rates[self.rates[0]].is_labelled and bool(streams.traffic.labels_stopped()[self.at[1]])
        code, falls = self.reason(), self.falls()
        at_page = falls and bool(streams.latched[self.at])
        columns = (
            code, has_stopped or bool(self.data.stale), falls and streams.at_watch[self.at], at_page,
            any(self.reached("watch")), any(self.reached("rollback")),
        )  # fmt: skip
        found = Verdict(table.verdicts(table.Known(*(np.array(column) for column in columns))).item())
        own = (table.reason(code),) if code and found <= Verdict.STALE else ()
        own += (table.SEASON,) if self.is_seasonal() else ()
        stopped = (table.LABELS_STOPPED,) if has_stopped else ()
        onset, group = self.onset(), streams.people.lattice.subgroups[self.at[1]]
        previous = history.previous(self.revision)[self.at].item()
        cleared = self.release is not None and self.place is not None and self.release.clearing.is_cleared()[self.place]
        return StreamVerdict(
            model=streams.rules.model,
            revision=self.revision,
            attribute=group.attribute,
            subgroup=group.slug,
            metric=self.name,
            verdict=found,
            reasons=(*own, *stopped, *of_data),
            since_ms=history.since_ms(self.revision)[self.at].item(),
            evidence=self.evidence(),
            reference=self.reference(),
            blind_below=self.below(self.rates[0])[0] if self.reference() else None,
            onset_ms=None if onset is None or found < Verdict.SUSPECT else onset[0],
            previous=None if previous < 0 else Verdict(previous),
            blame=self.blame(at_page=at_page) if found == Verdict.DEGRADED else None,
            rollout_ms=None if self.rollout is None else self.rollout.start_ms,
            former=None if self.rollout is None else self.rollout.former,
            cleared=bool(cleared),
            still_needed=self.still_needed(code),
        )
