"""All rollouts of a model that are compared with their former revision.

Way of an event: step 7; `judge` hands each step on to it, twice: what ripened, before the evidence against the
reference is folded, and which of it that evidence tests. Pure.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from monitor.counting.ripe import RipeCells
from monitor.judging import release, rollout, served
from monitor.judging.before import EvidenceBefore
from monitor.judging.bets import BETS
from monitor.judging.detected import Levels, levels
from monitor.judging.e_detector import NOTHING
from monitor.judging.factors import factors
from monitor.judging.fits import Fit
from monitor.judging.former import FormerReference
from monitor.judging.people import People
from monitor.judging.release import Release
from monitor.judging.rollout import Rollout, Rollouts
from monitor.judging.rollout_weights import compared_rates, nats_needed, rollout_weights
from monitor.judging.rules import JudgingRules
from monitor.judging.served import Served
from monitor.judging.tally import tally
from monitor.judging.weights import threshold, weights

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Stored(msgspec.Struct, array_like=True):
    """What is stored."""

    rollouts: rollout.Stored
    served: served.Stored
    releases: list[release.Stored]


class Releases:
    """The newest rollout of every revision, with its evidence.

    Parameters
    ----------
    rules, people
        How is judged, and for whom.

    Attributes
    ----------
    rates
        The rates that are compared.
    weight
        v' of the streams, shape (rates, subgroups).
    """

    def __init__(self, rules: JudgingRules, people: People) -> None:
        self._rules, self._people = rules, people
        self.rates = compared_rates(rules.metrics)
        self.weight = rollout_weights(rules.metrics, people.lattice)
        self._rows = [rules.rates.index(rate) for rate in self.rates]
        self._of_metric = [rules.metrics.index(rate.metric) for rate in self.rates]
        self._watch = threshold(rules, weights(rules.sharing, people.lattice), "watch")[self._of_metric]
        self._nats = {
            is_shared: {
                level: nats_needed(self.weight, alpha, is_shared=is_shared) for level, alpha in rules.risks.items()
            }
            for is_shared in (False, True)
        }
        self._levels: dict[bool, Levels] = {}
        self.rollouts = Rollouts(rules.pane_ms)
        self._served = Served(rules.pane_ms, self.rates)
        self._running: dict[str, Release] = {}

    @property
    def running(self) -> tuple[Release, ...]:
        """Every release that is compared, oldest first."""
        return tuple(self._running.values())

    def of(self, revision: str) -> Release | None:
        """The newest release of a revision; None if it is not compared: never rolled out, or after no other."""
        return self._running.get(revision)

    @property
    def nats_alone(self) -> dict[str, Floats]:
        """Level -> evidence that a rollout needs whose former revision no longer serves."""
        return self._nats[False]

    def nats(self, rollout: Rollout) -> dict[str, Floats]:
        """Level -> evidence at which each stream of a rollout reaches it; the higher one while sharing is not known."""
        return self._nats[rollout.is_shared is not False]

    def levels(self, rollout: Rollout) -> Levels:
        """The same by metric, with the weights; all of shape (metrics, subgroups)."""
        is_shared = rollout.is_shared is not False
        if is_shared not in self._levels:
            nats = {level: self.by_metric(needed) for level, needed in self._nats[is_shared].items()}
            has = self.by_metric(np.ones(self.weight.shape)) > 0
            self._levels[is_shared] = levels(self.by_metric(self.weight), nats, dict.fromkeys(nats, has))
        return self._levels[is_shared]

    def by_metric(self, of_rate: NDArray[Any]) -> NDArray[Any]:
        """Rows of the compared rates as rows of their metrics; 0 for a metric that is not compared."""
        found = np.zeros((len(self._rules.metrics), *of_rate.shape[1:]), of_rate.dtype)
        found[self._of_metric] = of_rate
        return found

    def take(self, end_ms: int, cells: RipeCells, log_r: Floats) -> None:
        """Take in what ripened in one step, before the step's evidence against the reference.

        Parameters
        ----------
        cells
            Of revisions that serve.
        log_r
            Evidence against the reference up to the step before, of all revisions together: of every bet, shape
            (rates of the rules, subgroups, bets).
        """
        for found in self.rollouts.take(cells):
            self._running.pop(found.revision, None)
            if found.former is not None:
                reference = FormerReference.at(found, self._served, self.rates, self._rules.pane_ms)
                before = EvidenceBefore(log_r[self._rows], self._watch)
                self._running[found.revision] = Release(self._rules, self._people, found, reference, before)
        for revision, one in self._running.items():
            one.rollout = self.rollouts.of(revision) or one.rollout
            one.take(end_ms, cells, self.nats(one.rollout))
        self._served.add(cells)

    def take_before(self, cells: RipeCells, is_tested: Bools, fits: Sequence[Fit | None]) -> None:
        """Take in what was there before each rollout, of the cells that are tested against the reference in this step.

        Parameters
        ----------
        cells, is_tested
            As `take` got them, and which of them are in tested panes and open bins.
        fits
            As the evidence against the reference uses them in this step, by rate of the rules.
        """
        chosen = [fits[row] for row in self._rows]
        for one in self._running.values():
            mine = is_tested & (cells.pane_start_ms < one.rollout.start_ms)
            if mine.any():
                bins = len(self._rules.edges_ms) - 1
                one.before.fold(factors(tally(cells, mine), self.rates, chosen, self._people, bins))

    def at_rollback(self, metrics: Sequence[str]) -> Bools:
        """Streams that any release has at rollback level, shape (metrics, subgroups)."""
        found = np.zeros((len(metrics), self.weight.shape[1]), bool)
        for place, rate in enumerate(self.rates):
            for one in self._running.values():
                reached = one.reached.at("rollback")[place] | one.reached_at_once.at("rollback")[place]
                found[metrics.index(rate.metric)] |= reached
        return found

    def acknowledge(self, metric: str, subgroup: int) -> None:
        """Start the evidence of a stream anew in every comparison."""
        for place, rate in enumerate(self.rates):
            if rate.metric == metric:
                for one in self._running.values():
                    one.acknowledge(place, subgroup)

    def forget(self, revision: str) -> None:
        """Let a revision go."""
        self._running.pop(revision, None)
        self.rollouts.forget(revision)
        self._served.forget(revision)

    def stored(self) -> Stored:
        """What to store."""
        return Stored(self.rollouts.stored(), self._served.stored(), [one.stored() for one in self._running.values()])

    def restore(self, stored: Stored) -> None:
        """Take up what was stored. ValueError for another shape."""
        self.rollouts.restore(stored.rollouts)
        self._served.restore(stored.served)
        self._running = {}
        nothing = np.full((*self.weight.shape, BETS), NOTHING)
        for one in stored.releases:
            reference = FormerReference.restored(one.rollout, one.former, self._rules.pane_ms)
            before = EvidenceBefore(nothing, self._watch)
            found = Release(self._rules, self._people, one.rollout, reference, before)
            found.restore(one)
            self._running[one.rollout.revision] = found
