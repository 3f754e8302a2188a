"""How subgroups are named in files and reports: by the raw values that the owner of the data knows.

Way of an event: step 9. Pure.
"""

from typing import NamedTuple

from monitor.counting.lattice import CROSS, OVERALL
from monitor.vocabulary import Coding

EVERYONE = "*"


class Name(NamedTuple):
    """Attribute and value as in the counts files: ``*`` is everyone, a crossing is ``a&b``, ``x&y``."""

    attribute: str
    value: str


class Names:
    """Names of the subgroups of one model.

    Parameters
    ----------
    coding
        Its attributes. A value is called by the first raw value listed for its slug; a band, a reserved group, and a
        value whose raw form is the slug of another, by the slug. So is, in a crossing, one with an ``&`` of its own.

    Examples
    --------
    >>> from monitor.vocabulary import AttributeCoding
    >>> sex = AttributeCoding("sex", {"female": ("F", "female"), "male": ("M",)})
    >>> names = Names(Coding((sex, AttributeCoding("age_band", bands=(0, 65)))))
    >>> names.of("sex", "female"), names.of("sex__age_band", "male__65_plus"), names.of("sex", "other").value
    (Name(attribute='sex', value='F'), Name(attribute='sex&age_band', value='M&65_plus'), 'other')
    >>> both = AttributeCoding("unit", {"icu": ("A&E",)})
    >>> crossed = Names(Coding((both, sex)))
    >>> crossed.of("unit", "icu").value, crossed.of("unit__sex", "icu__male").value
    ('A&E', 'icu&M')
    >>> names.of("overall", "overall")
    Name(attribute='*', value='*')
    >>> names.text("sex__age_band", "male__65_plus"), names.text("overall", "overall")
    ('sex = M and age_band = 65_plus', 'everyone')
    """

    def __init__(self, coding: Coding) -> None:
        self._raw: dict[tuple[str, str], str] = {}
        for attribute in coding.attributes:
            for slug in attribute.slugs:
                raw = attribute.raw_of(slug)
                self._raw[attribute.name, slug] = slug if raw in attribute.slugs else raw

    def of(self, attribute: str, subgroup: str) -> Name:
        """The name of a subgroup given by its labels. KeyError for one that the attributes do not have."""
        pairs = self._pairs(attribute, subgroup)
        if not pairs:
            return Name(EVERYONE, EVERYONE)
        values = [value for _, value in pairs]
        if len(pairs) > 1:
            slugs = subgroup.split(CROSS)
            values = [slug if "&" in value else value for value, slug in zip(values, slugs, strict=True)]
        return Name("&".join(name for name, _ in pairs), "&".join(values))

    def text(self, attribute: str, subgroup: str) -> str:
        """A subgroup for people to read. KeyError as `of`."""
        return " and ".join(" = ".join(pair) for pair in self._pairs(attribute, subgroup)) or "everyone"

    def _pairs(self, attribute: str, subgroup: str) -> list[tuple[str, str]]:
        if attribute == OVERALL:
            return []
        slugs = zip(attribute.split(CROSS), subgroup.split(CROSS), strict=True)
        return [(name, self._raw[name, slug]) for name, slug in slugs]
