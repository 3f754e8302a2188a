"""What each revision did, day by day: ripe labelled counts, kept in case another revision follows it.

Way of an event: step 7; `former` takes a reference from it when a rollout is seen. Pure.
"""

import zlib
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from monitor.counting.ripe import LABEL_FREE, RipeCells
from monitor.judging.metrics import Kind, Rate
from monitor.judging.rollout import FORMER_MS, day_ms
from monitor.judging.rules import DAY_MS
from monitor.judging.tally import Tally, merged, tally

Ints = NDArray[np.int64]

WEEK_MS: Final = 7 * DAY_MS
ENOUGH: Final = 500
"""Events of a metric, of everybody, at which a reference need not reach further back."""

_MOST_WEEKS: Final = 22
"""Beside the first 28 days: half a year. Who has fewer events by then has a wider margin instead."""

_SPARE_WEEKS: Final = 4
"""Kept beyond what a rollout today would take: traffic may fall."""


class Stored(msgspec.Struct, array_like=True):
    """What is stored: revision -> day, bins, combinations and counts, compressed."""

    revisions: dict[str, list[tuple[int, bytes]]]


class Served:
    """Ripe labelled counts of revisions by day of their inferences, as far back as a reference may reach.

    Parameters
    ----------
    pane_ms
        Width of a pane; a longer one is a day here.
    rates
        The rates that will be compared: they say how far back that is.
    """

    def __init__(self, pane_ms: int, rates: tuple[Rate, ...]) -> None:
        self._day_ms, self._rates = day_ms(pane_ms), rates
        self._revisions: dict[str, dict[int, Tally]] = {}

    def add(self, cells: RipeCells) -> None:
        """Take in what ripened in one step."""
        labelled = cells.age_bin != LABEL_FREE
        day = cells.pane_start_ms // self._day_ms
        for number, revision in enumerate(cells.revisions):
            mine = labelled & (cells.revision == number)
            if not mine.any():
                continue
            days = self._revisions.setdefault(revision, {})
            newest = max(days, default=-1)
            for one in np.unique(day[mine]).tolist():
                found = tally(cells, mine & (day == one))
                days[one] = merged([*([days[one]] if one in days else []), found], revision)
            if max(days) > newest:
                self._prune(days)

    def _prune(self, days: dict[int, Tally]) -> None:
        """Let go what no rollout will need. Only with cells: empty steps change nothing."""
        end_ms = (max(days) + 1) * self._day_ms
        starts = [self._start_ms(days, rate, end_ms) for rate in self._rates]
        oldest = (min(starts, default=end_ms) - _SPARE_WEEKS * WEEK_MS) // self._day_ms
        for day in [day for day in days if day < oldest]:
            del days[day]

    def _start_ms(self, days: dict[int, Tally], rate: Rate, end_ms: int) -> int:
        events = {day: int(cells.of(rate.counted).sum()) for day, cells in days.items()}
        for weeks in range(_MOST_WEEKS + 1):
            start_ms = (end_ms - FORMER_MS - weeks * WEEK_MS) // self._day_ms * self._day_ms
            if sum(n for day, n in events.items() if day >= start_ms // self._day_ms) >= ENOUGH:
                break
        return start_ms

    def start_ms(self, revision: str, rate: Rate, end_ms: int) -> int:
        """Where a reference that ends at `end_ms` begins: 28 days before, extended by weeks until it has `ENOUGH`."""
        return self._start_ms(self._revisions.get(revision, {}), rate, end_ms)

    def days(self, revision: str, start_ms: int) -> dict[int, Tally]:
        """All that is ripe of a revision from a day on, by number of the day."""
        days = self._revisions.get(revision, {})
        return {day: cells for day, cells in days.items() if day >= start_ms // self._day_ms}

    def forget(self, revision: str) -> None:
        """Let a revision go."""
        self._revisions.pop(revision, None)

    def stored(self) -> Stored:
        """What to store."""
        return Stored(
            {
                name: [(day, packed(cells)) for day, cells in sorted(days.items())]
                for name, days in sorted(self._revisions.items())
            }
        )

    def restore(self, stored: Stored) -> None:
        """Take up what was stored. ValueError for columns that are not whole."""
        self._revisions = {
            name: {day: unpacked(cells, name) for day, cells in days} for name, days in stored.revisions.items()
        }


def packed(cells: Tally) -> bytes:
    """The rows of a tally of one revision."""
    columns = (cells.age_bin, cells.combination, *cells.counts.T)
    return zlib.compress(np.array(columns, np.int64).tobytes(), level=1)


def unpacked(rows: bytes, revision: str) -> Tally:
    """A tally of one revision from its rows.

    Raises
    ------
    ValueError
        for rows that are not whole.

    Examples
    --------
    >>> counts = np.arange(len(Kind))[None]
    >>> one = Tally(("r1",), np.zeros(1, np.int64), np.array([3]), np.array([7]), counts)
    >>> same = unpacked(packed(one), "r1")
    >>> same.age_bin.tolist(), same.combination.tolist(), (same.counts == counts).all()
    ([3], [7], np.True_)
    """
    try:
        columns = np.frombuffer(zlib.decompress(rows), np.int64).reshape(2 + len(Kind), -1).copy()
    except zlib.error as error:
        raise ValueError(f"the counts of {revision} are not whole: {error}") from error
    counts = np.ascontiguousarray(columns[2:].T)
    return Tally((revision,), np.zeros(columns.shape[1], np.int64), columns[0], columns[1], counts)
