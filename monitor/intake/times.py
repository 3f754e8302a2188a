"""Event times: RFC 3339 with a zone, or integer milliseconds UTC.

Way of an event: step 2. Pure.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from operator import add, itemgetter
from typing import Final, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from monitor.intake.refusal import Refused
from monitor.intake.times_alike import alike

OLDEST_MS: Final = 631_152_000_000
"""1990-01-01: seconds taken for milliseconds lie before it."""

LATEST_MS: Final = 253_402_300_799_999
"""The last millisecond of the year 9999."""

MOST_AHEAD_MS: Final = 300_000
"""How far an event time may lie after the broker time of its record."""

_MANY: Final = 32
"""Texts from which on parsing them in columns pays."""

_MOST_KEPT: Final = 4_096
_LONGEST: Final = 32
"""Longest part of a text; a fraction of more than twenty digits is a mistake, and would be kept."""

_REST: Final = re.compile(r"(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = 19
"""Length of ``2026-01-01T00:00:00``."""

_FIRST: Final = itemgetter(slice(None, _SECOND))
_LAST: Final = itemgetter(slice(_SECOND, None))


def _ms(text: str) -> int:
    """Milliseconds of an RFC 3339 text, cut."""
    try:
        moment = msgspec.convert(text, datetime)
        since = moment - _EPOCH
    except (msgspec.ValidationError, OverflowError, TypeError) as error:  # TypeError: without a zone
        raise Refused("bad_time", "event_time") from error
    return since.days * 86_400_000 + since.seconds * 1_000 + since.microseconds // 1_000


class _Known(dict[str, int]):
    """Milliseconds of a part of a text. A bounded memory: a stream says the same second and the same rest often."""

    def __init__(self, read: Callable[[str], int]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> int:
        if len(text) > _LONGEST:
            raise Refused("bad_time", "event_time")
        if text[0:1] == "." and text.isascii() and text[4:7].isdigit():
            return self[text[:4] + text[7:]]  # finer than milliseconds: cut before it fills the memory
        if len(self) >= _MOST_KEPT:
            self.clear()
        ms = self[text] = self._read(text)
        return ms


class EventTimes:
    """Reads event times.

    A text is read in two parts, its second and the rest (fraction and zone), because both come again. What is finer
    than a millisecond is cut.

    Examples
    --------
    >>> read = EventTimes().read
    >>> read("2026-01-01T00:00:00.5Z"), read("2026-01-01T01:00:00.0009999999+01:00"), read(1767225600000)
    (1767225600500, 1767225600000, 1767225600000)
    >>> read("2026-01-01T00:00:00")
    Traceback (most recent call last):
    ...
    monitor.intake.refusal.Refused: ('bad_time', 'event_time')

    References
    ----------
    RFC 3339, section 5.6. Leap seconds (``:60``) and hour 24 are refused.
    """

    def __init__(self) -> None:
        zero = "2000-01-01T00:00:00"
        zero_ms = _ms(zero + "Z")
        self._seconds = _Known(lambda text: _ms(text + "Z"))
        self._rests = _Known(lambda text: _ms(zero + text if _REST.fullmatch(text) else "") - zero_ms)

    def read(self, sent: str | int) -> int:
        """Milliseconds since the epoch. Raises `Refused` with `bad_time`; the range is not looked at."""
        if not isinstance(sent, str):
            return sent
        return self._seconds[sent[:_SECOND]] + self._rests[sent[_SECOND:]]

    def read_many(self, sent: list[str | int]) -> list[int]:
        """`read` for many."""
        kinds = set(map(type, sent))
        if kinds != {str}:
            return cast("list[int]", sent) if kinds == {int} else list(map(self.read, sent))
        texts = cast("list[str]", sent)
        together = alike(texts) if len(texts) >= _MANY else None
        if together is not None:
            times = together[0] + self._rests[".000" + together[1]]
            if times.min() >= OLDEST_MS:  # a year 0 is a date to numpy only
                return cast("list[int]", times.tolist())
        seconds = map(self._seconds.__getitem__, map(_FIRST, texts))
        return list(map(add, seconds, map(self._rests.__getitem__, map(_LAST, texts))))


def is_in_range(time_ms: int, broker_time_ms: int) -> bool:
    """Whether an event may have this time; a broker time below 0 is none.

    >>> is_in_range(1_767_225_600, broker_time_ms=1_767_225_600_000)     # seconds
    False
    >>> [is_in_range(ms, 1_767_225_600_000) for ms in (1_767_225_900_000, 1_767_225_900_001)]
    [True, False]
    """
    return OLDEST_MS <= time_ms <= LATEST_MS and (broker_time_ms < 0 or time_ms <= broker_time_ms + MOST_AHEAD_MS)


def are_in_range(times_ms: Sequence[int], broker_times_ms: Sequence[int]) -> NDArray[np.bool_]:
    """`is_in_range` for many.

    >>> are_in_range([1_767_225_600_000, 5], [-1, -1]).tolist(), are_in_range([10**30], [-1]).tolist()
    ([True, False], [False])
    """
    try:
        times, broker = np.array(times_ms, np.int64), np.array(broker_times_ms, np.int64)
    except OverflowError:  # a time beyond 64 bits
        return np.array(list(map(is_in_range, times_ms, broker_times_ms)), np.bool_)
    latest = np.where(broker < 0, LATEST_MS, np.minimum(broker, LATEST_MS - MOST_AHEAD_MS) + MOST_AHEAD_MS)
    return (times >= OLDEST_MS) & (times <= latest)
