"""A reference by rule: the first whole weeks of the first revision, until they are many enough.

Way of an event: takes ripe cells beside step 7 until its own are all ripe. Pure. It declares the starting behaviour
normal, and says so (`source`).

The end is fixed at the end of the 28th day, or whole weeks later, up to the 56th: as soon as what is ripe by then
bounds every rate of every one-attribute subgroup with at least 5 % of its events. Later panes are for testing; label
ages go on ripening for the panes before. A revision that left before its 28th day hands the start to the next one.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitor.counting.ripe import LABEL_FREE, RipeCells
from monitor.judging.collecting import Collecting, Progress
from monitor.judging.intervals import jeffreys_upper
from monitor.judging.people import People
from monitor.judging.rules import DAY_MS, JudgingRules
from monitor.judging.tally import Tally

Ints = NDArray[np.int64]

WEEK_MS: Final = 7 * DAY_MS
SOURCE: Final = "bootstrap"
_FEWEST_WEEKS: Final = 4
_MOST_WEEKS: Final = 8
_LARGE: Final = 0.05
"""Share of the events from which a subgroup must be bounded."""


class Bootstrap(Collecting):
    """Collects a reference by rule.

    Parameters
    ----------
    rules, people
        How is judged, and who is counted.
    """

    source = SOURCE

    def __init__(self, rules: JudgingRules, people: People) -> None:
        super().__init__(rules, people)
        self.progress = Progress(weeks=_FEWEST_WEEKS)

    @property
    def end_ms(self) -> int:
        """End of the reference's panes, as far as is known."""
        pane_ms = self._rules.pane_ms
        return self.progress.start_ms + -(-self.progress.weeks * WEEK_MS // pane_ms) * pane_ms

    def take(self, end_ms: int, cells: RipeCells) -> None:
        """Take in what ripened in the step that ends here, and see whether the reference can end."""
        super().take(end_ms, cells)
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
        self._add(cells, mine)

    def _begin(self, cells: RipeCells) -> bool:
        free = cells.age_bin == LABEL_FREE
        if not free.any():
            return False
        start_ms = int(cells.pane_start_ms[free].min())
        first = free & (cells.pane_start_ms == start_ms)
        traffic = np.bincount(cells.revision[first], weights=cells.n[first], minlength=len(cells.revisions))
        most = min(zip((-traffic).tolist(), cells.revisions, strict=True))
        self.progress = Progress(most[1], start_ms, start_ms, _FEWEST_WEEKS)
        return True

    def _decide(self, progress: Progress) -> None:
        has_left = progress.last_seen_ms + self._rules.pane_ms <= self.end_ms - WEEK_MS
        if progress.weeks == _FEWEST_WEEKS and has_left:
            self.progress, self._panes = Progress(weeks=_FEWEST_WEEKS), {}
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
