"""What settings mean for the rooms: codings, lattices, windows, series. Pure."""

from itertools import combinations
from math import comb, prod

from monitor.counting.lattice import Lattice
from monitor.intake.reading import Mapped
from monitor.judging.rules import DEFAULT_TOLERANCE
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
