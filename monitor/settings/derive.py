"""What settings mean for the rooms: codings, lattices, windows, series. Pure."""

from datetime import UTC, datetime
from itertools import combinations
from math import comb, prod
from zoneinfo import ZoneInfo

from monitor.counting.lattice import Lattice
from monitor.intake.reading import Mapped
from monitor.judging.rules import DAY_MS, DEFAULT_TOLERANCE
from monitor.judging.seasonal_key import HOUR_MS, Calendar
from monitor.settings.sections.attributes import AttributeSettings, SubgroupSettings
from monitor.settings.sections.feed import FeedSettings, TopicSettings
from monitor.settings.sections.model import ModelSettings
from monitor.settings.units import duration_ms
from monitor.settings.vocabulary_files import vocabulary
from monitor.vocabulary import AttributeCoding, Coding

SHIPPED_CODES = 3
"""Codes that every attribute has beside its own: null, absent, unmapped."""


def raw_values(attribute: AttributeSettings) -> dict[str, tuple[str, ...]]:
    """Slug -> raw values; empty for bands."""
    return vocabulary(attribute.vocabulary) if attribute.vocabulary else dict(attribute.values or {})


def attribute_coding(name: str, attribute: AttributeSettings) -> AttributeCoding:
    """The codes of one attribute.

    Raises
    ------
    ValueError
        as `AttributeCoding` does; never for settings that were loaded.
    """
    return AttributeCoding(
        name,
        values=raw_values(attribute),
        bands=attribute.bands or (),
        source=attribute.source or "",
        multiple=attribute.multiple,
        unknown=attribute.unknown,
        declined=attribute.declined,
    )


def coding_of(model: ModelSettings) -> Coding:
    """The attributes of a model, in the order of the file."""
    return Coding(tuple(attribute_coding(name, one) for name, one in model.attributes.items()))


def lattice_of(model: ModelSettings) -> Lattice:
    """All subgroups of a model."""
    return Lattice(coding_of(model), model.subgroups.depth, model.subgroups.also)


def windows_ms(model: ModelSettings) -> dict[str, int]:
    """Name of each published window, as written -> its length in ms."""
    return {name: duration_ms(name) for name in model.windows.published}


def topics_of(feed: FeedSettings) -> dict[str, TopicSettings]:
    """Role -> topic of a feed, in the order in which events of equal time are read."""
    apart = {"attributes": feed.attributes} if feed.attributes else {}
    return {"inference": feed.inference, **apart, "outcome": feed.outcome}


def publish_delay_ms(feed: FeedSettings, topic: TopicSettings) -> int:
    """Longest time from event to append of a topic: as set, else the allowed lateness."""
    return feed.allowed_lateness_ms if topic.publish_delay_ms is None else topic.publish_delay_ms


def mapping_of(topic: TopicSettings) -> dict[str, Mapped]:
    """Field of the event -> where it stands in the records of a topic; empty unless its adapter is `mapping`."""
    return {name: Mapped(one.path, one.map, one.const) for name, one in (topic.mapping or {}).items()}


def limits_of(model: ModelSettings) -> dict[str, tuple[float, str]]:
    """Name of each limit -> its value in seconds or as a ratio, and which."""
    return {
        name.removesuffix("_ms"): (value / 1_000, "seconds") if name.endswith("_ms") else (value, "ratio")
        for name, value in model.limits
    }


def tolerance_of(model: ModelSettings, metric: str) -> float:
    """Accepted worsening of a metric, absolute."""
    tolerance = model.judging.tolerance
    return tolerance.get(metric, tolerance.get("default", DEFAULT_TOLERANCE))


def calendar_of(model: ModelSettings) -> Calendar | None:
    """The calendar key of a model, with the offsets of its zone from 1990 to 2060."""
    calendar = None if model.reference is None else model.reference.calendar
    if calendar is None:
        return None
    if calendar.zone == "UTC":
        return Calendar(calendar.key)
    return Calendar(calendar.key, calendar.zone, offsets_of(calendar.zone))


FIRST_MS, LAST_MS = 7_305 * DAY_MS, 32_872 * DAY_MS
"""1990 to 2060: no event is older, and what laws will say later is not known."""


def offsets_of(zone: str) -> tuple[tuple[int, int], ...]:
    """(from ms UTC, local minus UTC in ms) of a zone; changes are dated to the quarter of an hour.

    >>> [offset // HOUR_MS for _, offset in offsets_of("Asia/Tokyo")]
    [9]
    """
    info = ZoneInfo(zone)

    def offset_ms(at_ms: int) -> int:
        offset = datetime.fromtimestamp(at_ms / 1_000, UTC).astimezone(info).utcoffset()
        return 0 if offset is None else round(offset.total_seconds() * 1_000)

    found = [(FIRST_MS, offset_ms(FIRST_MS))]
    for day_ms in range(FIRST_MS, LAST_MS, DAY_MS):
        if offset_ms(day_ms + DAY_MS) != found[-1][1]:
            at_ms = next(
                at_ms for at_ms in range(day_ms, day_ms + DAY_MS + 1, HOUR_MS // 4) if offset_ms(at_ms) != found[-1][1]
            )
            found.append((at_ms, offset_ms(at_ms)))
    return tuple(found)


def code_count(attribute: AttributeSettings) -> int:
    """Number of codes of an attribute, without making them."""
    known = len(attribute.bands or raw_values(attribute))
    count = known + SHIPPED_CODES + bool(attribute.declined)
    if attribute.bands is None:
        count += 1
        if attribute.multiple == "each":
            count += comb(known + 1, 2) + comb(known + 1, 3)
    return count


def slug_count(attribute: AttributeSettings) -> int:
    """Number of subgroups of an attribute, without making them."""
    known = len(attribute.bands or raw_values(attribute))
    return known + 2 + bool(attribute.declined) + (attribute.bands is None)


def subgroup_count(attributes: dict[str, AttributeSettings], subgroups: SubgroupSettings) -> int:
    """Number of subgroups of a lattice, without making them."""
    sizes = {name: slug_count(one) for name, one in attributes.items()}
    depth = min(subgroups.depth, len(sizes))
    crossings = {frozenset(c) for level in range(depth + 1) for c in combinations(sizes, level)}
    crossings |= {frozenset(crossing) for crossing in subgroups.also}
    return sum(prod(sizes[name] for name in crossing) for crossing in crossings)


def series_estimate(model: ModelSettings) -> int:
    """Most series of the published rates: subgroups x metrics x windows x revisions."""
    return (
        subgroup_count(model.attributes, model.subgroups)
        * len(model.metrics)
        * len(model.windows.published)
        * model.keep_revisions
    )
