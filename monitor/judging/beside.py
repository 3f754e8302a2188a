"""What stands beside the rates: calibration, where it is asked for, and statistics of drift that only annotate.

Way of an event: step 7 and 8; `judge` hands each step on to it. Pure. Nothing here can page or roll back.
"""

from collections.abc import Mapping, Sequence

import msgspec

from monitor.counting.ripe import RipeCells
from monitor.judging.annotating import drift
from monitor.judging.annotating.drift import Drift, DriftScore, Group
from monitor.judging.calibrating import calibration, said
from monitor.judging.calibrating.calibration import Calibration
from monitor.judging.metrics import CALIBRATION
from monitor.judging.people import People
from monitor.judging.rules import DataState, JudgingRules
from monitor.judging.time_judged import NormalTime
from monitor.judging.traffic import Traffic
from monitor.judging.verdict import StreamVerdict
from monitor.judging.weights import alarms_of


class Stored(msgspec.Struct, array_like=True):
    """What is stored."""

    calibration: calibration.Stored | None
    drift: drift.Stored


class Beside:
    """Calibration and drift of one model.

    Parameters
    ----------
    rules, people
        How is judged, and who is counted.
    """

    def __init__(self, rules: JudgingRules, people: People) -> None:
        self._rules, self._people = rules, people
        self.calibration = Calibration(rules, people) if rules.calibration else None
        self._drift = Drift(rules, people)

    def take(self, end_ms: int, cells: RipeCells, normal: NormalTime | None) -> None:
        """Take in what ripened in one step; `normal` is the time that scores are compared with, as far as is known."""
        self._drift.take(cells, normal)
        if self.calibration is not None:
            self.calibration.take(end_ms, cells, normal)

    def verdicts(self, end_ms: int, data: DataState, traffic: Traffic) -> list[StreamVerdict]:
        """What is said of calibration; `data.serving` are without shadows."""
        if self.calibration is None:
            return []
        return said.verdicts(self._rules, self._people, self.calibration, traffic, end_ms, data)

    def drift_scores(self, revisions: Sequence[str]) -> Mapping[Group, tuple[DriftScore, ...]]:
        """What statistics of drift say of single subgroups of these revisions; the calibration error is among them."""
        found = dict(self._drift.scores(revisions))
        for place, error in enumerate(self.calibration.errors() if self.calibration is not None else ()):
            if error is not None and self.calibration is not None:
                subgroup = self._people.lattice.subgroups[self.calibration.groups[place]]
                score = DriftScore("ece", error.value, error.samples, lower=error.lower, upper=error.upper)
                for revision in revisions:
                    key = (revision, subgroup.attribute, subgroup.slug)
                    found[key] = (*found.get(key, ()), score)
        return found

    def acknowledge(self, attribute: str, subgroup: str, metric: str) -> bool:
        """Start the evidence of a stream anew; False if it is none of these."""
        if self.calibration is None or metric != CALIBRATION:
            return False
        place = self.calibration.place(attribute, subgroup)
        if place is not None:
            self.calibration.acknowledge(place)
        return place is not None

    def thresholds(self) -> Mapping[tuple[str, str, str, str], float]:
        """(attribute, metric, detector, level) -> nats of evidence at which the level is reached."""
        return {} if self.calibration is None else self.calibration.thresholds()

    def with_alarms(self, expected: Mapping[str, float]) -> dict[str, float]:
        """False alarms to expect at most in 91 days by level, those of calibration added."""
        share = 0.0 if self.calibration is None else float(self.calibration.weight.sum())
        return {**expected, "watch": expected["watch"] + alarms_of(self._rules, "watch", share)}

    def forget(self, revision: str) -> None:
        """Let a revision go."""
        self._drift.forget(revision)
        if self.calibration is not None:
            self.calibration.forget(revision)

    def stored(self) -> Stored:
        """What to store."""
        of_scores = None if self.calibration is None else self.calibration.stored()
        return Stored(of_scores, self._drift.stored())

    def restore(self, stored: Stored) -> None:
        """Take up what was stored. ValueError for another shape."""
        self._drift.restore(stored.drift)
        if self.calibration is not None and stored.calibration is not None:
            self.calibration.restore(stored.calibration)
