"""One rollout under comparison with its former revision: its reference, its evidence, and what blame will ask.

Way of an event: step 7; `releases` hands each step on to it, blame reads it at the end of step 8. Pure.
"""

from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from monitor.counting.ripe import RipeCells
from monitor.judging import before, clearing, concurrent, former, onset_after, revision_effect
from monitor.judging.before import EvidenceBefore
from monitor.judging.clearing import STRICTLY, Clearing
from monitor.judging.concurrent import Concurrent, expected_nats
from monitor.judging.crossings import NEVER, Crossings
from monitor.judging.factors import Factors, factors
from monitor.judging.fits import Fit, fit
from monitor.judging.former import FormerReference
from monitor.judging.onset_after import SeenAfter
from monitor.judging.people import People
from monitor.judging.revision_effect import RevisionEffect
from monitor.judging.rollout import Rollout
from monitor.judging.rollout_weights import compared_rates
from monitor.judging.rules import DAY_MS, JudgingRules
from monitor.judging.tally import Tally, tally

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

COMPARED_MS: Final = 180 * DAY_MS
"""Evidence is collected for so long after a rollout."""

_NONE_OPEN: Final = -1


class Stored(msgspec.Struct, array_like=True):
    """What is stored; fits are made again."""

    rollout: Rollout
    opened: int
    former: former.Stored
    effect: revision_effect.Stored
    clearing: clearing.Stored
    seen: onset_after.Stored
    stable_seen: onset_after.Stored
    concurrent: concurrent.Stored
    before: before.Stored
    reached: dict[str, bytes]
    reached_at_once: dict[str, bytes]
    onset_ms: bytes


class Release:
    """A rollout and all that is known of it; arrays have the shape (rates, subgroups).

    Parameters
    ----------
    rules, people
        How is judged, and for whom.
    rollout, reference
        What is compared with what.
    before
        The evidence from before the rollout.

    Attributes
    ----------
    effect, reached
        REV, against the time before the rollout; and when each stream first reached each level by it.
    concurrent, reached_at_once
        The same of D3, both revisions at the same time.
    onset_ms
        Shape (2, rates, subgroups): likeliest and earliest credible start of the rise, as seen when the highest level
        so far was reached.
    """

    def __init__(
        self,
        rules: JudgingRules,
        people: People,
        rollout: Rollout,
        reference: FormerReference,
        before: EvidenceBefore,
    ) -> None:
        self._rules, self._rates, self._people = rules, compared_rates(rules.metrics), people
        self.rollout, self.reference, self.before = rollout, reference, before
        shape = (len(self._rates), len(people.lattice.subgroups))
        steps = COMPARED_MS / rules.pane_ms
        self.effect = RevisionEffect(*shape, steps)
        self.concurrent = Concurrent(rules, self._rates, people, steps)
        self._clearing = Clearing(self._rates, people)
        self._seen, self._stable_seen = (SeenAfter(rollout.start_ms, rules.pane_ms, *shape) for _ in range(2))
        self.fits: list[Fit | None] = [None] * len(self._rates)
        self.opened = _NONE_OPEN
        self.reached, self.reached_at_once = Crossings(shape), Crossings(shape)
        self.onset_ms = np.full((2, *shape), NEVER)

    @property
    def _bins(self) -> int:
        return len(self._rules.edges_ms) - 1

    @property
    def clearing(self) -> Clearing:
        """What was cleared: by the comparison at the same time where there is one."""
        return self.concurrent.clearing if self.rollout.is_shared else self._clearing

    def take(self, end_ms: int, cells: RipeCells, nats: Mapping[str, Floats]) -> None:
        """Take in what ripened in one step.

        Parameters
        ----------
        nats
            Level -> evidence at which it is reached, lowest level first.
        """
        self.reference.take(cells)
        first_ms = self.rollout.start_ms + self._rules.pane_ms
        if end_ms > first_ms + COMPARED_MS:
            return
        opened = self._rules.open_bin(self.opened, end_ms - first_ms)
        if opened > self.opened:
            self._open(opened)
        newly: set[tuple[int, int]] = set()
        after = cells.where(cells.pane_start_ms >= self.rollout.start_ms)
        newly.update(self._test(end_ms, after, nats))
        if self.rollout.is_shared:
            newly.update(self._test_at_once(end_ms, after, nats))
        for rate, subgroup in sorted(newly):
            self._date(rate, subgroup)

    def _open(self, opened: int) -> None:
        for place, rate in enumerate(self._rates):
            tolerance = self._rules.tolerance_of(rate.metric)
            slots, cells = self.reference.slots(place, opened), self.reference.cells(place, opened)
            self.fits[place] = fit(rate, cells, self._people, self._bins, tolerance, slots)
        self.opened = opened

    def _labelled_of(self, cells: RipeCells, revision: str) -> RipeCells:
        number = cells.revisions.index(revision) if revision in cells.revisions else -1
        return cells.where((cells.revision == number) & (cells.age_bin >= 0) & (cells.age_bin <= self.opened))

    def _step(self, cells: RipeCells, tested: Tally) -> tuple[Factors, Ints]:
        pane_ms = np.full(self._bins + 1, -1)  # one pane a bin: a step with cells is one pane long
        pane_ms[cells.age_bin + 1] = cells.pane_start_ms
        return factors(tested, self._rates, self.fits, self._people, self._bins), pane_ms

    def _test(self, end_ms: int, cells: RipeCells, nats: Mapping[str, Floats]) -> list[tuple[int, int]]:
        mine = self._labelled_of(cells, self.rollout.revision)
        if not len(mine.n):
            return []
        tested = tally(mine)
        step, pane_ms = self._step(mine, tested)
        self.effect.fold(step)
        self._seen.add(pane_ms, step.seen)
        self._clearing.fold(end_ms, tested, self.fits)
        return self.reached.note(end_ms, self.effect.log_m, nats)

    def _test_at_once(self, end_ms: int, cells: RipeCells, nats: Mapping[str, Floats]) -> list[tuple[int, int]]:
        stable = self._labelled_of(cells, str(self.rollout.former))
        if len(stable.n):
            step, pane_ms = self._step(stable, tally(stable))
            self._stable_seen.add(pane_ms, step.seen)
        self.concurrent.take(end_ms, cells, self.rollout.revision, str(self.rollout.former))
        return self.reached_at_once.note(end_ms, self.concurrent.effect.log_m, nats)

    def _date(self, rate: int, subgroup: int) -> None:
        fit = self.fits[rate]
        if fit is not None and fit.margin.is_watched[subgroup]:
            tilt = float(fit.tilts[subgroup, self.effect.best_bet(rate, subgroup)])
            self.onset_ms[:, rate, subgroup] = self._seen.onset_ms(rate, subgroup, tilt)

    def both_have_risen(self, streams: tuple[Ints, Ints]) -> tuple[Bools, Floats]:
        """Whether streams have risen with both revisions since the onset; and the nats D3 could have seen meanwhile.

        Those are what would have been expected, were the former revision's rate as before. `streams` are their rates
        and subgroups; the results are parallel.
        """
        if not self.rollout.is_shared:
            return np.zeros(len(streams[0]), bool), np.zeros(len(streams[0]))
        since_ms = np.maximum(self.onset_ms[0][streams], self.rollout.start_ms)
        (k_a, n_a, e_a), (k_b, n_b, e_b) = (seen.since(since_ms, streams) for seen in (self._seen, self._stable_seen))
        risen: Bools = (k_a > e_a) & (k_b > e_b)
        total = np.maximum(n_a, 1)
        return risen, expected_nats(k_a / total, e_a / total, n_a, n_b)

    def strictly_cleared_before(self, level: str) -> Bools:
        """Streams that were strictly cleared before they reached a level, or are so and have not reached it."""
        first: Bools = self.clearing.cleared_ms[STRICTLY] < self.reached.first_ms(level)
        return self.clearing.is_cleared(STRICTLY) & (first | ~self.reached.at(level))

    def acknowledge(self, rate: int, subgroup: int) -> None:
        """Start the evidence of a stream anew and let go of its levels. What was cleared stays cleared."""
        self.effect.reset(rate, subgroup)
        self.concurrent.reset(rate, subgroup)
        for seen in (self._seen, self._stable_seen):
            seen.reset(rate, subgroup)
        for reached in (self.reached, self.reached_at_once):
            reached.reset(rate, subgroup)
        self.onset_ms[:, rate, subgroup] = NEVER

    def stored(self) -> Stored:
        """What to store."""
        return Stored(
            self.rollout,
            self.opened,
            self.reference.stored(),
            self.effect.stored(),
            self._clearing.stored(),
            self._seen.stored(),
            self._stable_seen.stored(),
            self.concurrent.stored(),
            self.before.stored(),
            self.reached.stored(),
            self.reached_at_once.stored(),
            self.onset_ms.tobytes(),
        )

    def restore(self, stored: Stored) -> None:
        """Take up what was stored beside rollout and reference. ValueError for another shape."""
        self.effect.restore(stored.effect)
        self._clearing.restore(stored.clearing)
        self._seen.restore(stored.seen)
        self._stable_seen.restore(stored.stable_seen)
        self.concurrent.restore(stored.concurrent)
        self.before.restore(stored.before)
        self.reached.restore(stored.reached)
        self.reached_at_once.restore(stored.reached_at_once)
        self.onset_ms = np.frombuffer(stored.onset_ms, np.int64).reshape(self.onset_ms.shape).copy()
        if stored.opened > _NONE_OPEN:
            self._open(stored.opened)
