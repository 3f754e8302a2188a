"""D2: evidence that a subgroup does worse against everybody else than it did in the reference.

Way of an event: step 7, beside `evidence`. Pure. The bet is on the odds ratio alone, within a revision and a coarse bin
of label age: what moves everybody alike, season or case mix, moves both arms and leaves no evidence. A known, constant
disparity is no drift. The other arm is everybody else, never the best group.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from monitor.judging.coarse import coarse_edges
from monitor.judging.conditional import TILTS, log_factor
from monitor.judging.e_detector import NOTHING, folded, log_mixture
from monitor.judging.gap_blocks import GapBlocks
from monitor.judging.metrics import Kind, Rate
from monitor.judging.people import People
from monitor.judging.rules import JudgingRules
from monitor.judging.tally import Tally, first_of_each

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_SURELY: Final = 1.645
"""Standard errors of the one-sided 95 % limit."""

_LEAST: Final = 5
"""Harmful, and harmless, reference events of either arm without which a gap is not watched."""


class Stored(msgspec.Struct, array_like=True):
    """What is stored: log R of each bet, steps with data, events of the subgroup, and what guesses rest on."""

    log_r: bytes
    steps: bytes
    events: bytes
    blocks: bytes


class ReferenceGap(NamedTuple):
    """Log odds ratio of a subgroup over everybody else, its standard error, and the one that is tolerated."""

    log_odds_ratio: Floats
    standard_error: Floats
    tolerated: Floats


def reference_gap(arms: Ints, tolerance: float) -> ReferenceGap:
    """The gap of the reference, and how much of one is tolerated.

    Parameters
    ----------
    arms
        n_a, k_a, n_b, k_b of a subgroup and everybody else by stratum, shape (streams, strata, 4).
    tolerance
        Accepted worsening of the rate.

    Returns
    -------
    Each of shape (streams,).

    Examples
    --------
    >>> found = reference_gap(np.array([[[40, 8, 160, 16], [30, 9, 120, 24]]]), 0.02)
    >>> [one.round(4).item() for one in found]
    [0.6272, 0.3111, 1.1389]

    References
    ----------
    Mantel, Haenszel, "Statistical aspects of the analysis of data from retrospective studies", JNCI 22 (1959). Robins,
    Breslow, Greenland, "Estimators of the Mantel-Haenszel variance", Biometrics 42 (1986).
    """
    n_a, k_a, n_b, k_b = np.moveaxis(arms.astype(float), -1, 0)
    n = np.maximum(n_a + n_b, 1)
    more, less = k_a * (n_b - k_b) / n, k_b * (n_a - k_a) / n
    alike, unlike = (k_a + n_b - k_b) / n, (k_b + n_a - k_a) / n
    r, s = 0.5 + more.sum(axis=-1), 0.5 + less.sum(axis=-1)
    mixed = (alike * less + unlike * more).sum(axis=-1)
    variance = (
        (alike * more).sum(axis=-1) / (2 * r**2) + mixed / (2 * r * s) + (unlike * less).sum(axis=-1) / (2 * s**2)
    )
    log_odds_ratio, standard_error = np.log(r / s), np.sqrt(variance)
    p_b = (k_b.sum(axis=-1) + 0.5) / (n_b.sum(axis=-1) + 1)
    worse = logit(np.minimum(p_b + tolerance, 1 - 1e-9)) - logit(p_b)
    return ReferenceGap(log_odds_ratio, standard_error, log_odds_ratio + np.maximum(_SURELY * standard_error, worse))


class GapEvidence:
    """log R of every bet of every gap; every array has the shape (rates, subgroups), those of bets one axis more.

    Parameters
    ----------
    rules, rates, people
        How and what is judged, and for whom.
    """

    def __init__(self, rules: JudgingRules, rates: Sequence[Rate], people: People) -> None:
        self._rules, self._rates, self._people = rules, rates, people
        edges = coarse_edges(rules.edges_ms)
        self._bins = len(edges)
        coarse = np.searchsorted(edges, rules.edges_ms[:-1], side="right")
        self._coarse = np.concatenate(([0], coarse))  # label-free cells are a bin of their own
        self._shape = (len(rates), len(people.lattice.subgroups))
        self._log_r = np.full((*self._shape, len(TILTS)), NOTHING)
        self._log_m: Floats | None = None
        self._theta0 = np.zeros(self._shape)
        self._blocks = GapBlocks((*self._shape, self._bins))
        self.is_watched: Bools = np.zeros(self._shape, bool)
        self.steps, self.events = (np.zeros(self._shape, np.int64) for _ in range(2))

    @property
    def log_m(self) -> Floats:
        """Evidence in nats; -inf before any data."""
        if self._log_m is None:
            self._log_m = log_mixture(self._log_r)
        return self._log_m

    def open(self, rate: int, reference: Tally) -> None:
        """Renew what one rate tolerates, on the reference's cells in its open bins."""
        arms = self._arms(self._rates[rate], self._by_kind(reference)).sum(axis=0)
        tolerance = self._rules.tolerance_of(self._rates[rate].metric)
        found = reference_gap(arms, tolerance)
        self._blocks.open(rate, arms, tolerance)
        self._theta0[rate] = found.tolerated
        n_a, k_a, n_b, k_b = np.moveaxis(arms.sum(axis=1), -1, 0)
        self.is_watched[rate] = np.min([k_a, n_a - k_a, k_b, n_b - k_b], axis=0) >= _LEAST

    def fold(self, cells: Tally) -> None:
        """Take in the cells of one step; streams without events in both arms stay as they are."""
        log_l, n = np.zeros(self._log_r.shape), np.zeros(self._shape, np.int64)
        by_kind = self._by_kind(cells)
        for place, rate in enumerate(self._rates):
            arms = self._arms(rate, by_kind)
            used = arms[..., [0, 2]].all(axis=-1) & self.is_watched[place][:, None]
            many = used & self._blocks.takes(place, arms)
            group = np.nonzero(used & ~many)[1]
            np.add.at(log_l[place], group, log_factor(arms[used & ~many], self._theta0[place][group]))
            if many.any():
                _, group, age_bin = np.nonzero(many)
                np.add.at(log_l[place], group, self._blocks.log_factor(place, arms[many], group, age_bin))
            self._blocks.note(place, arms)
            np.add.at(n[place], np.nonzero(used)[1], arms[used][:, 0])
        has_data, self._log_m = n > 0, None
        self._log_r[has_data] = folded(self._log_r[has_data], log_l[has_data])
        self.steps += has_data
        self.events += n

    def _by_kind(self, cells: Tally) -> Ints:
        """Counts of each subgroup, and of everybody in the last place: (revisions, subgroups + 1, bins, `Kind`)."""
        revisions, groups = len(cells.revisions), self._shape[1] + 1
        columns = (cells.revision, self._coarse[cells.age_bin + 1], cells.combination)
        first, place = first_of_each(columns)
        counts = np.zeros((len(first), len(Kind)), np.int64)
        np.add.at(counts, place, cells.counts)
        revision, coarse, combination = (column[first] for column in columns)
        rows, group = self._people.members(combination)
        everybody = np.arange(len(first))
        rows, group = np.concatenate((rows, everybody)), np.concatenate((group, np.full(len(first), groups - 1)))
        slot = (revision[rows] * groups + group) * self._bins + coarse[rows]
        sums = [np.bincount(slot, column[rows], revisions * groups * self._bins) for column in counts.T]
        by_kind: Ints = np.stack(sums, axis=1).astype(np.int64)
        return by_kind.reshape(revisions, groups, self._bins, len(Kind))

    def _arms(self, rate: Rate, by_kind: Ints) -> Ints:
        """n_a, k_a, n_b, k_b of each subgroup and everybody else, shape (revisions, subgroups, coarse bins, 4)."""
        n, k = (by_kind[..., list(kinds)].sum(axis=-1) for kinds in (rate.counted, rate.harmful))
        own_n, own_k = n[:, :-1], k[:, :-1]
        return np.stack((own_n, own_k, n[:, -1:] - own_n, k[:, -1:] - own_k), axis=-1)

    def reset(self, rates: list[int], subgroup: int) -> None:
        """Evidence of some streams to nothing, as after an alarm that was acknowledged."""
        self._log_m = None
        self._log_r[rates, subgroup] = NOTHING
        self.steps[rates, subgroup] = self.events[rates, subgroup] = 0

    def stored(self) -> Stored:
        """What to store; what is tolerated follows from the reference."""
        return Stored(self._log_r.tobytes(), self.steps.tobytes(), self.events.tobytes(), self._blocks.stored())

    def restore(self, stored: Stored) -> None:
        """Take up what was stored. ValueError for another shape."""
        self._log_m = None
        self._log_r = np.frombuffer(stored.log_r).reshape(self._log_r.shape).copy()
        self._blocks.restore(stored.blocks)
        self.steps, self.events = (
            np.frombuffer(packed, np.int64).reshape(self._shape).copy() for packed in (stored.steps, stored.events)
        )
