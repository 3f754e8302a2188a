"""Event times: RFC 3339 with a zone or integer milliseconds, one by one and in columns."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.intake.refusal import Refused
from monitor.intake.times import EventTimes, are_in_range, is_in_range
from monitor.intake.times_alike import alike

FUZZ = settings(derandomize=True, deadline=None, max_examples=150)
ZONES = [UTC, *(timezone(timedelta(minutes=minutes)) for minutes in (-750, -1, 60, 330, 1439))]


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        # seconds of each by `date -u -d TEXT +%s`
        ("2026-01-01T00:00:00Z", 1_767_225_600_000),
        ("2026-01-01t00:00:00z", 1_767_225_600_000),
        ("2026-01-01 00:00:00+00:00", 1_767_225_600_000),
        ("2026-01-01T00:00:00.1Z", 1_767_225_600_100),
        ("2026-01-01T00:00:00.9999999999Z", 1_767_225_600_999),
        ("2025-12-31T12:30:00.250-11:30", 1_767_225_600_250),
        ("2024-02-29T23:59:59.999Z", 1_709_251_199_999),
        ("1989-12-31T23:59:59.999Z", 631_151_999_999),
    ],
)
def test_a_text_is_cut_to_its_millisecond(text: str, ms: int) -> None:
    assert EventTimes().read(text) == ms


@pytest.mark.parametrize(
    "text",
    [
        *("", "now", "1767225600000", "2026-01-01", "2026-01-01T00:00Z", "2026-01-01T00:00:00", "20260101T000000Z"),
        *("2026-01-01T00:00:00+0100", "2026-01-01T00:00:00+01", "2026-01-01T00:00:00+24:00", "2026-02-29T00:00:00Z"),
        *("2026-01-01T24:00:00Z", "2026-01-01T23:59:60Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00,5Z"),
        *("2026-W01-4T00:00:00Z", "٢026-01-01T00:00:00Z", "2026-01-01T00:00:00.123٢5Z", " 2026-01-01T00:00:00Z"),
        *("2026-01-01T00:00:00Z ", "2026-01-01T00:00:00.123456ZZ", "2026-01-01T00:00:00.12345\n6Z"),
        *("0000-01-01T00:00:00Z", "2026-01-01T00:00:00.5+0100", "2026-01-01T00:00:00.500+00"),
    ],
)
def test_another_form_is_no_time_alone_or_among_many(text: str) -> None:
    times = EventTimes()
    with pytest.raises(Refused, match="bad_time"):
        times.read(text)
    with pytest.raises(Refused, match="bad_time"):
        times.read_many([text] * 40)


@given(
    st.lists(st.datetimes(datetime(1991, 1, 1), datetime(2199, 1, 1)), min_size=32, max_size=40),  # noqa: DTZ001
    st.sampled_from(ZONES),
    st.sampled_from(["milliseconds", "microseconds", "seconds", "auto"]),
    st.sampled_from(["", "789"]),
)
@FUZZ
def test_many_times_are_the_time_of_each(moments: list[datetime], zone: timezone, spec: str, finer: str) -> None:
    texts = [moment.replace(tzinfo=zone).isoformat(timespec=spec) for moment in moments]
    texts = [text[:26] + finer + text[26:] for text in texts] if spec == "microseconds" else texts
    epoch, digits = datetime(1970, 1, 1, tzinfo=UTC), {"seconds": 1_000_000, "milliseconds": 1_000}.get(spec, 1)
    exact = [(moment.replace(tzinfo=zone) - epoch) // timedelta(microseconds=1) for moment in moments]
    expected = [us // digits * digits // 1_000 for us in exact]
    assert EventTimes().read_many(list(texts)) == expected
    assert [EventTimes().read(text) for text in texts] == expected


TEXTS = [datetime(2026, 1, 1, 0, 0, n, 500_000, UTC).isoformat(timespec="milliseconds") for n in range(40)]


@pytest.mark.parametrize(
    "other",
    [
        *("2026-01-01T00:00:00.500+01:00", "2026-01-01T00:00:00.5000+0:00", "2026-01-01t00:00:00.500+00:00"),
        *("2026-01-01T00:00:00.5-0+00:00", "2026-01-32T00:00:00.500+00:00", "2026-01-01T00:00:00.50+00:000"),
        *("2026-01-01T00-00:00.500+00:00", "2026-01-01T00:00:00.500Z", "0000-01-01T00:00:00.500+00:00"),
        "2026-01-01T00:00:00.50٢+00:00",
    ],
)
def test_one_that_is_written_otherwise_is_looked_at_like_any(other: str) -> None:
    times = EventTimes()
    try:
        expected = [*(times.read(text) for text in TEXTS), times.read(other)]
    except Refused:
        with pytest.raises(Refused):
            times.read_many([*TEXTS, other])
    else:
        assert times.read_many([*TEXTS, other]) == expected
    assert alike([*TEXTS, other]) is None or other.startswith("0000")


@given(st.lists(st.tuples(st.integers(-(2**66), 2**66), st.integers(-1, 2**63 - 1)), min_size=1, max_size=5))
@FUZZ
def test_the_range_of_many_is_the_range_of_each(times: list[tuple[int, int]]) -> None:
    several = [ms for ms, _ in times], [broker for _, broker in times]
    assert are_in_range(*several).tolist() == list(map(is_in_range, *several))


def test_the_edges_of_the_range() -> None:
    broker = 1_767_225_600_000
    cases = [(631_151_999_999, -1), (631_152_000_000, -1), (253_402_300_799_999, -1), (253_402_300_800_000, -1)]
    cases += [(broker + 300_000, broker), (broker + 300_001, broker), (253_402_300_800_000, 2**63 - 1)]
    assert [is_in_range(*case) for case in cases] == [False, True, True, False, True, False, False]
    assert are_in_range(*map(list, zip(*cases, strict=True))).tolist() == [is_in_range(*case) for case in cases]
