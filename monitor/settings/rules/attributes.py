"""What must hold in the attributes of a model: free names, rising bands, no raw value with two meanings. Pure."""

import re
from collections.abc import Iterator
from itertools import pairwise
from math import prod
from typing import Final

from monitor.counting.packing import MOST_COMBINATIONS
from monitor.settings.derive import attribute_coding, code_count, raw_values
from monitor.settings.problems import Path, shown
from monitor.settings.rules.rule import Finding, Given
from monitor.settings.sections.attributes import AttributeSettings
from monitor.vocabulary import RESERVED, band_slugs, normalised

SLUG: Final = re.compile(r"(?=.{1,64}$)[a-z0-9]+(_[a-z0-9]+)*")
"""Two underscores join the names of a crossing, so none may stand in a name, nor one at its ends."""

MOST_CODES: Final = 20_000
"""Codes of one attribute: all of them are tabled."""


def attributes_have_one_meaning(given: Given) -> Iterator[Finding]:
    """Each attribute by itself, and that all of them together fit into a cell."""
    written = given.plain.get("attributes")
    sizes = []
    for name, attribute in given.section.attributes.items():
        found = list(_of_attribute(name, attribute))
        yield from (one._replace(path=("attributes", name, *one.path)) for one in found)
        sizes += [] if found else [code_count(attribute)]
    if isinstance(written, dict) and len(sizes) == len(written) and prod(sizes) > MOST_COMBINATIONS:
        message = f"{prod(sizes)} combinations of attribute values, at most {MOST_COMBINATIONS} fit"
        yield Finding(("attributes",), message, "give fewer attributes, or fewer of them with multiple: each")


def _of_attribute(name: str, attribute: AttributeSettings) -> Iterator[Finding]:
    if not SLUG.fullmatch(name) or name in (*RESERVED, "overall"):
        yield Finding((), f"{shown(name)} is no free name of an attribute", "use a-z, 0-9 and single _", is_key=True)
    kinds = [kind for kind in ("vocabulary", "values", "bands") if getattr(attribute, kind) is not None]
    if len(kinds) != 1:
        seen = f"found {' and '.join(kinds)}" if kinds else "found none"
        yield Finding((), f"expected exactly one of vocabulary, values and bands, {seen}")
        return
    if attribute.bands is not None and attribute.multiple == "each":
        yield Finding(("multiple",), "a banded number has one value", "remove multiple")
    slips = [*_slugs(attribute), *_bands(attribute), *_raws(attribute)]
    yield from slips
    if not slips and code_count(attribute) > MOST_CODES:
        message = f"{code_count(attribute)} codes, at most {MOST_CODES} are possible"
        yield Finding((), message, "give fewer values, or multiple: combined")
    elif not slips and SLUG.fullmatch(name) and name not in RESERVED:
        try:
            attribute_coding(name, attribute)
        except ValueError as error:
            yield Finding((), str(error).removeprefix(f"attribute {name}: "))


def _slugs(attribute: AttributeSettings) -> Iterator[Finding]:
    if attribute.values is not None and not attribute.values:
        yield Finding(("values",), "is empty", "give at least one")
    for slug, raws in (attribute.values or {}).items():
        if slug in RESERVED:
            yield Finding(
                ("values", slug), f"{shown(slug)} is a reserved subgroup", f"use the list {slug}, or another name", True
            )
        elif not SLUG.fullmatch(slug):
            yield Finding(
                ("values", slug), f"{shown(slug)} is no subgroup name", "use a-z, 0-9 and single _", is_key=True
            )
        if not raws:
            yield Finding(("values", slug), "has no raw value", "list what events say for it")


def _bands(attribute: AttributeSettings) -> Iterator[Finding]:
    if attribute.bands is not None and not attribute.bands:
        yield Finding(("bands",), "is empty", "give at least one lower edge")
    names = band_slugs(attribute.bands) if attribute.bands else ()
    if len(set(names)) != len(names):
        yield Finding(("bands",), "two bands have the same name", "give edges that differ in six digits")
    for slug in names:
        if not SLUG.fullmatch(slug):
            yield Finding(("bands",), f"a band would be named {slug}", "use a larger unit: names hold a-z, 0-9 and _")
            break
    for number, (low, high) in enumerate(pairwise(attribute.bands or ()), start=1):
        if high <= low:
            yield Finding(
                ("bands", number), f"bands must rise, {high:g} comes after {low:g}", "list each lower edge once"
            )


def _raws(attribute: AttributeSettings) -> Iterator[Finding]:
    first: dict[str, str] = {}
    listed: list[tuple[Path, str, str]] = [
        (("values", slug, number), raw, slug)
        for slug, raws in raw_values(attribute).items()
        for number, raw in enumerate(raws)
    ]
    listed += [(("unknown", number), raw, "unknown") for number, raw in enumerate(attribute.unknown)]
    listed += [(("declined", number), raw, "declined") for number, raw in enumerate(attribute.declined)]
    for path, raw, slug in listed:
        if normalised(raw) in first:
            before = first[normalised(raw)]
            yield Finding(path, f"the raw value {shown(raw)} is listed twice", f"first under {before}: keep one")
        first.setdefault(normalised(raw), slug)


def crossings_name_attributes(given: Given) -> Iterator[Finding]:
    """Crossings name attributes of the model, each once, and none twice."""
    written = given.plain.get("attributes")
    names = tuple(written) if isinstance(written, dict) else ()
    seen: set[frozenset[str]] = set()
    for number, crossing in enumerate(given.section.subgroups.also):
        path = ("subgroups", "also", number)
        for place, name in enumerate(crossing):
            if name not in names:
                known = f"one of: {', '.join(map(shown, names))}" if names else "configure it"
                yield Finding((*path, place), f"attribute {shown(name)} is not configured", known)
        if len(set(crossing)) != len(crossing) or len(crossing) < 2:
            yield Finding(path, "a crossing names at least two attributes, each once")
        elif frozenset(crossing) in seen:
            yield Finding(path, "this crossing is listed twice", "keep one")
        seen.add(frozenset(crossing))
