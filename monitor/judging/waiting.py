"""Who still waits for a label: how labels arrive, bin by bin, whatever their value.

Way of an event: step 7, before the evidence. Pure. A rate may move because labels come earlier, later, or of one kind
only; the share of 1 among the labels of a bin is blind to that where labels arrive by their value. So what is watched
is, among those still without a label when a bin begins, the share that gets one in it, and the share that gets a 1.

References
----------
Prentice, Gloeckler, "Regression analysis of grouped survival data", Biometrics 34 (1978): discrete hazards.
"""

from collections.abc import Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from monitor.counting.ripe import LABEL_FREE, RipeCells
from monitor.judging.metrics import FREE, Kind
from monitor.judging.rules import JudgingRules
from monitor.judging.tally import Tally

Ints = NDArray[np.int64]

_NEGATIVE = (Kind.TRUE_NEGATIVE, Kind.FALSE_POSITIVE)
_POSITIVE = (Kind.FALSE_NEGATIVE, Kind.TRUE_POSITIVE)

Person = tuple[str, int]
"""Revision and attribute combination."""


class Stored(msgspec.Struct, array_like=True):
    """What is stored: pane -> [revision, combination, still without a label]."""

    panes: dict[int, list[tuple[str, int, int]]]


class Waiting:
    """Inferences without a label, by pane, revision and combination.

    Examples
    --------
    >>> rules = JudgingRules("m", ("error_rate",), pane_ms=10, edges_ms=(0, 10, 20))
    >>> waiting = Waiting(rules)
    >>> def ripe(pane_ms, age_bin, label, n):
    ...     return RipeCells(("r1",), *(np.array([one]) for one in (0, pane_ms, age_bin, 7, 0, label, n)))
    >>> waiting.take(0, 10, ripe(0, -1, -1, 50)).counts.tolist()
    []
    >>> found = waiting.take(10, 20, ripe(0, 0, 1, 8))
    >>> found.counts[0, [Kind.STILL_WAITING, Kind.GOT_NEGATIVE, Kind.GOT_POSITIVE]].tolist()
    [42, 0, 8]
    >>> found = waiting.take(20, 30, RipeCells.empty())     # no label in the second bin says something, too
    >>> found.age_bin.tolist(), found.counts[0, Kind.STILL_WAITING]
    ([1], np.int64(42))
    """

    def __init__(self, rules: JudgingRules) -> None:
        self._rules = rules
        self._panes: dict[int, dict[Person, int]] = {}

    def take(self, after_ms: int, end_ms: int, cells: RipeCells, tested_from_ms: int = 0) -> Tally:
        """Take in the cells that became ripe in (`after_ms`, `end_ms`]; gives who waited in them.

        Panes that begin before `tested_from_ms` are left out.
        """
        names = cells.revisions
        free = (cells.age_bin == LABEL_FREE) & (cells.pane_start_ms >= tested_from_ms)
        columns = (cells.revision, cells.pane_start_ms, cells.combination, cells.n)
        for revision, pane_ms, combination, n in zip(*(column[free].tolist() for column in columns), strict=True):
            pane = self._panes.setdefault(pane_ms, {})
            person = (names[revision], combination)
            pane[person] = pane.get(person, 0) + n
        labels = self._labels(cells)
        rows: dict[tuple[str, int, int], list[int]] = {}
        for age_bin in range(len(self._rules.edges_ms) - 1):
            for pane_ms in self._ripe_panes(age_bin, after_ms, end_ms):
                self._pass_bin(pane_ms, age_bin, labels, rows)
        last = len(self._rules.edges_ms) - 2
        for pane_ms in self._ripe_panes(last, after_ms, end_ms):
            del self._panes[pane_ms]
        return _tally(rows)

    def _ripe_panes(self, age_bin: int, after_ms: int, end_ms: int) -> list[int]:
        """Panes with inferences whose bin became ripe in (`after_ms`, `end_ms`], rising."""
        pane_ms = self._rules.pane_ms
        later_ms = pane_ms + self._rules.ripening_ms(age_bin)
        first, last = (after_ms - later_ms) // pane_ms + 1, (end_ms - later_ms) // pane_ms
        if last - first < len(self._panes):
            return [number * pane_ms for number in range(first, last + 1) if number * pane_ms in self._panes]
        return sorted(pane for pane in self._panes if first * pane_ms <= pane <= last * pane_ms)

    def _labels(self, cells: RipeCells) -> dict[tuple[int, int, str, int], list[int]]:
        """(pane, bin, revision, combination) -> labels 0 and 1."""
        labels: dict[tuple[int, int, str, int], list[int]] = {}
        has_label = cells.age_bin != LABEL_FREE
        columns = (cells.pane_start_ms, cells.age_bin, cells.revision, cells.combination, cells.label & 1, cells.n)
        for pane_ms, age_bin, revision, combination, label, n in zip(
            *(column[has_label].tolist() for column in columns), strict=True
        ):
            labels.setdefault((pane_ms, age_bin, cells.revisions[revision], combination), [0, 0])[label] += n
        return labels

    def _pass_bin(
        self,
        pane_ms: int,
        age_bin: int,
        labels: Mapping[tuple[int, int, str, int], list[int]],
        rows: dict[tuple[str, int, int], list[int]],
    ) -> None:
        pane = self._panes[pane_ms]
        for person, before in pane.items():
            got = labels.get((pane_ms, age_bin, *person), (0, 0))
            after = max(0, before - sum(got))
            row = rows.setdefault((person[0], age_bin, person[1]), [0, 0, 0])
            row[0], row[1], row[2] = row[0] + after, row[1] + got[0], row[2] + got[1]
            pane[person] = after

    def stored(self) -> Stored:
        """What to store."""
        return Stored(
            {
                pane_ms: [(revision, combination, n) for (revision, combination), n in sorted(pane.items())]
                for pane_ms, pane in sorted(self._panes.items())
            }
        )

    def restore(self, stored: Stored) -> None:
        """Take up what was stored."""
        self._panes = {
            pane_ms: {(revision, combination): n for revision, combination, n in rows}
            for pane_ms, rows in stored.panes.items()
        }


def _tally(rows: Mapping[tuple[str, int, int], list[int]]) -> Tally:
    keys = sorted(rows)
    revisions = tuple(sorted({key[0] for key in keys}))
    counts = np.zeros((len(keys), len(Kind)), np.int64)
    counts[:, [Kind.STILL_WAITING, Kind.GOT_NEGATIVE, Kind.GOT_POSITIVE]] = np.array(
        [rows[key] for key in keys], np.int64
    ).reshape(-1, 3)
    return Tally(
        revisions,
        np.array([revisions.index(key[0]) for key in keys], np.int64),
        np.array([key[1] for key in keys], np.int64),
        np.array([key[2] for key in keys], np.int64),
        counts,
    )


def of_reference(cells: Tally, opened: int) -> Tally:
    """Who waited in the bins up to `opened` of a reference of one revision: the same, from sums over its panes.

    People of whom no inference was counted are left out: an audit may state labels alone.

    Examples
    --------
    >>> counts = np.zeros((2, len(Kind)), np.int64)
    >>> counts[0, Kind.FLAGGED], counts[1, Kind.TRUE_POSITIVE] = 50, 8
    >>> cells = Tally(("r1",), np.zeros(2, np.int64), np.array([-1, 0]), np.array([7, 7]), counts)
    >>> found = of_reference(cells, opened=0)
    >>> found.age_bin.tolist(), found.counts[0, [Kind.STILL_WAITING, Kind.GOT_POSITIVE]].tolist()
    ([0], [42, 8])
    """
    inferences, negative, positive = cells.of(FREE), cells.of(_NEGATIVE), cells.of(_POSITIVE)
    free = cells.age_bin == LABEL_FREE
    waiting = dict(zip(cells.combination[free].tolist(), inferences[free].tolist(), strict=True))
    at = {
        (age_bin, combination): (n, p)
        for age_bin, combination, n, p in zip(
            *(column[~free].tolist() for column in (cells.age_bin, cells.combination, negative, positive)), strict=True
        )
    }
    rows: dict[tuple[str, int, int], list[int]] = {}
    for age_bin in range(opened + 1):
        for combination in sorted(waiting):
            got = at.get((age_bin, combination), (0, 0))
            waiting[combination] = max(0, waiting[combination] - sum(got))
            rows[cells.revisions[0], age_bin, combination] = [waiting[combination], *got]
    return _tally(rows)
