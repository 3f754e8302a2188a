"""All streams of a model that are judged against its reference: what is expected of them, and what speaks against it.

Way of an event: step 7; `judge` hands each step on to it, `assessment` reads it in step 8. Pure.
"""

from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from monitor.counting.lattice import Lattice
from monitor.judging import evidence, gap, onset, sure_evidence, traffic, watch
from monitor.judging.dispersion import Slots
from monitor.judging.evidence import ReferenceEvidence
from monitor.judging.factors import factors
from monitor.judging.fits import Fit, fit
from monitor.judging.gap import GapEvidence
from monitor.judging.metrics import METRICS, NOT_FLAGGED_LABELLED
from monitor.judging.onset import SeenBySlice
from monitor.judging.people import People
from monitor.judging.rules import JudgingRules
from monitor.judging.sure_evidence import SureEvidence
from monitor.judging.tally import Tally
from monitor.judging.traffic import Traffic
from monitor.judging.watch import POOLED, Watch
from monitor.judging.weights import threshold, weights

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

CLOSED: Final = -2
"""Nothing is open: -1 is the label-free bin."""

NO_ONSET: Final = -1


class Stored(msgspec.Struct, array_like=True):
    """What is stored; fits are made again."""

    opened: int
    watched: watch.Stored
    latched: bytes
    onset_ms: bytes
    evidence: evidence.Stored
    gap: gap.Stored
    gap_watched: watch.Stored
    sure: sure_evidence.Stored
    seen: onset.Stored
    traffic: traffic.Stored


class Streams:
    """Limits, evidence and traffic of every stream.

    Arrays by stream have the shape (metrics, subgroups); `onset_ms` is two of them, likeliest and earliest credible.
    Those by rate have the shape (rates, subgroups): a two-sided metric has two rates. `is_seasonal`, shape (metrics,):
    the reference shows a season that is not expected, so that D1 watches the metric and does not page. `is_unverified`
    marks subgroups in whose reference nobody who was passed over has an outcome.

    Parameters
    ----------
    rules, lattice
        How is judged, and which subgroups there are.
    """

    def __init__(self, rules: JudgingRules, lattice: Lattice) -> None:
        self.rules, self.people, self.rates = rules, People(lattice, rules.seasons), rules.rates
        self.weight = weights(rules.sharing, lattice)
        self.watch, self.page = (threshold(rules, self.weight, level) for level in ("watch", "page"))
        self.may_page = np.array([METRICS[name].may_page for name in rules.metrics])
        self._first_rates = [
            next(r for r, rate in enumerate(self.rates) if rate.metric == name) for name in rules.metrics
        ]
        self.rates_of = [[r for r, rate in enumerate(self.rates) if rate.metric == name] for name in rules.metrics]
        self.evidence = ReferenceEvidence(len(self.rates), len(lattice.subgroups))
        self.sure = SureEvidence(len(self.rates), len(lattice.subgroups))
        self.gap = GapEvidence(rules, self.rates, self.people)
        self.traffic = Traffic(self.rates, self.people, rules.pane_ms)
        self.watched, self.gap_watched = Watch(self.watch), Watch(self.watch)
        self.latched = np.zeros(self.weight.shape, bool)
        self.onset_ms = np.full((2, *self.weight.shape), NO_ONSET)
        self._seen = SeenBySlice(rules, len(self.rates), len(lattice.subgroups))
        self.fits: list[Fit | None] = [None] * len(self.rates)
        self.is_seasonal = np.zeros(len(rules.metrics), bool)
        self.opened = CLOSED
        self.is_unverified = np.zeros(len(lattice.subgroups), bool)

    @property
    def at_watch(self) -> NDArray[np.bool_]:
        """The streams that either detector has at watch, of all revisions together."""
        at_watch: NDArray[np.bool_] = self.watched.at(POOLED) | self.gap_watched.at(POOLED)
        return at_watch

    @property
    def bins(self) -> int:
        """Number of label-age bins."""
        return len(self.rules.edges_ms) - 1

    def open(self, opened: int, reference: Tally, slots: Slots | None) -> None:
        """Open bins up to `opened`, and fit the rates that read them on the reference's cells in these bins.

        `slots` are the same cells pane by pane, where that is known.
        """
        if slots is not None:
            slots = slots._replace(cells=[cells.where(cells.age_bin <= opened) for cells in slots.cells])
        for place, rate in enumerate(self.rates):
            is_label_free = not rate.is_labelled
            if opened >= -is_label_free and not (is_label_free and self.opened > CLOSED):
                cells = reference.where(reference.age_bin <= opened)
                tolerance = self.rules.tolerance_of(rate.metric)
                looks = self.rules.pane_ms if METRICS[rate.metric].may_page else 0
                self.fits[place] = fit(rate, cells, self.people, self.bins, tolerance, slots, looks)
                self.gap.open(place, cells)
        for metric, rates in enumerate(self.rates_of):
            fits = [fit for fit in (self.fits[place] for place in rates) if fit is not None]
            self.is_seasonal[metric] = any(fit.is_seasonal for fit in fits)
        self.is_unverified = ~self.people.with_any(reference.combination, reference.of(NOT_FLAGGED_LABELLED))
        self.opened = opened

    def fold(self, tested: Tally, pane_ms: Ints) -> Ints:
        """Take ripe cells of tested panes in open bins for evidence; gives the events of each rate.

        A stream that reaches page level stays there until it is acknowledged.

        Parameters
        ----------
        pane_ms
            Start of the pane of each bin's cells, label-free first; negative where there are none.
        """
        if not len(tested.age_bin):
            return np.zeros((len(self.rates), self.weight.shape[1]), np.int64)
        step = factors(tested, self.rates, self.fits, self.people, self.bins)
        self.evidence.fold(step)
        self.gap.fold(tested)
        self.sure.fold(step.seen.sum(axis=0))
        self._seen.add(pane_ms, step.seen)
        self._judge_levels(step.revisions)
        n: Ints = step.n.sum(axis=0)
        return n

    def _judge_levels(self, revisions: tuple[str, ...]) -> None:
        of_rate = self.evidence.log_m
        log_m, of_gap = self.by_metric(of_rate), self.by_metric(self.gap.log_m)
        before = self.at_watch.astype(int) + self.latched
        self.watched.note(POOLED, log_m)
        self.gap_watched.note(POOLED, of_gap)
        # A gap alone may be the others' doing, who have improved: that is worth a look, and no page.
        # A season looks like harm to D1; the gap is compared inside each step, where all have the same season.
        of_reference = (log_m >= self.page) & ~self.is_seasonal[:, None]
        at_page = of_reference | ((of_gap >= self.page) & self.watched.at(POOLED))
        self.latched |= at_page & self.may_page[:, None]
        for revision in revisions:
            self.watched.note(revision, self.by_metric(self.evidence.own_log_m(revision)))
        now = self.at_watch.astype(int) + self.latched
        self.onset_ms[:, now == 0] = NO_ONSET
        for metric, subgroup in np.argwhere(now > before).tolist():  # once a level: later slices know less of the start
            rate = max(self.rates_of[metric], key=lambda one: of_rate[one, subgroup])
            fit = self.fits[rate]
            if fit is not None and fit.margin.is_watched[subgroup]:
                tilt = fit.tilts[subgroup, self.evidence.best_bet(rate, subgroup)]
                self.onset_ms[:, metric, subgroup] = self._seen.onset_ms(rate, subgroup, float(tilt))

    def acknowledge(self, metric: int, subgroup: int) -> None:
        """Start the evidence of a stream anew, and let go of its alarm."""
        rates = self.rates_of[metric]
        self.evidence.reset(rates, subgroup)
        self.gap.reset(rates, subgroup)
        self.sure.reset(rates, subgroup)
        self._seen.reset(rates, subgroup)
        self.watched.reset(metric, subgroup)
        self.gap_watched.reset(metric, subgroup)
        self.latched[metric, subgroup] = False
        self.onset_ms[:, metric, subgroup] = NO_ONSET

    def forget(self, revision: str) -> None:
        """Let a revision's own evidence go."""
        self.evidence.forget(revision)
        self.watched.forget(revision)

    def by_metric(self, of_rate: NDArray[Any]) -> NDArray[Any]:
        """The larger of a metric's rates, which stand side by side."""
        larger: NDArray[Any] = np.maximum.reduceat(of_rate, self._first_rates, axis=0)
        return larger

    def stored(self) -> Stored:
        """What to store."""
        return Stored(
            self.opened,
            self.watched.stored(),
            self.latched.tobytes(),
            self.onset_ms.tobytes(),
            self.evidence.stored(),
            self.gap.stored(),
            self.gap_watched.stored(),
            self.sure.stored(),
            self._seen.stored(),
            self.traffic.stored(),
        )

    def restore(self, stored: Stored) -> None:
        """Take up what was stored, all but the fits: `open` the bins again. ValueError for another shape."""
        shape = self.weight.shape
        self.watched.restore(stored.watched)
        self.latched = np.frombuffer(stored.latched, bool).reshape(shape).copy()
        self.onset_ms = np.frombuffer(stored.onset_ms, np.int64).reshape(2, *shape).copy()
        self.evidence.restore(stored.evidence)
        self.gap.restore(stored.gap)
        self.gap_watched.restore(stored.gap_watched)
        self.sure.restore(stored.sure)
        self._seen.restore(stored.seen)
        self.traffic.restore(stored.traffic)
