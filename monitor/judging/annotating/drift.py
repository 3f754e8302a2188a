"""All statistics of drift of one model: kept step by step, worked out when somebody looks.

Way of an event: step 7 keeps, step 9 asks. Pure. Nothing reads it but what is shown to people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from monitor.counting.ripe import LABEL_FREE, RipeCells
from monitor.events import SCORE_BINS
from monitor.judging.annotating import histograms, mix
from monitor.judging.annotating.histograms import Histograms
from monitor.judging.annotating.score_shift import ks_distance, psi
from monitor.judging.annotating.second_opinion import SecondOpinion
from monitor.judging.people import People
from monitor.judging.rules import JudgingRules
from monitor.judging.tally import tally
from monitor.judging.time_judged import NormalTime

Ints = NDArray[np.int64]

Group = tuple[str, str, str]
"""Revision, attribute, subgroup."""


@dataclass(frozen=True, slots=True)
class DriftScore:
    """What one statistic says of a subgroup of a revision.

    `limit` is what it stays below in 95 % of windows without drift; None where nobody knows. `lower` and `upper` are of
    an interval, if it has one. `samples` is what it rests on; of detectors the steps with data.
    """

    detector: str
    value: float
    samples: int
    limit: float | None = None
    lower: float | None = None
    upper: float | None = None


class Stored(msgspec.Struct, array_like=True):
    """What is stored: counts, and the rates that detectors are fed with, by place of the subgroup."""

    histograms: histograms.Stored
    rates: list[bytes]


class Drift:
    """Statistics of drift of everyone and of single attribute values.

    Parameters
    ----------
    rules, people
        How is judged, and who is counted. Detectors are fed with the rate of the first metric, all revisions together.
    """

    def __init__(self, rules: JudgingRules, people: People) -> None:
        self._people, self._rate = people, rules.rates[0]
        self._histograms = Histograms(people)
        self._opinions = [SecondOpinion() for _ in self._histograms.groups]

    def take(self, cells: RipeCells, normal: NormalTime | None) -> None:
        """Take in what ripened in one step."""
        self._histograms.take(cells, normal)
        wanted = (cells.age_bin == LABEL_FREE) != self._rate.is_labelled
        if not wanted.any():
            return
        found = tally(cells, wanted)
        rows, groups = self._people.members(found.combination)
        subgroups = len(self._people.lattice.subgroups)
        k, n = (
            np.bincount(groups, weights=found.of(kinds)[rows], minlength=subgroups)[self._histograms.groups]
            for kinds in (self._rate.harmful, self._rate.counted)
        )
        for place in np.flatnonzero(n).tolist():
            self._opinions[place].take(float(k[place] / n[place]))

    def scores(self, revisions: Sequence[str]) -> Mapping[Group, tuple[DriftScore, ...]]:
        """What each statistic says of single subgroups of these revisions; nothing where there are too few data."""
        subgroups = [self._people.lattice.subgroups[group] for group in self._histograms.groups.tolist()]
        opinions = [self._signals(one) for one in self._opinions]
        found = {}
        for revision in revisions:
            compared = self._compared(revision)
            for place, subgroup in enumerate(subgroups):
                said = (*compared[place], *opinions[place])
                if said:
                    found[revision, subgroup.attribute, subgroup.slug] = said
        return found

    def _signals(self, opinion: SecondOpinion) -> tuple[DriftScore, ...]:
        steps = len(opinion.rates)
        return tuple(DriftScore(name, n, steps) for name, n in opinion.signals().items()) if steps else ()

    def _compared(self, revision: str) -> list[tuple[DriftScore, ...]]:
        reference, window = self._histograms.reference, self._histograms.window(revision)
        if reference is None:
            return [()] * len(window)
        people_before, people_now = reference.sum(axis=1), window.sum(axis=1)
        result = []
        for place, (before, now) in enumerate(zip(reference[:, :SCORE_BINS], window[:, :SCORE_BINS], strict=True)):
            said, samples = [], int(now.sum())
            shift, distance = psi(before, now), ks_distance(before, now)
            if shift is not None:
                said.append(DriftScore("psi", shift.value, samples, shift.limit))
            if distance is not None:
                said.append(DriftScore("ks", distance, samples))
            # Everyone stands first, and is no value of an attribute.
            counts = (int(one) for one in (people_now[place], people_now[0], people_before[place], people_before[0]))
            moved = mix.chi_square(*counts) if place else None
            if moved is not None:
                said.append(DriftScore("mix", moved, int(people_now[place]), mix.LIMIT))
            result.append(tuple(said))
        return result

    def forget(self, revision: str) -> None:
        """Let a revision go."""
        self._histograms.forget(revision)

    def stored(self) -> Stored:
        """What to store."""
        return Stored(self._histograms.stored(), [np.array(one.rates).tobytes() for one in self._opinions])

    def restore(self, stored: Stored) -> None:
        """Take up what was stored; detectors are fed again when somebody asks. ValueError for another shape."""
        self._histograms.restore(stored.histograms)
        rates = zip(self._opinions, stored.rates, strict=True)
        self._opinions = [SecondOpinion(np.frombuffer(packed).tolist()) for _, packed in rates]
