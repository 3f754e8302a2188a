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
from monitor.judging.intervals import jeffreys_upper
from monitor.judging.metrics import Kind
from monitor.judging.people import People
from monitor.judging.reference import Reference
from monitor.judging.rules import DAY_MS, JudgingRules
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
    """What is stored: of each week its bins, combinations and counts, packed."""

    progress: Progress
    weeks: list[tuple[int, bytes, bytes, bytes]]


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
        self._weeks: dict[int, Tally] = {}

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
        week = (cells.pane_start_ms - progress.start_ms) // WEEK_MS
        for one in np.unique(week[mine]).tolist():
            found = tally(cells, mine & (week == one))
            key = 0 if progress.is_fixed else one
            self._weeks[key] = merged([*self._known(key), found], str(progress.revision))

    def _known(self, week: int) -> list[Tally]:
        return [self._weeks[week]] if week in self._weeks else []

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
            self.progress, self._weeks = Progress(), {}
        elif progress.weeks == _MOST_WEEKS or self._is_bounded(self.cells()):
            progress.is_fixed = True
            self._weeks = {0: self.cells()}
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
        """What was collected of the weeks that belong to the reference."""
        weeks = [one for week, one in sorted(self._weeks.items()) if week < self.progress.weeks]
        return merged(weeks, str(self.progress.revision))

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
        columns = sorted(self._weeks.items())
        weeks = [(w, t.age_bin.tobytes(), t.combination.tobytes(), t.counts.tobytes()) for w, t in columns]
        return Stored(self.progress, weeks)

    def restore(self, stored: Stored) -> None:
        """Take up what was stored. ValueError for columns that do not fit each other."""
        self.progress = stored.progress
        self._weeks = {}
        for week, *packed in stored.weeks:
            age_bin, combination, counts = (np.frombuffer(column, np.int64) for column in packed)
            if len(age_bin) != len(combination):
                raise ValueError("columns of the reference differ in length")
            rows = counts.reshape(len(age_bin), len(Kind))
            name = (str(self.progress.revision),)
            self._weeks[week] = Tally(name, np.zeros(len(age_bin), np.int64), age_bin, combination, rows)
