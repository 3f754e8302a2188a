"""How much comes, from whom, and since when nothing did: what a verdict needs to know beside the evidence.

Way of an event: step 7 takes in ripe cells, step 8 reads. Pure.
"""

from collections.abc import Mapping
from math import exp
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from monitor.judging.metrics import FREE, LABELLED, Kind, Rate
from monitor.judging.people import People
from monitor.judging.power import WITHIN_DAYS
from monitor.judging.rules import DAY_MS
from monitor.judging.tally import Tally

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NEVER: Final = -1
_MEMORY_MS: Final = WITHIN_DAYS * DAY_MS
_LEAST_SPAN_MS: Final = 7 * DAY_MS
"""Traffic is averaged over at least this: the first good day does not end blindness."""

_FEWEST_PANES: Final = 3
_MOST_REVISIONS: Final = 32


class OfRevision(msgspec.Struct, array_like=True):
    """Of one revision: newest ripe inference, inferences lately (fading), and of which streams a cell was seen."""

    last_ms: int
    inferences: float
    has_cells: bytes


class Stored(msgspec.Struct, array_like=True):
    """What is stored."""

    end_ms: int
    span_ms: float
    events: bytes
    last_label_ms: bytes
    last_inference_ms: bytes
    longest_gap_ms: bytes
    revisions: dict[str, OfRevision]


class Traffic:
    """Events a day of every stream, and when each subgroup was last heard of.

    Parameters
    ----------
    rates, people, pane_ms
        What is watched, of whom, and one step of the judge.
    """

    def __init__(self, rates: tuple[Rate, ...], people: People, pane_ms: int) -> None:
        self._rates, self._people, self._pane_ms = rates, people, pane_ms
        groups = len(people.lattice.subgroups)
        self._end_ms, self._span_ms = NEVER, 0.0
        self._events = np.zeros((len(rates), groups))
        self._last_label_ms = np.full(groups, NEVER)
        self._last_inference_ms = np.full(groups, NEVER)
        self.longest_gap_ms = np.full(groups, NEVER)
        self._revisions: dict[str, OfRevision] = {}

    def take(self, end_ms: int, cells: Tally, tested: Ints | None, *, learns_gaps: bool) -> None:
        """Take in one step: all of its ripe cells, and events that were bet on (None while nothing is tested)."""
        passed_ms = end_ms - self._end_ms if self._end_ms != NEVER else self._pane_ms
        fading, self._end_ms = exp(-passed_ms / _MEMORY_MS), end_ms
        self._events *= fading
        self._span_ms = self._span_ms * fading + (passed_ms if tested is not None else 0)
        if tested is not None:
            self._events += tested
        for known in self._revisions.values():
            known.inferences *= fading
        rows, groups = self._people.members(cells.combination)
        has_label = self._groups_with(cells, rows, groups, LABELLED)
        known_before = has_label & (self._last_label_ms != NEVER)
        if learns_gaps:
            gap = np.where(known_before, end_ms - self._last_label_ms, NEVER)
            self.longest_gap_ms = np.maximum(self.longest_gap_ms, gap)
        self._last_label_ms[has_label] = end_ms
        self._last_inference_ms[self._groups_with(cells, rows, groups, FREE)] = end_ms
        for number, revision in enumerate(cells.revisions):
            self._note(end_ms, revision, cells.where(cells.revision == number))

    def _groups_with(self, cells: Tally, rows: Ints, groups: Ints, kinds: tuple[Kind, ...]) -> Bools:
        found = np.zeros(len(self._last_label_ms), bool)
        found[groups[cells.of(kinds)[rows] > 0]] = True
        return found

    def _note(self, end_ms: int, revision: str, cells: Tally) -> None:
        rows, groups = self._people.members(cells.combination)
        has = self.has_cells(revision)
        for place, rate in enumerate(self._rates):
            has[place, groups[cells.of(rate.counted)[rows] > 0]] = True
        inferences = int(cells.of(FREE).sum())
        before = self._revisions.get(revision, OfRevision(NEVER, 0.0, b""))
        last_ms = end_ms if inferences else before.last_ms
        self._revisions[revision] = OfRevision(last_ms, before.inferences + inferences, has.tobytes())

    def has_cells(self, revision: str) -> Bools:
        """Whether any cell of each stream was ripe for this revision; shape (rates, subgroups)."""
        known = self._revisions.get(revision)
        if known is None:
            return np.zeros(self._events.shape, bool)
        return np.frombuffer(known.has_cells, bool).reshape(self._events.shape).copy()

    def inferences(self, revision: str) -> float:
        """Inferences of a revision lately: only to see which serves most."""
        return self._revisions[revision].inferences if revision in self._revisions else 0.0

    @property
    def events_per_day(self) -> Floats:
        """Events that are bet on, at the present traffic; shape (rates, subgroups)."""
        return self._events / (max(self._span_ms, _LEAST_SPAN_MS) / DAY_MS)

    def labels_stopped(self) -> Bools:
        """Subgroups whose inferences flow and whose labels are missing for twice their longest gap, or three panes.

        One whose gaps are not known is never among them: it is blind instead.
        """
        limit_ms = np.maximum(2 * self.longest_gap_ms, _FEWEST_PANES * self._pane_ms)
        quiet = self._end_ms - self._last_label_ms > limit_ms
        flows = (self._last_inference_ms != NEVER) & (self._end_ms - self._last_inference_ms <= limit_ms)
        stopped: Bools = quiet & flows & (self._last_label_ms != NEVER) & (self.longest_gap_ms != NEVER)
        return stopped

    def vanished(self, after_ms: int = 0) -> Bools:
        """Subgroups that were there, and of which no inference came for twice their longest gap, or three panes.

        `after_ms` is added: how long labels of the last of them may still ripen. Gaps are those between labels, which
        are no shorter than those between inferences.
        """
        limit_ms = np.maximum(2 * self.longest_gap_ms, _FEWEST_PANES * self._pane_ms) + after_ms
        gone: Bools = (self._last_inference_ms != NEVER) & (self._end_ms - self._last_inference_ms > limit_ms)
        return gone

    def know_gaps(self, longest_gap_ms: Mapping[str, int]) -> None:
        """Take up gaps that a reference states: ``attribute=subgroup`` -> longest time without a label."""
        for place, group in enumerate(self._people.lattice.subgroups):
            self.longest_gap_ms[place] = longest_gap_ms.get(f"{group.attribute}={group.slug}", NEVER)

    def known_gaps(self) -> dict[str, int]:
        """The longest time without a label of each subgroup that has had two of them."""
        groups = self._people.lattice.subgroups
        gaps = zip(groups, self.longest_gap_ms.tolist(), strict=True)
        return {f"{group.attribute}={group.slug}": gap for group, gap in gaps if gap != NEVER}

    def forget(self, before_ms: int) -> list[str]:
        """Let revisions go that stopped serving before this, and all but the newest few; gives their names."""
        newest = sorted(self._revisions.items(), key=lambda item: (-item[1].last_ms, item[0]))
        gone = [
            name for place, (name, known) in enumerate(newest) if known.last_ms < before_ms or place >= _MOST_REVISIONS
        ]
        for name in gone:
            del self._revisions[name]
        return gone

    def stored(self) -> Stored:
        """What to store."""
        return Stored(
            self._end_ms,
            self._span_ms,
            self._events.tobytes(),
            self._last_label_ms.tobytes(),
            self._last_inference_ms.tobytes(),
            self.longest_gap_ms.tobytes(),
            dict(sorted(self._revisions.items())),
        )

    def restore(self, stored: Stored) -> None:
        """Take up what was stored. ValueError for another shape."""
        self._end_ms, self._span_ms, self._revisions = stored.end_ms, stored.span_ms, stored.revisions
        self._events = np.frombuffer(stored.events).reshape(self._events.shape).copy()
        columns = (stored.last_label_ms, stored.last_inference_ms, stored.longest_gap_ms)
        times = [np.frombuffer(column, np.int64).reshape(self._events.shape[1]).copy() for column in columns]
        self._last_label_ms, self._last_inference_ms, self.longest_gap_ms = times
