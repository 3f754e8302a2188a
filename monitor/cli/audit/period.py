"""Periods as people write them: a year, a month, a day, or from when to when. Pure."""

import re
from datetime import UTC, datetime

from monitor.cli.exits import Refused

WRITE = "write it like 2026, 2026-11, 2026-11-28 or 2026-11-01/2026-12-01 (UTC; the end is not in it)"


def period(text: str) -> tuple[int, int]:
    """Milliseconds of its beginning and of its end, which is not in it.

    >>> day = 86_400_000
    >>> [(end - begin) // day for begin, end in map(period, ("2026", "2026-12", "2024-02-28", "2026-01-01/2026-02-01"))]
    [365, 31, 1, 31]

    Raises
    ------
    Refused
        for anything else, or an end that is not after its beginning.
    """
    begin, slash, end = text.partition("/")
    span = (_span(begin)[0], _span(end)[0]) if slash else _span(begin)
    if span[0] >= span[1]:
        raise Refused(f"--period: {text!r} ends before it begins; {WRITE}")
    return span


def _span(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", text)
    if found is None:
        raise Refused(f"--period: {text!r} is none; {WRITE}")
    year, month, day = (None if one is None else int(one) for one in found.groups())
    try:
        begin = datetime(year or 0, month or 1, day or 1, tzinfo=UTC)
        if day is not None:
            return _ms(begin), _ms(begin) + 86_400_000
        if month is not None:
            return _ms(begin), _ms(begin.replace(year=begin.year + month // 12, month=month % 12 + 1))
        return _ms(begin), _ms(begin.replace(year=begin.year + 1))
    except ValueError as error:
        raise Refused(f"--period: {text!r} is none ({error}); {WRITE}") from error


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
