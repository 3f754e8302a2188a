"""Axes: where a time or a number lies in a picture, and which of them are written beside it.

Way of an event: after its end. Pure.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil, floor, log10
from typing import Final

from monitor.exporting.moments import DAY_MS

_STEPS_MS: Final = [
    *(one * 60_000 for one in (1, 5, 15, 30)),
    *(one * 3_600_000 for one in (1, 3, 6, 12)),
    *(one * DAY_MS for one in (1, 2, 7, 14)),
]


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from [low, high] to [start, end] in the picture; what lies outside is drawn on the edge.

    >>> Scale(0, 10, 100, 0).at(2.5), Scale(0, 10, 100, 0).at(99)
    (75.0, 0.0)
    """

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Place of a value."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def number_ticks(high: float, most: int = 4) -> list[float]:
    """Round numbers from 0 to `high`, at most `most` steps of 1, 2 or 5 times a power of ten.

    >>> number_ticks(0.37), number_ticks(12.5)
    ([0.0, 0.1, 0.2, 0.3], [0.0, 5.0, 10.0])
    """
    power = 10.0 ** floor(log10(high / most))
    step = next(one * power for one in (1, 2, 5, 10) if one * power * most >= high * (1 - 1e-9))
    return [round(step * number, 10) for number in range(floor(high / step * (1 + 1e-9)) + 1)]


def date_ticks(start_ms: int, end_ms: int, most: int = 7) -> list[tuple[int, str]]:
    """Round moments in [start, end], UTC, with what is written at them: times, days, months or years.

    >>> [text for _, text in date_ticks(1_357_171_200_000, 1_372_809_600_000)]
    ['Feb 2013', 'Mar', 'Apr', 'May', 'Jun', 'Jul']
    >>> [text for _, text in date_ticks(1_357_171_200_000, 1_357_171_200_000 + 6 * 3_600_000)]
    ['00:00', '01:00', '02:00', '03:00', '04:00', '05:00', '06:00']
    """
    for step_ms in _STEPS_MS:
        first, last = ceil(start_ms / step_ms), floor(end_ms / step_ms)
        if last - first < most:
            style = "%H:%M" if step_ms < DAY_MS else "%d %b"
            return [(one * step_ms, _utc(one * step_ms).strftime(style)) for one in range(first, last + 1)]
    return _month_ticks(start_ms, end_ms, most)


def _month_ticks(start_ms: int, end_ms: int, most: int) -> list[tuple[int, str]]:
    first, last = (moment.year * 12 + moment.month - 1 for moment in (_utc(start_ms), _utc(end_ms)))
    step = next(one for one in (1, 2, 3, 6, 12, 24, 60, 120, 1_200) if (last - first) // one < most)
    ticks: list[tuple[int, str]] = []
    for month in range(-(-first // step) * step, last + 1, step):
        at = datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)
        at_ms = int(at.timestamp()) * 1_000
        if at_ms >= start_ms:
            ticks.append((at_ms, at.strftime("%Y" if step >= 12 else "%b %Y" if not ticks or at.month == 1 else "%b")))
    return ticks


def _utc(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1_000, UTC)
