"""A judge simple enough to be seen through: Shiryaev-Roberts with one bet, on every subgroup and metric."""

from collections.abc import Sequence
from math import log

import numpy as np
from numpy.typing import NDArray

from monitor.counting.lattice import Lattice
from monitor.counting.windows import COLUMNS, Table, window
from monitor.judging.verdict import Evidence, ReferenceRate, StreamVerdict, Verdict

METRICS = ("false_negative_rate", "false_positive_rate", "error_rate", "selection_rate")
WATCH, PAGE = 8.2, 10.7
_CASES = {
    "false_negative_rate": (("fn",), ("tp", "fn")),
    "false_positive_rate": (("fp",), ("fp", "tn")),
    "error_rate": (("fp", "fn"), ("tp", "fp", "tn", "fn")),
    "selection_rate": (("n_predicted_positive",), ("n",)),
}


class PlainJudge:
    """Evidence is pooled over revisions and an alarm stands, as with the real one; the reference is made up.

    `is_silent`: it has no reference, so nothing can be decided. `onset_ms` is what it says of every rise.
    """

    def __init__(self, model: str, lattice: Lattice, onset_ms: int, *, is_silent: bool) -> None:
        self._model, self._lattice, self._onset_ms, self._is_silent = model, lattice, onset_ms, is_silent
        self._log_r: dict[tuple[int, str], float] = {}
        self._since: dict[tuple[str, int, str], tuple[Verdict, int]] = {}
        self._seen: NDArray[np.int64] = np.zeros((len(lattice.subgroups), len(COLUMNS)), np.int64)
        self._latched: set[tuple[str, int, str]] = set()

    def step(self, end_ms: int, table: Table) -> tuple[StreamVerdict, ...]:
        ((revision, counts),) = window([table], self._lattice).items()
        self._seen += counts
        return tuple(
            self._stream(end_ms, revision, index, metric, row)
            for index, row in enumerate(counts.tolist())
            for metric in METRICS
        )

    def _stream(self, end_ms: int, revision: str, index: int, metric: str, row: list[int]) -> StreamVerdict:
        subgroup = self._lattice.subgroups[index]
        (k, n), (_, total) = counted(metric, row), counted(metric, self._seen[index].tolist())
        base = {"false_negative_rate": 0.2, "false_positive_rate": 0.15, "error_rate": 0.17, "selection_rate": 0.38}
        value = base[metric]
        tolerated = min(0.97, value + 0.02 + 1.3 / (total + 4) ** 0.5)
        bet = min(0.98, tolerated + 0.12)
        log_r = self._log_r.get((index, metric))
        if n and not self._is_silent:
            factor = k * log(bet / tolerated) + (n - k) * log((1 - bet) / (1 - tolerated))
            log_r = factor + float(np.logaddexp(0, -np.inf if log_r is None else log_r))
            self._log_r[index, metric] = log_r
        key = (revision, index, metric)
        verdict = self._verdict(key, metric, total, log_r)
        before, since_ms = self._since.get(key, (None, end_ms))
        if verdict is not before:
            since_ms = end_ms
            self._since[key] = (verdict, end_ms)
        silent = self._is_silent
        return StreamVerdict(
            model=self._model,
            revision=revision,
            attribute=subgroup.attribute,
            subgroup=subgroup.slug,
            metric=metric,
            verdict=verdict,
            reasons=("reference_building",) if silent else ("blind",) if verdict is Verdict.INCONCLUSIVE else (),
            since_ms=since_ms,
            evidence=(Evidence("reference", log_r, WATCH, PAGE if metric in METRICS[:2] else None, 0.002, 41),),
            reference=None if silent else ReferenceRate("ref-7", value, 5_120, tolerated),
            blind_below=None if silent else min(1.0, tolerated + 2 / (total + 1) ** 0.5),
            onset_ms=self._onset_ms if verdict >= Verdict.SUSPECT else None,
        )

    def _verdict(self, key: tuple[str, int, str], metric: str, total: int, log_r: float | None) -> Verdict:
        if self._is_silent or log_r is None:
            return Verdict.INCONCLUSIVE
        if key in self._latched or (metric in METRICS[:2] and log_r >= PAGE):
            self._latched.add(key)
            return Verdict.DEGRADED
        if log_r >= WATCH:
            return Verdict.SUSPECT
        return Verdict.HEALTHY if total >= 120 else Verdict.INCONCLUSIVE


def counted(metric: str, row: Sequence[int]) -> tuple[int, int]:
    """Cases and samples of a row of exact counts."""
    harmful, samples = _CASES[metric]
    return sum(row[COLUMNS.index(name)] for name in harmful), sum(row[COLUMNS.index(name)] for name in samples)
