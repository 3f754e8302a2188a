"""The calendar key: which season of the week a pane belongs to, as one more attribute of what is expected.

Way of an event: step 7, before cells are added up. Pure: a zone is a table of its offsets, read when settings are, so
that the same cells have the same season for ever.
"""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Key = Literal["hour_of_week", "day_of_week"]

HOUR_MS: Final = 3_600_000
_DAY_MS: Final = 24 * HOUR_MS
_WEEK_MS: Final = 7 * _DAY_MS
_MONDAY_MS: Final = 4 * _DAY_MS
"""1970-01-05, the first Monday: a week begins with it."""

_SLOT_MS: Final = {"hour_of_week": HOUR_MS, "day_of_week": _DAY_MS}
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Calendar:
    """A key and the zone in which it is read.

    Parameters
    ----------
    key
        `hour_of_week` (168 seasons) or `day_of_week` (7), both from Monday 00:00.
    zone
        Its name, for people.
    offsets
        (from ms UTC, local minus UTC in ms), rising; the first holds for everything before, too.

    Examples
    --------
    >>> week = Calendar("hour_of_week")
    >>> week.seasons, week.season(0), week.name(week.season(0))      # 1970-01-01 was a Thursday
    (168, 72, 'Thu 00')
    >>> Calendar("day_of_week", "Asia/Tokyo", ((0, 9 * HOUR_MS),)).season(15 * HOUR_MS)
    4
    """

    key: Key
    zone: str = "UTC"
    offsets: tuple[tuple[int, int], ...] = ((0, 0),)

    @property
    def seasons(self) -> int:
        """How many there are."""
        return _WEEK_MS // _SLOT_MS[self.key]

    def season(self, pane_start_ms: int) -> int:
        """The season of a pane, by its start."""
        at = max(0, bisect_right(self.offsets, pane_start_ms, key=lambda one: one[0]) - 1)
        return (pane_start_ms + self.offsets[at][1] - _MONDAY_MS) % _WEEK_MS // _SLOT_MS[self.key]

    def name(self, season: int) -> str:
        """A season for people, in the zone."""
        day, hour = divmod(season * _SLOT_MS[self.key] // HOUR_MS, 24)
        return _DAYS[day] if self.key == "day_of_week" else f"{_DAYS[day]} {hour:02}"


def in_season(combination: Ints, pane_start_ms: Ints, calendar: Calendar | None, combinations: int) -> Ints:
    """Combinations with the season of their pane before them, as one more digit; unchanged without a calendar.

    Parameters
    ----------
    combination, pane_start_ms
        In parallel.
    combinations
        How many there are without a season.

    Examples
    --------
    >>> in_season(np.array([3, 3]), np.array([0, _DAY_MS]), Calendar("day_of_week"), 10).tolist()
    [33, 43]
    """
    if calendar is None or not len(combination):
        return combination
    starts, place = np.unique(pane_start_ms, return_inverse=True)
    seasons = np.array([calendar.season(start_ms) for start_ms in starts.tolist()], np.int64)
    result: Ints = combination + combinations * seasons[place]
    return result
