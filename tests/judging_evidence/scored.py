"""Streams of ripe cells with scores, for what is judged on scores."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import expit, logit

from monitor.counting.ripe import LABEL_FREE, RipeCells
from monitor.judging.judge import Judge
from monitor.judging.rules import DAY_MS, DataState
from monitor.judging.verdict import StreamVerdict
from tests.judging_evidence.worlds import EDGES_MS, F, M

MIDDLES = (np.arange(20) + 0.5) / 20
SHARES = MIDDLES * (1 - MIDDLES) ** 2 / (MIDDLES * (1 - MIDDLES) ** 2).sum()
TRUE = expit(0.3 + 0.8 * logit(MIDDLES))
"""Not what the scores say, but always the same."""

Person = tuple[str, int]
Row = tuple[int, int, int, int]
"""Score bin, label (or LABEL_FREE), age bin, how many."""

Pane = dict[Person, list[Row]]


class Drawn:
    """Panes of people with scores, drawn once each: the same day is always the same."""

    def __init__(
        self, seed: int, people: int, shift: Callable[[int, int], float] | None = None, age_of_one: int = -1
    ) -> None:
        """`shift` is added to the log odds of a person's label on a day; labels 1 all have this age bin, -1: any."""
        self._seed, self._people, self._shift, self._age_of_one = seed, people, shift, age_of_one

    def __call__(self, day: int) -> Pane:
        found: Pane = {}
        for person in (F, M):
            rng = np.random.default_rng([self._seed, day, person])
            n = rng.multinomial(self._people, SHARES)
            k = rng.binomial(n, expit(logit(TRUE) + (self._shift(day, person) if self._shift else 0.0)))
            rows: list[Row] = [(score, LABEL_FREE, LABEL_FREE, int(count)) for score, count in enumerate(n)]
            for score in range(20):
                for label, count in ((0, int(n[score] - k[score])), (1, int(k[score]))):
                    first = int(rng.binomial(count, 0.5))
                    if self._age_of_one >= 0:
                        first = count if (label == 1) == (self._age_of_one == 0) else 0
                    rows += [(score, label, 0, first), (score, label, 1, count - first)]
            found["r1", person] = [row for row in rows if row[-1]]
        return found


def ripe(day: int, pane_of: Callable[[int], Pane], edges_ms: Sequence[int] = EDGES_MS) -> RipeCells:
    """What becomes ripe at the end of a day."""
    rows = []
    for age_bin in range(LABEL_FREE, len(edges_ms) - 1):
        pane = day - 1 - (edges_ms[age_bin + 1] // DAY_MS if age_bin >= 0 else 0)
        for (revision, person), some in (pane_of(pane) if pane >= 0 else {}).items():
            for score, label, at, n in some:
                if at == age_bin:
                    rows.append((revision, pane, age_bin, person, int(score >= 10), label, n, score))
    if not rows:
        return RipeCells.empty()
    names = tuple(sorted({row[0] for row in rows}))
    table = np.array([(names.index(row[0]), *row[1:]) for row in rows])
    columns = (table[:, 0], table[:, 1] * DAY_MS, *table[:, 2:7].T)
    return RipeCells(names, *columns, score_bin=table[:, 7])


def judged(judge: Judge, pane_of: Callable[[int], Pane], days: range) -> Judge:
    for day in days:
        judge.step(day * DAY_MS, ripe(day, pane_of))
    return judge


def said(judge: Judge, day: int, slug: str = "f", data: DataState | None = None) -> StreamVerdict:
    found = judge.assess(day * DAY_MS, data or DataState(serving=("r1",)))
    (one,) = [one for one in found if one.metric == "calibration" and one.subgroup == slug]
    return one
