"""D3: evidence that a revision does worse than its former one does at the same time, one e-process a stream.

Way of an event: step 7, from the rollout on while both serve; blame asks it first. Pure. Season, population and labels
move both arms alike: what is left is the revision.
"""

from collections.abc import Sequence
from math import log
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from monitor.counting.ripe import LABEL_FREE, RipeCells
from monitor.judging import blocks, clearing, revision_effect
from monitor.judging.blocks import Blocks, Splits
from monitor.judging.clearing import MARGINS, Clearing
from monitor.judging.coarse import coarse_edges
from monitor.judging.conditional import TILTS, log_factor
from monitor.judging.divergence import divergence
from monitor.judging.metrics import Rate
from monitor.judging.people import People
from monitor.judging.revision_effect import RevisionEffect
from monitor.judging.rules import JudgingRules
from monitor.judging.tally import tally

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_TYPICAL: Final = 0.20
"""The rate at which a tolerance is turned into a log odds ratio."""


class Stored(msgspec.Struct, array_like=True):
    """What is stored."""

    splits: tuple[list[int], int, int]
    blocks: blocks.Stored
    effect: revision_effect.Stored
    clearing: clearing.Stored


def tolerable(worse: float) -> float:
    """Log odds ratio of a rate that is `worse` than a typical one.

    >>> round(tolerable(0.02), 6)
    0.120628
    """
    return float(logit(_TYPICAL + worse) - logit(_TYPICAL))


class Concurrent:
    """log M of every stream of one rollout, both revisions at the same time; arrays have the shape (rates, subgroups).

    Parameters
    ----------
    rules, rates, people
        How and what is compared, and for whom.
    steps_of_horizon
        Steps that it may run for, at most.
    """

    def __init__(self, rules: JudgingRules, rates: Sequence[Rate], people: People, steps_of_horizon: float) -> None:
        self._rates, self._people = rates, people
        edges = coarse_edges(rules.edges_ms)
        self._bins = len(edges) - 1
        self._coarse = np.searchsorted(edges, rules.edges_ms[:-1], side="right") - 1
        self._theta0 = np.array([tolerable(rules.tolerance_of(rate.metric)) for rate in rates])
        shape = (len(rates), len(people.lattice.subgroups))
        self._splits = Splits()
        self._blocks = Blocks(*shape, self._bins)
        self.effect = RevisionEffect(*shape, steps_of_horizon, bets=len(TILTS))
        self.clearing = Clearing(rates, people)

    def take(self, end_ms: int, cells: RipeCells, new: str, stable: str) -> None:
        """Take in the ripe cells of one step from panes in which both may serve."""
        self._note_splits(cells, new, stable)
        labelled = cells.age_bin != LABEL_FREE
        split = np.array([self._splits.at(start_ms) for start_ms in cells.pane_start_ms.tolist()], np.int64)
        for one in np.unique(split[labelled]).tolist():
            arms = self._arms(cells, labelled & (split == one), new, stable)
            self._fold(end_ms, *self._blocks.add(end_ms, one, arms))

    def _note_splits(self, cells: RipeCells, new: str, stable: str) -> None:
        free = cells.age_bin == LABEL_FREE
        names = np.array(cells.revisions)[cells.revision] if len(cells.n) else np.empty(0, str)
        for start_ms in np.unique(cells.pane_start_ms[free]).tolist():
            here = free & (cells.pane_start_ms == start_ms)
            of_new, of_stable = (int(cells.n[here & (names == name)].sum()) for name in (new, stable))
            self._splits.note(start_ms, of_new, of_stable)

    def _arms(self, cells: RipeCells, which: NDArray[np.bool_], new: str, stable: str) -> Ints:
        subgroups = len(self._people.lattice.subgroups)
        arms = np.zeros((len(self._rates), subgroups, self._bins, 4), np.int64)
        for column, revision in ((0, new), (2, stable)):
            if revision not in cells.revisions:
                continue
            found = tally(cells, which & (cells.revision == cells.revisions.index(revision)))
            rows, groups = self._people.members(found.combination)
            slot = groups * self._bins + self._coarse[found.age_bin[rows]]
            for place, rate in enumerate(self._rates):
                for which_kinds, kinds in enumerate((rate.counted, rate.harmful)):
                    sums = np.bincount(slot, weights=found.of(kinds)[rows], minlength=subgroups * self._bins)
                    arms[place, :, :, column + which_kinds] = sums.reshape(subgroups, self._bins)
        return arms

    def _fold(self, end_ms: int, arms: Ints, place: Ints) -> None:
        if not len(arms):
            return
        shape = self.effect.steps.shape
        log_l, n = np.zeros((*shape, len(TILTS))), np.zeros(shape, np.int64)
        np.add.at(log_l, tuple(place.T), log_factor(arms, self._theta0[place[:, 0]]))
        has_both = arms[:, [0, 2]].all(axis=1)
        np.add.at(n, tuple(place[has_both].T), arms[has_both, 0])
        self.effect.fold_bets(log_l, n)
        log_c = np.zeros((len(MARGINS), *shape))
        for which, worse in enumerate(MARGINS):
            d = tolerable(worse)
            np.add.at(log_c[which], tuple(place.T), log_factor(arms, d, np.array([-d]))[:, 0])
        self.clearing.add(end_ms, log_c)

    def reset(self, rate: int, subgroup: int) -> None:
        """Start the evidence of a stream anew. What was cleared stays cleared."""
        self._blocks.reset(rate, subgroup)
        self.effect.reset(rate, subgroup)

    def stored(self) -> Stored:
        """What to store."""
        return Stored(self._splits.stored(), self._blocks.stored(), self.effect.stored(), self.clearing.stored())

    def restore(self, stored: Stored) -> None:
        """Take up what was stored. ValueError for another shape."""
        self._splits.restore(stored.splits)
        self._blocks.restore(stored.blocks)
        self.effect.restore(stored.effect)
        self.clearing.restore(stored.clearing)


def expected_nats(p_new: Floats, p_stable: Floats, n_new: Floats, n_stable: Floats) -> Floats:
    """log M to expect where the new revision has one rate and the stable one another; arrays broadcast.

    >>> expected_nats(np.array(0.3), np.array(0.1), np.array(100), np.array(400)).round(1).item()
    8.9
    """
    total = np.maximum(n_new + n_stable, 1)
    pooled = np.clip((n_new * p_new + n_stable * p_stable) / total, 1e-9, 1 - 1e-9)
    gain: Floats = n_new * divergence(p_new, pooled) + n_stable * divergence(p_stable, pooled)
    return gain - log(2 * len(TILTS))
