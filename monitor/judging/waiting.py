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
from monitor.judging.tally import Tally, first_of_each, summed

Ints = NDArray[np.int64]

_NEGATIVE = (Kind.TRUE_NEGATIVE, Kind.FALSE_POSITIVE)
_POSITIVE = (Kind.FALSE_NEGATIVE, Kind.TRUE_POSITIVE)
_GOT = (Kind.GOT_NEGATIVE, Kind.GOT_POSITIVE)

People = tuple[Ints, Ints]
"""Attribute combinations, rising, and how many of each; or how many labels of 0 and 1, shape (combinations, 2)."""


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
        self._panes: dict[int, dict[str, People]] = {}

    def take(self, after_ms: int, end_ms: int, cells: RipeCells, tested_from_ms: int = 0) -> Tally:
        """Take in the cells that became ripe in (`after_ms`, `end_ms`]; gives who waited in them.

        Panes that begin before `tested_from_ms` are left out.
        """
        free = (cells.age_bin == LABEL_FREE) & (cells.pane_start_ms >= tested_from_ms)
        for (pane_ms, _, revision), (combination, counts) in _groups(cells, free).items():
            pane = self._panes.setdefault(pane_ms, {})
            pane[revision] = _added(pane.get(revision), (combination, counts.sum(axis=1)))
        labels = _groups(cells, cells.age_bin != LABEL_FREE)
        rows: list[Tally] = []
        for age_bin in range(len(self._rules.edges_ms) - 1):
            for pane_ms in self._ripe_panes(age_bin, after_ms, end_ms):
                rows += self._pass_bin(pane_ms, age_bin, labels)
        last = len(self._rules.edges_ms) - 2
        for pane_ms in self._ripe_panes(last, after_ms, end_ms):
            del self._panes[pane_ms]
        return summed(rows)

    def _ripe_panes(self, age_bin: int, after_ms: int, end_ms: int) -> list[int]:
        """Panes with inferences whose bin became ripe in (`after_ms`, `end_ms`], rising."""
        pane_ms = self._rules.pane_ms
        later_ms = pane_ms + self._rules.ripening_ms(age_bin)
        first, last = (after_ms - later_ms) // pane_ms + 1, (end_ms - later_ms) // pane_ms
        if last - first < len(self._panes):
            return [number * pane_ms for number in range(first, last + 1) if number * pane_ms in self._panes]
        return sorted(pane for pane in self._panes if first * pane_ms <= pane <= last * pane_ms)

    def _pass_bin(self, pane_ms: int, age_bin: int, labels: Mapping[tuple[int, int, str], People]) -> list[Tally]:
        found, pane = [], self._panes[pane_ms]
        for revision, (combination, before) in pane.items():
            counts, after = _passed(combination, before, labels.get((pane_ms, age_bin, revision)))
            pane[revision] = combination, after
            found.append(_of_bin(revision, age_bin, combination, counts))
        return found

    def stored(self) -> Stored:
        """What to store."""
        return Stored(
            {
                pane_ms: [
                    (revision, *person)
                    for revision, columns in sorted(pane.items())
                    for person in zip(*(column.tolist() for column in columns), strict=True)
                ]
                for pane_ms, pane in sorted(self._panes.items())
            }
        )

    def restore(self, stored: Stored) -> None:
        """Take up what was stored."""
        self._panes = {}
        for pane_ms, rows in stored.panes.items():
            pane: dict[str, list[tuple[int, int]]] = {}
            for revision, combination, n in rows:
                pane.setdefault(revision, []).append((combination, n))
            self._panes[pane_ms] = {revision: _columns(people) for revision, people in pane.items()}


def _columns(people: list[tuple[int, int]]) -> People:
    combination, n = np.array(people, np.int64).reshape(-1, 2).T.copy()
    return combination, n


def _added(known: People | None, new: People) -> People:
    if known is None:
        return new
    combination, place = np.unique(np.concatenate((known[0], new[0])), return_inverse=True)
    n = np.zeros(len(combination), np.int64)
    np.add.at(n, place, np.concatenate((known[1], new[1])))
    return combination, n


def _passed(combination: Ints, before: Ints, labels: People | None) -> tuple[Ints, Ints]:
    """What became of those who waited when a bin began, shape (combinations, `Kind`); and who waits after it.

    Labels of people of whom no inference was counted are left out.
    """
    counts = np.zeros((len(combination), len(Kind)), np.int64)
    if labels is not None and len(labels[0]):
        known, got = labels
        at = np.minimum(np.searchsorted(known, combination), len(known) - 1)
        counts[:, _GOT] = np.where((known[at] == combination)[:, None], got[at], 0)
    after: Ints = np.maximum(0, before - counts.sum(axis=1))
    counts[:, Kind.STILL_WAITING] = after
    return counts, after


def _groups(cells: RipeCells, which: NDArray[np.bool_]) -> dict[tuple[int, int, str], People]:
    """(pane, bin, revision) -> combinations, rising, and labels of 0 and 1, shape (combinations, 2)."""
    columns = (cells.pane_start_ms, cells.age_bin, cells.revision, cells.combination)
    first, place = first_of_each(tuple(column[which] for column in columns))
    counts = np.zeros((len(first), 2), np.int64)
    np.add.at(counts, (place, cells.label[which] & 1), cells.n[which])
    pane_ms, age_bin, revision, combination = (column[which][first] for column in columns)
    is_new = np.ones(len(first), bool)
    is_new[1:] = np.any([column[1:] != column[:-1] for column in (pane_ms, age_bin, revision)], axis=0)
    starts = np.flatnonzero(is_new)
    groups = zip(starts.tolist(), [*starts[1:].tolist(), len(first)], strict=False)
    return {
        (int(pane_ms[start]), int(age_bin[start]), cells.revisions[revision[start]]): (
            combination[start:end],
            counts[start:end],
        )
        for start, end in groups
    }


def _of_bin(revision: str, age_bin: int, combination: Ints, counts: Ints) -> Tally:
    none = np.zeros_like(combination)
    return Tally((revision,), none, none + age_bin, combination, counts)


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
    free, got = cells.age_bin == LABEL_FREE, np.stack((cells.of(_NEGATIVE), cells.of(_POSITIVE)), axis=1)
    rows: list[Tally] = []
    combination, waiting = cells.combination[free], cells.of(FREE)[free]
    for age_bin in range(opened + 1 if len(waiting) else 0):
        here = cells.age_bin == age_bin
        found, waiting = _passed(combination, waiting, (cells.combination[here], got[here]))
        rows.append(_of_bin(cells.revisions[0], age_bin, combination, found))
    return summed(rows)
