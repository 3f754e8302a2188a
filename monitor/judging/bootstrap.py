"""A reference by rule: the first whole weeks of the first revision, until they are many enough.

Way of an event: takes ripe cells beside step 7 until its own are all ripe. Pure. It declares the starting behaviour
normal, and says so (`source`).

The end is fixed at the end of the 28th day, or whole weeks later, up to the 56th: as soon as what is ripe by then
bounds every rate of every one-attribute subgroup with at least 5 % of its events. Later panes are for testing; label
ages go on ripening for the panes before. A revision that left before its 28th day hands the start to the next one.
"""

from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from monitor.counting.ripe import LABEL_FREE, RipeCells
from monitor.judging.dispersion import Slots
from monitor.judging.intervals import jeffreys_upper
from monitor.judging.people import People
from monitor.judging.reference import Reference
from monitor.judging.rules import DAY_MS, JudgingRules
from monitor.judging.served import packed, unpacked
from monitor.judging.tally import Tally, merged, tally

Ints = NDArray[np.int64]

WEEK_MS: Final = 7 * DAY_MS
SOURCE: Final = "bootstrap"
_FEWEST_WEEKS: Final = 4
_MOST_WEEKS: Final = 8
_LARGE: Final = 0.05
"""Share of the events from which a subgroup must be bounded."""


class Progress(msgspec.Struct, array_like=True):
    """How far it has come. `end_ms` is the end of its panes, fixed or not; the revision is None before the first."""

    revision: str | None = None
    start_ms: int = 0
    last_seen_ms: int = 0
    weeks: int = _FEWEST_WEEKS
    is_fixed: bool = False


class Stored(msgspec.Struct, array_like=True):
    """What is stored: start -> cells of each pane, compressed."""

    progress: Progress
    panes: dict[int, bytes]


class Bootstrap:
    """Collects a reference.

    Parameters
    ----------
    rules, people
        How is judged, and who is counted.
    """

    def __init__(self, rules: JudgingRules, people: People) -> None:
        self._rules, self._people = rules, people
        self.progress = Progress()
        self._panes: dict[int, Tally] = {}

    @property
    def end_ms(self) -> int:
        """End of the reference's panes, as far as is known."""
        pane_ms = self._rules.pane_ms
        return self.progress.start_ms + -(-self.progress.weeks * WEEK_MS // pane_ms) * pane_ms

    @property
    def complete_ms(self) -> int | None:
        """When every label age of it is ripe; None while its end is not fixed."""
        last_bin = len(self._rules.edges_ms) - 2
        return self.end_ms + self._rules.ripening_ms(last_bin) if self.progress.is_fixed else None

    def take(self, end_ms: int, cells: RipeCells) -> None:
        """Take in what ripened in the step that ends here, and see whether the reference can end."""
        if self.complete_ms is not None and end_ms > self.complete_ms:
            return
        if len(cells.n):
            self._collect(cells)
        while self.progress.revision is not None and not self.progress.is_fixed and end_ms >= self.end_ms:
            self._decide(self.progress)

    def _collect(self, cells: RipeCells) -> None:
        if self.progress.revision is None and not self._begin(cells):
            return
        progress = self.progress
        names = np.array(cells.revisions)[cells.revision]
        mine = (names == progress.revision) & (cells.pane_start_ms >= progress.start_ms)
        if progress.is_fixed:
            mine &= cells.pane_start_ms < self.end_ms
        free = cells.pane_start_ms[mine & (cells.age_bin == LABEL_FREE)]
        progress.last_seen_ms = max(progress.last_seen_ms, int(free.max(initial=progress.start_ms)))
        for start_ms in np.unique(cells.pane_start_ms[mine]).tolist():
            found = tally(cells, mine & (cells.pane_start_ms == start_ms))
            known = [self._panes[start_ms]] if start_ms in self._panes else []
            self._panes[start_ms] = merged([*known, found], str(progress.revision))

    def _begin(self, cells: RipeCells) -> bool:
        free = cells.age_bin == LABEL_FREE
        if not free.any():
            return False
        start_ms = int(cells.pane_start_ms[free].min())
        first = free & (cells.pane_start_ms == start_ms)
        traffic = np.bincount(cells.revision[first], weights=cells.n[first], minlength=len(cells.revisions))
        most = min(zip((-traffic).tolist(), cells.revisions, strict=True))
        self.progress = Progress(most[1], start_ms, start_ms)
        return True

    def _decide(self, progress: Progress) -> None:
        has_left = progress.last_seen_ms + self._rules.pane_ms <= self.end_ms - WEEK_MS
        if progress.weeks == _FEWEST_WEEKS and has_left:
            self.progress, self._panes = Progress(), {}
        elif progress.weeks == _MOST_WEEKS or self._is_bounded(self.cells()):
            progress.is_fixed = True
            self._panes = {start_ms: cells for start_ms, cells in self._panes.items() if start_ms < self.end_ms}
        else:
            progress.weeks += 1

    def _is_bounded(self, cells: Tally) -> bool:
        subgroups = self._people.lattice.subgroups
        single = np.array([group.level <= 1 for group in subgroups])
        rows, groups = self._people.members(cells.combination)
        for rate in self._rules.rates:
            if rate.is_of_labels:
                continue
            k = np.bincount(groups, weights=cells.of(rate.harmful)[rows], minlength=len(subgroups))
            n = np.bincount(groups, weights=cells.of(rate.counted)[rows], minlength=len(subgroups))
            large = single & (n >= _LARGE * n[0]) & (n > 0)
            width = jeffreys_upper(k[large], n[large]) - k[large] / n[large]
            if not large.any() or (width > 2 * self._rules.tolerance_of(rate.metric)).any():
                return False
        return True

    def cells(self) -> Tally:
        """What was collected of the panes that belong to the reference."""
        return merged(self.slots().cells, str(self.progress.revision))

    def slots(self) -> Slots:
        """The same, pane by pane."""
        return Slots([cells for start_ms, cells in sorted(self._panes.items()) if start_ms < self.end_ms], 1.0)

    def reference(self, longest_gap_ms: Mapping[str, int]) -> Reference | None:
        """The reference as far as it is ripe; None while its end is not fixed."""
        if not self.progress.is_fixed:
            return None
        cells = self.cells()
        return Reference(
            self._rules.model,
            SOURCE,
            self.progress.revision,
            self.progress.start_ms,
            self.end_ms,
            self._rules.edges_ms,
            cells.age_bin,
            cells.combination,
            cells.counts,
            longest_gap_ms,
        )

    def stored(self) -> Stored:
        """What to store."""
        return Stored(self.progress, {start_ms: packed(cells) for start_ms, cells in sorted(self._panes.items())})

    def restore(self, stored: Stored) -> None:
        """Take up what was stored. ValueError for cells that are not whole."""
        self.progress = stored.progress
        name = str(self.progress.revision)
        self._panes = {start_ms: unpacked(rows, name) for start_ms, rows in stored.panes.items()}
