"""One rollout under comparison with its former revision: its reference, its evidence, and what blame will ask.

Way of an event: step 7; `releases` hands each step on to it, blame reads it at the end of step 8. Pure.
"""

from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from monitor.counting.ripe import RipeCells
from monitor.judging import before, clearing, former, onset_after, revision_effect
from monitor.judging.before import EvidenceBefore
from monitor.judging.clearing import NEVER, STRICTLY, Clearing
from monitor.judging.factors import factors
from monitor.judging.fits import Fit, fit
from monitor.judging.former import FormerReference
from monitor.judging.onset_after import SeenAfter
from monitor.judging.people import People
from monitor.judging.revision_effect import RevisionEffect
from monitor.judging.rollout import Rollout
from monitor.judging.rollout_weights import compared_rates
from monitor.judging.rules import DAY_MS, JudgingRules
from monitor.judging.tally import tally

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
    before: before.Stored
    crossed_ms: dict[str, bytes]
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
    crossed_ms
        Level -> end of the step in which each stream first reached it; `NEVER` before that. It stays.
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
        self.effect = RevisionEffect(*shape, COMPARED_MS / rules.pane_ms)
        self.clearing = Clearing(self._rates, people)
        self._seen = SeenAfter(rollout.start_ms, rules.pane_ms, *shape)
        self.fits: list[Fit | None] = [None] * len(self._rates)
        self.opened = _NONE_OPEN
        self.crossed_ms: dict[str, Ints] = {}
        self.onset_ms = np.full((2, *shape), NEVER)

    @property
    def _bins(self) -> int:
        return len(self._rules.edges_ms) - 1

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
        opened = self.opened
        while opened < self._bins - 1 and end_ms >= first_ms + self._rules.ripening_ms(opened + 1):
            opened += 1
        if opened > self.opened:
            self._open(opened)
        if self.rollout.revision in cells.revisions:
            self._test(end_ms, cells, nats)

    def _open(self, opened: int) -> None:
        for place, rate in enumerate(self._rates):
            tolerance = self._rules.tolerance_of(rate.metric)
            cells = self.reference.cells(place, opened)
            self.fits[place] = fit(rate, cells, self._people, self._bins, tolerance)
        self.opened = opened

    def _test(self, end_ms: int, cells: RipeCells, nats: Mapping[str, Floats]) -> None:
        mine = cells.revision == cells.revisions.index(self.rollout.revision)
        mine &= (cells.pane_start_ms >= self.rollout.start_ms) & (cells.age_bin >= 0) & (cells.age_bin <= self.opened)
        if not mine.any():
            return
        tested = tally(cells, mine)
        step = factors(tested, self._rates, self.fits, self._people, self._bins)
        pane_ms = np.full(self._bins + 1, -1)  # one pane a bin: a step with cells is one pane long
        pane_ms[cells.age_bin[mine] + 1] = cells.pane_start_ms[mine]
        self.effect.fold(step)
        self._seen.add(pane_ms, step.seen)
        self._note_levels(end_ms, nats)
        self.clearing.fold(end_ms, tested, self.fits)

    def _note_levels(self, end_ms: int, nats: Mapping[str, Floats]) -> None:
        log_m = self.effect.log_m
        for level, needed in nats.items():
            crossed_ms = self.crossed_ms.setdefault(level, np.full(log_m.shape, NEVER))
            newly = (log_m >= needed) & (crossed_ms == NEVER)
            crossed_ms[newly] = end_ms
            for rate, subgroup in np.argwhere(newly).tolist():
                fit = self.fits[rate]
                if fit is not None:
                    tilt = float(fit.tilts[subgroup, self.effect.best_bet(rate, subgroup)])
                    self.onset_ms[:, rate, subgroup] = self._seen.onset_ms(rate, subgroup, tilt)

    def at(self, level: str) -> Bools:
        """Streams that have reached a level."""
        crossed_ms = self.crossed_ms.get(level, np.full(self.effect.steps.shape, NEVER))
        at: Bools = crossed_ms != NEVER
        return at

    def strictly_cleared_before(self, level: str) -> Bools:
        """Streams that were strictly cleared before they reached a level, or are so and have not reached it."""
        cleared = self.clearing.is_cleared(STRICTLY)
        if level not in self.crossed_ms:
            return cleared
        first: Bools = self.clearing.cleared_ms[STRICTLY] < self.crossed_ms[level]
        return cleared & (first | ~self.at(level))

    def acknowledge(self, rate: int, subgroup: int) -> None:
        """Start the evidence of a stream anew and let go of its levels. What was cleared stays cleared."""
        self.effect.reset(rate, subgroup)
        self._seen.reset(rate, subgroup)
        for crossed_ms in self.crossed_ms.values():
            crossed_ms[rate, subgroup] = NEVER
        self.onset_ms[:, rate, subgroup] = NEVER

    def stored(self) -> Stored:
        """What to store."""
        return Stored(
            self.rollout,
            self.opened,
            self.reference.stored(),
            self.effect.stored(),
            self.clearing.stored(),
            self._seen.stored(),
            self.before.stored(),
            {level: ms.tobytes() for level, ms in self.crossed_ms.items()},
            self.onset_ms.tobytes(),
        )

    def restore(self, stored: Stored) -> None:
        """Take up what was stored beside rollout and reference. ValueError for another shape."""
        shape = self.effect.steps.shape
        self.effect.restore(stored.effect)
        self.clearing.restore(stored.clearing)
        self._seen.restore(stored.seen)
        self.before.restore(stored.before)
        self.crossed_ms = {
            level: np.frombuffer(ms, np.int64).reshape(shape).copy() for level, ms in stored.crossed_ms.items()
        }
        self.onset_ms = np.frombuffer(stored.onset_ms, np.int64).reshape(2, *shape).copy()
        if stored.opened > _NONE_OPEN:
            self._open(stored.opened)
