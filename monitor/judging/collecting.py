"""Panes that are declared normal, collected while their label ages ripen: what a reference is made of.

Way of an event: takes ripe cells beside step 7. Pure. `bootstrap` and `time_range` say which panes these are.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from monitor.counting.ripe import RipeCells
from monitor.judging.metrics import Kind
from monitor.judging.people import People
from monitor.judging.reference import Reference
from monitor.judging.rules import JudgingRules
from monitor.judging.served import packed, unpacked
from monitor.judging.tally import Tally, merged, tally


class Progress(msgspec.Struct, array_like=True):
    """How far it has come. `end_ms` is the end of its panes, fixed or not; the revision is None before the first, and
    for several."""

    revision: str | None = None
    start_ms: int = 0
    last_seen_ms: int = 0
    weeks: int = 0
    is_fixed: bool = False


class Stored(msgspec.Struct, array_like=True):
    """What is stored: start -> cells of each pane, compressed."""

    progress: Progress
    panes: dict[int, bytes]


class Collecting(ABC):
    """Collects a reference.

    Parameters
    ----------
    rules, people
        How is judged, and who is counted.
    """

    source = ""

    def __init__(self, rules: JudgingRules, people: People) -> None:
        self._rules, self._people = rules, people
        self.progress = Progress()
        self._panes: dict[int, Tally] = {}

    @property
    @abstractmethod
    def end_ms(self) -> int:
        """End of the reference's panes, as far as is known."""

    @property
    def complete_ms(self) -> int | None:
        """When every label age of it is ripe; None while its end is not fixed."""
        last_bin = len(self._rules.edges_ms) - 2
        return self.end_ms + self._rules.ripening_ms(last_bin) if self.progress.is_fixed else None

    def take(self, end_ms: int, cells: RipeCells) -> None:
        """Take in what ripened in the step that ends here."""
        if self.complete_ms is not None and end_ms > self.complete_ms:
            return
        if len(cells.n):
            self._collect(cells)

    @abstractmethod
    def _collect(self, cells: RipeCells) -> None:
        """Keep what belongs to the reference."""

    def _add(self, cells: RipeCells, mine: NDArray[np.bool_]) -> None:
        """Keep some of the cells."""
        for start_ms in np.unique(cells.pane_start_ms[mine]).tolist():
            found = tally(cells, mine & (cells.pane_start_ms == start_ms))
            known = [self._panes[start_ms]] if start_ms in self._panes else []
            self._panes[start_ms] = merged([*known, found], str(self.progress.revision))

    def cells(self) -> Tally:
        """What was collected of the panes that belong to the reference."""
        return merged([cells for _, cells in self._kept()], str(self.progress.revision))

    def _kept(self) -> list[tuple[int, Tally]]:
        return [(start_ms, cells) for start_ms, cells in sorted(self._panes.items()) if start_ms < self.end_ms]

    def reference(self, longest_gap_ms: Mapping[str, int]) -> Reference | None:
        """The reference as far as it is ripe; None while its end is not fixed."""
        if not self.progress.is_fixed:
            return None
        kept = self._kept()
        counts = np.concatenate([np.empty((0, len(Kind)), np.int64), *(cells.counts for _, cells in kept)])
        return Reference(
            self._rules.model,
            self.source,
            self.progress.revision,
            self.progress.start_ms,
            self.end_ms,
            self._rules.edges_ms,
            _joined([cells.age_bin for _, cells in kept]),
            _joined([cells.combination for _, cells in kept]),
            counts,
            longest_gap_ms,
            np.repeat([start_ms for start_ms, _ in kept], [len(cells.age_bin) for _, cells in kept]).astype(np.int64),
            self._rules.pane_ms,
        )

    def stored(self) -> Stored:
        """What to store."""
        return Stored(self.progress, {start_ms: packed(cells) for start_ms, cells in sorted(self._panes.items())})

    def restore(self, stored: Stored) -> None:
        """Take up what was stored. ValueError for cells that are not whole."""
        self.progress = stored.progress
        name = str(self.progress.revision)
        self._panes = {start_ms: unpacked(rows, name) for start_ms, rows in stored.panes.items()}


def _joined(columns: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.concatenate([np.empty(0, np.int64), *columns])
