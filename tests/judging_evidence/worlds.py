"""Streams of ripe cells for a judge, made from what happened in each pane."""

from collections.abc import Callable, Mapping

import numpy as np

from monitor.counting.lattice import Lattice
from monitor.counting.ripe import LABEL_FREE, RipeCells
from monitor.judging.judge import Judge
from monitor.judging.metrics import Kind
from monitor.judging.rules import DAY_MS, DataState, JudgingRules
from monitor.judging.verdict import StreamVerdict
from monitor.vocabulary import AttributeCoding, Coding

CODING = Coding((AttributeCoding("sex", {"f": ("F",), "m": ("M",)}),))
LATTICE = Lattice(CODING, depth=1)
F, M = CODING.encode({"sex": "F"}), CODING.encode({"sex": "M"})
EDGES_MS = (0, DAY_MS, 2 * DAY_MS)
METRICS = ("false_negative_rate", "false_positive_rate", "error_rate", "selection_rate")

Pane = Mapping[tuple[str, int], Mapping[Kind, int]]
"""Labelled predictions of one pane: (revision, combination) -> kind -> number in each age bin."""


def rules(**changed: object) -> JudgingRules:
    return JudgingRules(
        **{"model": "readmission", "metrics": METRICS, "pane_ms": DAY_MS, "edges_ms": EDGES_MS} | changed
    )


def people(fn: int, tp: int, fp: int, tn: int) -> dict[Kind, int]:
    kinds = (Kind.FALSE_NEGATIVE, Kind.TRUE_POSITIVE, Kind.FALSE_POSITIVE, Kind.TRUE_NEGATIVE)
    return dict(zip(kinds, (fn, tp, fp, tn), strict=True))


USUAL = people(fn=4, tp=16, fp=6, tn=34)
"""A false negative rate of .20, a false positive rate of .15, a selection rate of 22/60."""


def everyone(counts: Mapping[Kind, int], revision: str = "r1") -> Pane:
    return {(revision, F): counts, (revision, M): counts}


def ripe(day: int, pane_of: Callable[[int], Pane], edges_ms: tuple[int, ...] = EDGES_MS) -> RipeCells:
    """What becomes ripe at the end of a day; `pane_of` says what happened on each day from 0 on."""
    rows: list[tuple[str, int, int, int, int, int, int]] = []
    bins = len(edges_ms) - 1
    for age_bin in range(LABEL_FREE, bins):
        pane = day - 1 - (edges_ms[age_bin + 1] // DAY_MS if age_bin >= 0 else 0)
        for (revision, person), counts in (pane_of(pane) if pane >= 0 else {}).items():
            for kind, n in counts.items():
                predicted, state = divmod(kind, 3)
                if age_bin == LABEL_FREE:
                    rows.append((revision, pane, LABEL_FREE, person, predicted, LABEL_FREE, n * bins))
                elif state:
                    rows.append((revision, pane, age_bin, person, predicted, state - 1, n))
    rows = [row for row in rows if row[-1]]
    if not rows:
        return RipeCells.empty()
    names = tuple(sorted({row[0] for row in rows}))
    table = np.array([(names.index(row[0]), *row[1:]) for row in rows])
    return RipeCells(names, table[:, 0], table[:, 1] * DAY_MS, *table[:, 2:].T)


def judged(judge: Judge, pane_of: Callable[[int], Pane], days: range) -> Judge:
    """The judge after these days."""
    for day in days:
        judge.step(day * DAY_MS, ripe(day, pane_of))
    return judge


def said(
    judge: Judge, day: int, metric: str = "false_negative_rate", slug: str = "f", data: DataState | None = None
) -> list[StreamVerdict]:
    """Verdicts of one stream, revision by revision."""
    found = judge.assess(day * DAY_MS, data or DataState(("r1",)))
    return [one for one in found if one.metric == metric and one.subgroup == slug]
