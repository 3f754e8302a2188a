"""Durations, rates and times as people write them: ``26h``, ``1 per 91d``, ``2026-01-05``. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

UNITS: Final = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000}
"""Milliseconds of each unit, longest first."""

DURATION_PATTERN: Final = r"(?=[0-9])([0-9]{1,9}d)?([0-9]{1,9}h)?([0-9]{1,9}m)?([0-9]{1,9}s)?"
RATE_PATTERN: Final = rf"[0-9]{{1,9}}(\.[0-9]{{1,9}})? per {DURATION_PATTERN}"

MOMENT_PATTERN: Final = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2}))?"
)

LONGEST_MS: Final = 36_500 * UNITS["d"]
"""A hundred years: what is longer is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in so much event time: `count` (positive) every `per_ms` milliseconds."""

    count: float
    per_ms: int


def duration_ms(text: str) -> int:
    """Milliseconds of a duration.

    Raises
    ------
    ValueError
        for text that is no duration, or longer than a hundred years.

    Examples
    --------
    >>> [duration_ms(text) for text in ("1d", "26h", "2h30m")]
    [86400000, 93600000, 9000000]
    """
    if not re.fullmatch(DURATION_PATTERN, text):
        raise ValueError(f'"{text}" is no duration')
    total_ms = sum(int(number) * UNITS[unit] for number, unit in re.findall(r"([0-9]+)([dhms])", text))
    if total_ms > LONGEST_MS:
        raise ValueError(f'"{text}" is longer than a hundred years')
    return total_ms


def duration_text(total_ms: int) -> str:
    """A whole number of seconds as text, largest units first.

    >>> duration_text(9_000_000), duration_text(93_600_000), duration_text(0)
    ('2h30m', '1d2h', '0s')
    """
    parts = []
    for unit, unit_ms in UNITS.items():
        number, total_ms = divmod(total_ms, unit_ms)
        parts += [f"{number}{unit}"] if number else []
    return "".join(parts) or "0s"


def moment_ms(text: str) -> int:
    """Milliseconds UTC of a date (its first moment, UTC) or of an RFC 3339 time.

    Raises
    ------
    ValueError
        for text that is neither.

    Examples
    --------
    >>> moment_ms("1970-01-02"), moment_ms("1970-01-02T01:00:00+01:00")
    (86400000, 86400000)
    """
    if not re.fullmatch(MOMENT_PATTERN, text):
        raise ValueError(f'"{text}" is no time')
    moment = datetime.fromisoformat(text.upper())
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1_000)


def moment_text(ms: int) -> str:
    """Milliseconds UTC for people, to the minute.

    >>> moment_text(86_400_000)
    '1970-01-02T00:00Z'
    """
    return f"{datetime.fromtimestamp(ms / 1_000, UTC):%Y-%m-%dT%H:%MZ}"


def rate(text: str) -> Rate:
    """A rate.

    Raises
    ------
    ValueError
        for text that is no rate, and for a rate of zero or per no time.

    Examples
    --------
    >>> rate("1 per 91d")
    Rate(count=1.0, per_ms=7862400000)
    """
    if not re.fullmatch(RATE_PATTERN, text):
        raise ValueError(f'"{text}" is no rate')
    count, per = text.split(" per ")
    found = Rate(float(count), duration_ms(per))
    if not found.count or not found.per_ms:
        raise ValueError(f'"{text}" is zero: a budget of zero allows no alarm at all')
    return found
