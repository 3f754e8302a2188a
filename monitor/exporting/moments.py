"""Event times as people and other programs read them, in UTC.

Way of an event: step 9; reports, tables and files. Pure.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

DAY_MS: Final = 86_400_000


def rfc3339(ms: int) -> str:
    """Milliseconds since the epoch as RFC 3339; a fraction only where there is one.

    >>> rfc3339(1_357_171_200_000), rfc3339(-1)
    ('2013-01-03T00:00:00Z', '1969-12-31T23:59:59.999Z')
    """
    moment = _utc(ms)
    return moment.isoformat(timespec="milliseconds" if ms % 1_000 else "seconds").replace("+00:00", "Z")


def day(ms: int) -> str:
    """The day, with the time of day only where it is not midnight.

    >>> day(1_357_171_200_000), day(1_357_171_200_000 + 5_400_000)
    ('2013-01-03', '2013-01-03 01:30')
    """
    return _utc(ms).strftime("%Y-%m-%d %H:%M" if ms % DAY_MS else "%Y-%m-%d")


def minute(ms: int) -> str:
    """The day and the minute.

    >>> minute(1_357_171_200_000)
    '2013-01-03 00:00'
    """
    return _utc(ms).strftime("%Y-%m-%d %H:%M")


def _utc(ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=ms)
