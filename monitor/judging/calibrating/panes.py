"""Labels by score, pane by pane, until the last label of a pane could have come: only then is a pane read.

Way of an event: step 7, before the evidence of calibration. Pure. Labels of different kinds come at different ages, so
what is known of a pane before it is whole would look like a change of calibration. The price is the horizon's delay.
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from monitor.counting.ripe import LABEL_FREE, RipeCells
from monitor.events import SCORE_BINS
from monitor.judging.people import People

Ints = NDArray[np.int64]


class Stored(msgspec.Struct, array_like=True):
    """What is stored: (pane, revision) -> places that are not 0, and their counts."""

    panes: list[tuple[int, str, bytes, bytes]]


class WholePane(NamedTuple):
    """A pane of one revision: counts by single subgroup, score bin and label, shape (subgroups, bins, 2)."""

    start_ms: int
    revision: str
    counts: Ints


class ScoredPanes:
    """Collects labelled predictions with a score, of everyone and of single attribute values.

    Parameters
    ----------
    people
        Who is counted.
    ripening_ms
        Time from the end of a pane until its last label is ripe.
    pane_ms
        Width of a pane.

    Attributes
    ----------
    groups
        Indexes of the subgroups of at most one attribute.
    """

    def __init__(self, people: People, ripening_ms: int, pane_ms: int) -> None:
        self._people, self._later_ms = people, pane_ms + ripening_ms
        self.groups = np.array([index for index, group in enumerate(people.lattice.subgroups) if group.level <= 1])
        self._place = np.full(len(people.lattice.subgroups), -1)
        self._place[self.groups] = np.arange(len(self.groups))
        self._panes: dict[tuple[int, str], Ints] = {}

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of the counts of a pane."""
        return len(self.groups), SCORE_BINS, 2

    def take(self, end_ms: int, cells: RipeCells) -> Iterator[WholePane]:
        """Take in ripe cells; gives the panes that are whole by now, in order."""
        if cells.score_bin is not None:
            scored = (cells.age_bin != LABEL_FREE) & (cells.score_bin >= 0) & (cells.score_bin < SCORE_BINS)
            self._add(cells, scored, cells.score_bin)
        whole = sorted(key for key in self._panes if key[0] + self._later_ms <= end_ms)
        for start_ms, revision in whole:
            yield WholePane(start_ms, revision, self._panes.pop((start_ms, revision)))

    def _add(self, cells: RipeCells, scored: NDArray[np.bool_], score_bin: Ints) -> None:
        columns = (cells.revision, cells.pane_start_ms, cells.combination, score_bin, cells.label & 1, cells.n)
        revision, start_ms, combination, score, label, n = (column[scored] for column in columns)
        rows, group = self._people.members(combination)
        is_single = self._place[group] >= 0
        rows, place = rows[is_single], self._place[group[is_single]]
        for start, number in {*zip(start_ms.tolist(), revision.tolist(), strict=True)}:
            mine = (start_ms[rows] == start) & (revision[rows] == number)
            pane = self._panes.setdefault((start, cells.revisions[number]), np.zeros(self.shape, np.int64))
            np.add.at(pane, (place[mine], score[rows[mine]], label[rows[mine]]), n[rows[mine]])

    def stored(self) -> Stored:
        """What to store."""
        rows = []
        for (start_ms, revision), counts in sorted(self._panes.items()):
            places = np.flatnonzero(counts)
            rows.append((start_ms, revision, places.tobytes(), counts.ravel()[places].tobytes()))
        return Stored(rows)

    def restore(self, stored: Stored) -> None:
        """Take up what was stored. ValueError for columns that are not whole, IndexError for another shape."""
        self._panes = {}
        for start_ms, revision, places, counts in stored.panes:
            pane = np.zeros(self.shape, np.int64)
            pane.reshape(-1)[np.frombuffer(places, np.int64)] = np.frombuffer(counts, np.int64)
            self._panes[start_ms, revision] = pane
