"""A stream for the judge at full size: the hour of `bench_counting` over and over, and a release in it.

178 subgroups, 18 bins of label age, a step a minute. At first r1 serves alone; from `ROLLOUT_MINUTE` on r2 serves half
of everybody beside it, so that every detector runs: reference, gap, and both comparisons with the former revision.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitor.counting.fold import Fold
from monitor.counting.lattice import Lattice
from monitor.counting.partition import PartitionState
from monitor.counting.ripe import LABEL_FREE, RipeCells
from monitor.counting.ripening import ripe_cells
from monitor.judging.judge import Judge
from monitor.judging.metrics import ALWAYS_ON
from monitor.judging.reference import Reference
from monitor.judging.rules import JudgingRules
from monitor.judging.tally import tally
from replay.bench_counting import CODING, EDGES_BY_HAND, HOUR, PANE, RULES, T0, Workload

Ints = NDArray[np.int64]

METRICS: Final = ("false_negative_rate", "false_positive_rate", "false_discovery_rate", "error_rate", "selection_rate")
LATTICE: Final = Lattice(CODING, depth=2)
EDGES_MS: Final = tuple(minute * PANE for minute in EDGES_BY_HAND)
ROLLOUT_MINUTE: Final = 150
_MINUTES: Final = HOUR // PANE


def counted(load: Workload, at_once: int = 20_000) -> PartitionState:
    """One partition that has counted all of a workload, inferences first."""
    state, fold = PartitionState(RULES), Fold()
    for topic, (_, events) in (("inferences", load.inferences), ("outcomes", load.outcomes)):
        for start in range(0, len(events), at_once):
            fold.fold(state, topic, events[start : start + at_once])
    state.touched_rows, state.cells.touched = [], {}
    return state


class Stream:
    """What ripens in each minute, without end.

    Parameters
    ----------
    state
        One counted hour.
    """

    def __init__(self, state: PartitionState) -> None:
        cells = ripe_cells([state], 0, 0, T0 + 3 * HOUR)
        self._groups: dict[tuple[int, int], RipeCells] = {}
        for minute in range(_MINUTES):
            of_pane = cells.where(cells.pane_start_ms == T0 + minute * PANE)
            for age_bin in range(LABEL_FREE, len(EDGES_MS) - 1):
                self._groups[minute, age_bin] = of_pane.where(of_pane.age_bin == age_bin)

    def reference(self) -> Reference:
        """The counts of the hour."""
        cells = tally(_joined(("r1",), [self._of(minute, age_bin) for minute, age_bin in self._groups]))
        return Reference("m", "audit", None, T0, T0 + HOUR, EDGES_MS, cells.age_bin, cells.combination, cells.counts)

    def steps(self, first: int, after: int) -> Iterator[tuple[int, RipeCells]]:
        """End of each minute from `first` until `after`, and what ripens in it."""
        for minute in range(first, after):
            parts = []
            for age_bin in range(LABEL_FREE, len(EDGES_MS) - 1):
                pane = minute - 1 - (EDGES_BY_HAND[age_bin + 1] if age_bin >= 0 else 0)
                if pane >= 0:
                    parts.append(self._of(pane, age_bin))
            yield T0 + minute * PANE, _joined(("r1", "r2"), parts)

    def _of(self, pane: int, age_bin: int) -> RipeCells:
        cells = self._groups[pane % _MINUTES, age_bin]
        cells = replace(cells, pane_start_ms=np.full(len(cells.n), T0 + pane * PANE))
        if pane < ROLLOUT_MINUTE:
            return cells
        share = np.random.default_rng([pane, age_bin + 1]).binomial(cells.n, 0.5)
        both = np.concatenate((cells.n - share, share))
        twice = {name: np.concatenate((column, column)) for name, column in _columns(cells).items()}
        twice["revision"] = np.repeat((0, 1), len(share))
        twice["n"] = both
        return _cells(("r1", "r2"), twice).where(both > 0)


def rules() -> JudgingRules:
    """Five metrics, and those of labels that are always on."""
    return JudgingRules("m", METRICS + ALWAYS_ON, PANE, EDGES_MS)


def judge_of(stream: Stream) -> Judge:
    """A judge with the hour as its reference."""
    return Judge(rules(), LATTICE, stream.reference())


def _columns(cells: RipeCells) -> dict[str, Ints]:
    names = ("revision", "pane_start_ms", "age_bin", "combination", "prediction", "label", "n")
    return {name: getattr(cells, name) for name in names}


def _joined(revisions: tuple[str, ...], parts: list[RipeCells]) -> RipeCells:
    columns = [_columns(one) for one in parts]
    return _cells(revisions, {name: np.concatenate([one[name] for one in columns]) for name in columns[0]})


def _cells(revisions: tuple[str, ...], columns: dict[str, Ints]) -> RipeCells:
    revision, pane_start_ms, age_bin, combination, prediction, label, n = columns.values()
    return RipeCells(revisions, revision, pane_start_ms, age_bin, combination, prediction, label, n)
