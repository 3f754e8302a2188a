"""`reference:` in the settings: what cannot be is refused, with its place and what to do."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.cli.build import feed_plan, judge_of, judging_rules
from monitor.judging.seasonal_key import HOUR_MS, Calendar
from monitor.settings.derive import offsets_of
from monitor.settings.load import SettingsError, parse
from monitor.settings.model import Settings
from tests.commands_to_their_end.streams import NAMES
from tests.way_of_an_event.story import SETTINGS

NOW_MS = 1_790_000_000_000  # 2026-09-21
GOOD = "from: 2026-08-03, to: 2026-08-31"


def settings(reference: str, pane: str = "1d") -> Settings:
    text = SETTINGS.format(**NAMES).replace("mode: observe", f"mode: observe\n    reference: {{{reference}}}")
    return parse(text.replace("pane: 1d", f"pane: {pane}"), "x.yaml", now_ms=NOW_MS)


REFUSALS = {
    "a file and a range": ("file: r.json, " + GOOD, "1d", "reference.file", "a file and a range are both given"),
    "one end alone": ("from: 2026-08-03", "1d", "reference", "to is missing: a range has two ends"),
    "the other end alone": ("to: 2026-08-03", "1d", "reference", "from is missing: a range has two ends"),
    "shorter than a week": (
        "from: 2026-08-03, to: 2026-08-09",
        "1d",
        "reference.to",
        "the range is 6d long: weekdays differ, so a reference is one week at least",
    ),
    "the end before the beginning": (
        "from: 2026-08-03, to: 2026-07-09",
        "1d",
        "reference.to",
        "the range ends before it begins",
    ),
    "the future": ("from: 2026-08-31, to: 2026-09-28", "1d", "reference.to", "2026-09-28T00:00Z lies in the future"),
    "the middle of a pane": (
        "from: 2026-08-03T05:00:00Z, to: 2026-08-31",
        "1d",
        "reference.from",
        "2026-08-03T05:00Z is not the start of a pane of 1d",
    ),
    "a time without zone": (
        "from: 2026-08-03T05:00:00, to: 2026-08-31",
        "1d",
        "reference.from",
        "is no time with a zone",
    ),
    "a day that is none": ("from: 2026-02-30, to: 2026-08-31", "1d", "reference.from", "is no time with a zone"),
    "approval of no file": (GOOD + ", must_be_approved: true", "1d", "must_be_approved", "only a file can be approved"),
    "an hour of a day": (
        "calendar: {key: hour_of_week}",
        "1d",
        "reference.calendar.key",
        "a pane of 1d has no single hour",
    ),
    "an hour of ninety minutes": (
        "calendar: {key: hour_of_week}",
        "90m",
        "reference.calendar.key",
        "a pane of 1h30m has no single hour",
    ),
    "a day of a week": (
        "calendar: {key: day_of_week}",
        "7d",
        "reference.calendar.key",
        "a pane of 7d has no single day",
    ),
    "a zone of whole days": (
        "calendar: {key: day_of_week, zone: America/Chicago}",
        "1d",
        "reference.calendar.zone",
        "a pane of 1d is cut by UTC: it holds parts of two days of America/Chicago",
    ),
    "a zone nobody knows": (
        "calendar: {key: day_of_week, zone: Mars/Olympus}",
        "1h",
        "reference.calendar.zone",
        'zone "Mars/Olympus" is not known on this machine',
    ),
    "a key nobody knows": ("calendar: {key: month}", "1d", "reference.calendar.key", "month"),
}


@pytest.mark.parametrize(("reference", "pane", "path", "sentence"), REFUSALS.values(), ids=REFUSALS.keys())
def test_what_cannot_be_is_refused(reference: str, pane: str, path: str, sentence: str) -> None:
    with pytest.raises(SettingsError) as refused:
        settings(reference, pane)
    (told, *_) = (line for line in str(refused.value).splitlines() if path in line)
    assert f"models.readmission.{path}".replace("readmission.must", "readmission.reference.must") in told
    assert sentence in told


@pytest.mark.parametrize(
    ("reference", "pane"),
    [
        ("file: r.json", "1d"),
        (GOOD, "1d"),
        ("from: 2026-08-03T05:00:00+02:00, to: 2026-08-31T03:00:00Z", "1h"),
        ("calendar: {key: day_of_week}", "1d"),
        (GOOD + ", calendar: {key: hour_of_week, zone: Europe/Paris}", "1h"),
        ("calendar: {key: day_of_week, zone: Europe/Paris}", "30m"),
    ],
)
def test_what_can_be_is_taken(reference: str, pane: str) -> None:
    assert settings(reference, pane).models["readmission"].reference is not None


def test_a_range_that_was_over_stays_good_where_wall_time_means_nothing() -> None:
    text = SETTINGS.format(**NAMES).replace(
        "mode: observe", "mode: observe\n    reference: {from: 2096-08-06, to: 2096-08-31}"
    )
    assert parse(text, "x.yaml").models["readmission"].reference.to_ms > NOW_MS


def test_every_part_of_it_names_other_evidence() -> None:
    hashes = set()
    ways = (
        "calendar: {key: day_of_week}",
        GOOD,
        "from: 2026-08-10, to: 2026-08-31",
        GOOD + ", calendar: {key: day_of_week}",
    )
    for way in ways:
        one = settings(way)
        hashes.add(judge_of(one, feed_plan(one, "discharge", "canonical"), "readmission")[1])
    assert len(hashes) == len(ways)


def test_the_judge_is_told_the_range_and_the_zone() -> None:
    one = settings(GOOD + ", calendar: {key: hour_of_week, zone: Europe/Paris}", "1h")
    rules = judging_rules(one, "readmission", (0, HOUR_MS))
    assert rules.reference_range_ms == (1_785_715_200_000, 1_788_134_400_000)  # birthplace: date -ud 2026-08-03 +%s
    assert (rules.calendar.key, rules.calendar.zone, rules.seasons) == ("hour_of_week", "Europe/Paris", 168)


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Chicago", "Australia/Lord_Howe", "Asia/Kathmandu"])
def test_the_hour_is_that_of_the_clock_on_the_wall(zone: str) -> None:
    # birthplace: zoneinfo, hour by hour through two years with changes of the clock
    calendar, info = Calendar("hour_of_week", zone, offsets_of(zone)), ZoneInfo(zone)
    start = datetime(2025, 1, 1, tzinfo=UTC)
    for hour in range(2 * 366 * 24):
        moment = start + timedelta(hours=hour)
        local = moment.astimezone(info)
        assert calendar.season(int(moment.timestamp() * 1_000)) == local.weekday() * 24 + local.hour, moment
