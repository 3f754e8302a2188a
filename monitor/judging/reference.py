"""The reference: versioned counts that rates are compared with.

Way of an event: read before the first one (`reference_file`), or collected from panes that are declared normal
(`bootstrap`, `time_range`); step 7 compares with it. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import pairwise
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from monitor.judging.dispersion import Slots
from monitor.judging.seasonal_key import Calendar, in_season
from monitor.judging.tally import Tally, merged

Ints = NDArray[np.int64]

FORM: Final = "fairdrift-reference/1"


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """Counts of a time that is declared normal.

    Parameters
    ----------
    model, source
        Whose, and where it comes from: `bootstrap`, `range`, `audit`.
    revision
        The revision that was counted; None for several.
    start_ms, end_ms
        Panes of the inferences: [start, end).
    edges_ms
        Edges of the label-age bins.
    age_bin, combination, counts
        Rows in rising order of pane, bin (-1: label-free) and combination; `counts` has shape (rows, `Kind`).
    longest_gap_ms
        ``attribute=subgroup`` -> longest time without a label in it; what is not listed is learnt while watching.
    pane_start_ms
        Pane of each row; None where only sums are known, as in an audit: then nobody can tell seasons, nor whether
        events of a pane depend on each other.
    pane_ms
        Width of the panes; 0 where they are not known.
    id
        Hash of all of it: other contents, other id.

    Examples
    --------
    >>> from monitor.judging.metrics import Kind
    >>> empty = np.empty(0, np.int64)
    >>> nothing = Reference("m", "audit", None, 0, 0, (0, 1), empty, empty, np.empty((0, len(Kind)), np.int64))
    >>> len(nothing.id)
    16
    """

    model: str
    source: str
    revision: str | None
    start_ms: int
    end_ms: int
    edges_ms: tuple[int, ...]
    age_bin: Ints
    combination: Ints
    counts: Ints
    longest_gap_ms: Mapping[str, int] = field(default_factory=dict)
    pane_start_ms: Ints | None = None
    pane_ms: int = 0
    id: str = field(init=False)

    def __post_init__(self) -> None:
        head = (self.model, self.source, self.revision, self.start_ms, self.end_ms, self.edges_ms, self.pane_ms)
        digest = blake2b(msgspec.json.encode((FORM, *head, sorted(self.longest_gap_ms.items()))), digest_size=8)
        panes = () if self.pane_start_ms is None else (self.pane_start_ms,)
        for column in (self.age_bin, self.combination, self.counts, *panes):
            digest.update(np.ascontiguousarray(column, "<i8").tobytes())
        object.__setattr__(self, "id", digest.hexdigest())

    def sums(self) -> "Reference":
        """The same added up over panes, as an audit would state it: another id."""
        cells = self.cells(None, 0)
        head = (self.model, "audit", self.revision, self.start_ms, self.end_ms, self.edges_ms)
        return Reference(*head, cells.age_bin, cells.combination, cells.counts, self.longest_gap_ms)

    def slots(self, calendar: Calendar | None, combinations: int) -> Slots | None:
        """The cells pane by pane, in season (`seasonal_key.in_season`); None where panes are not known."""
        if self.pane_start_ms is None:
            return None
        starts, first = np.unique(self.pane_start_ms, return_index=True)
        parts = pairwise([*first.tolist(), len(self.pane_start_ms)])
        cells = [self._tally(slice(*part), calendar, combinations) for part in parts]
        return Slots(cells, 1.0, tuple(starts.tolist()))

    def cells(self, calendar: Calendar | None, combinations: int) -> Tally:
        """All cells, added up over panes, in season.

        Raises
        ------
        ValueError
            if there is a calendar, and panes are not known.
        """
        if self.pane_start_ms is not None:
            return merged([self._tally(slice(None), calendar, combinations)], "")
        if calendar is not None:
            raise ValueError(
                "the reference has sums alone, a calendar key needs its panes: build it with `fairdrift reference "
                "build`, or remove reference.calendar"
            )
        return self._tally(slice(None), None, combinations)

    def _tally(self, rows: slice, calendar: Calendar | None, combinations: int) -> Tally:
        combination = self.combination[rows]
        if calendar is not None and self.pane_start_ms is not None:
            combination = in_season(combination, self.pane_start_ms[rows], calendar, combinations)
        return Tally(("",), np.zeros(len(combination), np.int64), self.age_bin[rows], combination, self.counts[rows])
