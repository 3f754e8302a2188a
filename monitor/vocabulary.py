"""Raw attribute values -> codes -> one integer, and back to the names of subgroups.

Way of an event: `intake` encodes with it (step 2), `counting.lattice` and `exporting` read codes back. Pure.

A code stands for what was said about one attribute: a known value, a set of values, *unknown* and so on. The codes of
all attributes of a model, in the order of the settings, are one mixed-radix integer, the *combination*: counting then
adds one to one cell, however many subgroups there are.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from math import prod
from typing import Final, Literal

Raw = str | float | Sequence[str] | None
Multiple = Literal["each", "combined"]

UNKNOWN: Final = "unknown"
DECLINED: Final = "declined"
OTHER: Final = "other"
TWO_OR_MORE: Final = "two_or_more"
RESERVED: Final = (UNKNOWN, DECLINED, OTHER, TWO_OR_MORE)
LONGEST_SET: Final = 3
"""Sets of more values than this are `two_or_more`."""

_SLUG: Final = re.compile(r"(?!_|.*__|.*_$)[a-z0-9_]{1,64}")
"""Crossings are joined by two underscores, and must come apart again."""


@dataclass(frozen=True, slots=True)
class Code:
    """One thing that can be said of an attribute: the subgroups it belongs to, and the `kind` it is counted under."""

    slugs: tuple[str, ...]
    kind: str


def normalised(raw: str) -> str:
    """The form in which raw values are compared: NFC, without surrounding white space."""
    return unicodedata.normalize("NFC", raw).strip()


def band_slugs(edges: Sequence[float]) -> tuple[str, ...]:
    """Slugs of the half-open bands between `edges`; the last one is open.

    >>> band_slugs([0, 45, 90])
    ('0_45', '45_90', '90_plus')
    >>> band_slugs([0.5, 1_000_000])
    ('0p5_1000000', '1000000_plus')
    """
    plain = [str(int(edge)) if edge == int(edge) else f"{edge:g}" for edge in edges]
    text = [one.replace(".", "p").replace("-", "minus") for one in plain]
    return (*(f"{low}_{high}" for low, high in pairwise(text)), f"{text[-1]}_plus")


@dataclass(frozen=True)
class AttributeCoding:
    """The codes of one attribute.

    Parameters
    ----------
    name
        Name of the attribute in labels and settings.
    values
        Slug -> raw values that mean it, in order. Empty for a banded attribute.
    bands
        Rising lower edges of half-open bands of a number; the last band is open. Empty for a named attribute.
    source
        Field of the event's `attributes` that is read; the name itself by default.
    multiple
        What several values mean: membership of each (`each`; sets over three: `two_or_more`), or `two_or_more`.
    unknown, declined
        Raw values that mean "not known", "would not say".

    Raises
    ------
    ValueError
        for a slug that is not ``[a-z0-9_]{1,64}`` with single ``_`` inside, a raw value listed twice, bands that do not
        rise.

    Examples
    --------
    >>> sex = AttributeCoding("sex", {"female": ("F", "female"), "male": ("M",)}, unknown=("U",))
    >>> [sex.codes[sex.encode(raw)].slugs for raw in ("F ", "U", None, "X", ["F", "M"])]
    [('female',), ('unknown',), ('unknown',), ('other',), ('two_or_more',)]
    >>> age = AttributeCoding("age_band", bands=(0, 45, 90))
    >>> [age.codes[age.encode(raw)].slugs for raw in (44.9, 45, 103, -1)]
    [('0_45',), ('45_90',), ('90_plus',), ('other',)]
    """

    name: str
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bands: tuple[float, ...] = ()
    source: str = ""
    multiple: Multiple = "combined"
    unknown: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()
    codes: tuple[Code, ...] = field(init=False)
    slugs: tuple[str, ...] = field(init=False)
    _by_raw: dict[str, int] = field(init=False, repr=False, compare=False)
    _by_slugs: dict[tuple[str, ...], int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if bool(self.values) == bool(self.bands):
            raise ValueError(f"attribute {self.name}: give either values or bands")
        if any(high <= low for low, high in pairwise(self.bands)):
            raise ValueError(f"attribute {self.name}: bands must rise, got {list(self.bands)}")
        known = tuple(self.values) or band_slugs(self.bands)
        for slug in (self.name, *known):
            if not _SLUG.fullmatch(slug) or slug in RESERVED:
                raise ValueError(
                    f"attribute {self.name}: {slug!r} is not a free name of [a-z0-9_]{{1,64}} with single _ inside"
                )
        codes = [Code((slug,), "known") for slug in known]
        codes += [Code((UNKNOWN,), "null"), Code((UNKNOWN,), "absent"), Code((OTHER,), "unmapped")]
        if self.declined:
            codes.append(Code((DECLINED,), "declined"))
        if not self.bands:
            codes.append(Code((TWO_OR_MORE,), "multiple"))
            if self.multiple == "each":
                elements = (*known, OTHER)
                codes += [
                    Code(chosen, "multiple")
                    for size in range(2, LONGEST_SET + 1)
                    for chosen in combinations(elements, size)
                ]
        by_slugs: dict[tuple[str, ...], int] = {}
        for index, code in enumerate(codes):
            by_slugs.setdefault(code.slugs, index)
        reserved = [slug for slug in RESERVED if (slug,) in by_slugs]
        set_field = object.__setattr__
        set_field(self, "codes", tuple(codes))
        set_field(self, "slugs", (*known, *reserved))
        set_field(self, "source", self.source or self.name)
        set_field(self, "_by_slugs", by_slugs)
        set_field(self, "_by_raw", self._raw_table(by_slugs))

    def _raw_table(self, by_slugs: Mapping[tuple[str, ...], int]) -> dict[str, int]:
        table: dict[str, int] = {}
        listed = [(slug, raw) for slug, raws in self.values.items() for raw in raws]
        listed += [(slug, slug) for slug in band_slugs(self.bands)] if self.bands else []
        listed += [(UNKNOWN, raw) for raw in self.unknown] + [(DECLINED, raw) for raw in self.declined]
        for slug, raw in listed:
            if table.setdefault(normalised(raw), by_slugs[(slug,)]) != by_slugs[(slug,)]:
                raise ValueError(f"attribute {self.name}: the raw value {raw!r} is listed twice")
        return table

    @property
    def absent(self) -> int:
        """Code of an attribute that was not sent."""
        return self._by_slugs[(UNKNOWN,)] + 1

    def encode(self, raw: Raw) -> int:
        """Code of a value that was sent; None is one (`absent` is for those that were not)."""
        if raw is None or raw == "":
            return self._by_slugs[(UNKNOWN,)]
        if isinstance(raw, str):
            code = self._by_raw.get(raw)
            return self._by_raw.get(normalised(raw), self._by_slugs[(OTHER,)]) if code is None else code
        if isinstance(raw, int | float):
            if not self.bands or not raw >= self.bands[0]:
                return self._by_slugs[(OTHER,)]
            return bisect_right(self.bands, raw) - 1
        return self._encode_several(raw)

    def _encode_several(self, raw: Iterable[str]) -> int:
        said = {self.codes[self.encode(one)].slugs[0] for one in raw}
        real = [slug for slug in (*self.slugs, OTHER) if slug in said and slug not in (UNKNOWN, DECLINED)]
        real = list(dict.fromkeys(real))
        if not real:
            return self._by_slugs[(DECLINED if DECLINED in said else UNKNOWN,)]
        if len(real) == 1:
            return self._by_slugs[(real[0],)]
        return self._by_slugs.get(tuple(real), self._by_slugs.get((TWO_OR_MORE,), self._by_slugs[(OTHER,)]))

    def raw_of(self, slug: str) -> str:
        """What a person reads for a subgroup: the first raw value listed, or the slug of a band or reserved group."""
        return self.values.get(slug, (slug,))[0]


@dataclass(frozen=True)
class Coding:
    """The attributes of one model, and the combinations of their codes.

    Examples
    --------
    >>> sex = AttributeCoding("sex", {"female": ("F",), "male": ("M",)})
    >>> age = AttributeCoding("age_band", bands=(0, 45, 90), source="age")
    >>> coding = Coding((sex, age))
    >>> combination = coding.encode({"sex": "M", "age": 50})
    >>> [code.slugs[0] for code in coding.read(combination)]
    ['male', '45_90']
    >>> coding.size
    36
    """

    attributes: tuple[AttributeCoding, ...]

    @property
    def size(self) -> int:
        """Number of combinations; every one is an integer from 0 to `size` - 1."""
        return prod(len(attribute.codes) for attribute in self.attributes)

    def encode(self, raw: Mapping[str, Raw]) -> int:
        """The combination of the raw values of one event; attributes that are not configured are ignored."""
        combination = 0
        for attribute in self.attributes:
            code = attribute.encode(raw[attribute.source]) if attribute.source in raw else attribute.absent
            combination = combination * len(attribute.codes) + code
        return combination

    @property
    def absent(self) -> int:
        """The combination of an event that sent no attribute."""
        return self.encode({})

    def split(self, combination: int) -> tuple[int, ...]:
        """The code of each attribute."""
        codes = []
        for attribute in reversed(self.attributes):
            combination, code = divmod(combination, len(attribute.codes))
            codes.append(code)
        return tuple(reversed(codes))

    def read(self, combination: int) -> tuple[Code, ...]:
        """What was said of each attribute."""
        return tuple(a.codes[c] for a, c in zip(self.attributes, self.split(combination), strict=True))
