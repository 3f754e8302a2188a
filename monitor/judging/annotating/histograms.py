"""Scores and people by pane, against those of the reference: what the statistics of drift compare.

Way of an event: step 7 takes in label-free cells, which are ripe when their pane ends. Pure.
"""

import zlib
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from monitor.counting.ripe import LABEL_FREE, RipeCells
from monitor.events import SCORE_BINS
from monitor.judging.people import People
from monitor.judging.time_judged import NormalTime

Ints = NDArray[np.int64]

WINDOW_PANES: Final = 28
"""Panes of a revision that are compared: the last ones."""


class Stored(msgspec.Struct, array_like=True):
    """What is stored; counts compressed."""

    normal: tuple[int, str | None] | None
    is_whole: bool
    reference: bytes
    windows: dict[str, list[tuple[int, bytes]]]


class Histograms:
    """Inferences by single subgroup and score bin, the last bin without a score; arrays (subgroups, bins + 1).

    Parameters
    ----------
    people
        Who is counted.

    Attributes
    ----------
    groups
        Indexes of the subgroups of at most one attribute.
    """

    def __init__(self, people: People) -> None:
        self._people = people
        subgroups = people.lattice.subgroups
        self.groups = np.array([index for index, group in enumerate(subgroups) if group.level <= 1])
        self._place = np.full(len(subgroups), -1)
        self._place[self.groups] = np.arange(len(self.groups))
        self._normal: tuple[int, str | None] | None = None
        self._is_whole = False
        self._reference = self._nothing()
        self._windows: dict[str, dict[int, Ints]] = {}

    def _nothing(self) -> Ints:
        return np.zeros((len(self.groups), SCORE_BINS + 1), np.int64)

    @property
    def reference(self) -> Ints | None:
        """The reference; None while its time is not over."""
        return self._reference if self._is_whole else None

    def window(self, revision: str) -> Ints:
        """The last 28 panes of a revision."""
        return sum(self._windows.get(revision, {}).values(), self._nothing())

    def take(self, cells: RipeCells, normal: NormalTime | None) -> None:
        """Take in ripe cells; `normal` is the reference's time, as far as is known."""
        if normal is None or cells.score_bin is None:
            return
        if self._normal != (normal.start_ms, normal.revision):
            self._normal, self._is_whole = (normal.start_ms, normal.revision), False
            self._reference, self._windows = self._nothing(), {}
        free = cells.age_bin == LABEL_FREE
        columns = (cells.revision, cells.pane_start_ms, cells.combination, cells.score_bin, cells.n)
        revision, start_ms, combination, score, n = (column[free] for column in columns)
        rows, group = self._people.members(combination)
        is_single = self._place[group] >= 0
        rows, place = rows[is_single], self._place[group[is_single]]
        for start, number in sorted({*zip(start_ms.tolist(), revision.tolist(), strict=True)}):
            mine = (start_ms[rows] == start) & (revision[rows] == number)
            counts = self._nothing()
            np.add.at(counts, (place[mine], score[rows[mine]]), n[rows[mine]])
            self._add(start, cells.revisions[number], counts, normal)

    def _add(self, start_ms: int, revision: str, counts: Ints, normal: NormalTime) -> None:
        if start_ms < normal.end_ms and normal.revision in (None, revision):
            self._reference += counts
            return
        self._is_whole |= start_ms >= normal.end_ms
        window = self._windows.setdefault(revision, {})
        window[start_ms] = window.get(start_ms, 0) + counts
        for old in sorted(window)[:-WINDOW_PANES]:
            del window[old]

    def forget(self, revision: str) -> None:
        """Let a revision go."""
        self._windows.pop(revision, None)

    def stored(self) -> Stored:
        """What to store."""
        windows = {
            revision: [(start_ms, _packed(counts)) for start_ms, counts in sorted(window.items())]
            for revision, window in sorted(self._windows.items())
        }
        return Stored(self._normal, self._is_whole, _packed(self._reference), windows)

    def restore(self, stored: Stored) -> None:
        """Take up what was stored. ValueError for counts that are not whole, or of another shape."""
        self._normal, self._is_whole = stored.normal, stored.is_whole
        self._reference = self._unpacked(stored.reference)
        self._windows = {
            revision: {start_ms: self._unpacked(counts) for start_ms, counts in window}
            for revision, window in stored.windows.items()
        }

    def _unpacked(self, packed: bytes) -> Ints:
        try:
            counts = np.frombuffer(zlib.decompress(packed), np.int64)
        except zlib.error as error:
            raise ValueError(f"the histogram of scores is not whole: {error}") from error
        return counts.reshape(self._reference.shape).copy()


def _packed(counts: Ints) -> bytes:
    return zlib.compress(counts.tobytes(), level=1)
