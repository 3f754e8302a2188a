"""Sections `attributes` and `subgroups` of a model: which groups of people are told apart. Pure."""

from typing import Literal

from monitor.settings.fields import Many, Section, Text, setting
from monitor.settings.vocabulary_files import Vocabulary


class AttributeSettings(Section):
    """One protected attribute: exactly one of `vocabulary`, `values` and `bands` says what its values mean."""

    vocabulary: Vocabulary | None = setting(
        "A list of values that ships with fairdrift.", default=None, why="`values` or `bands` may stand instead."
    )
    values: dict[str, Many[Text]] | None = setting(
        "Subgroup -> raw values that mean it.", default=None, why="`vocabulary` or `bands` may stand instead."
    )
    bands: Many[float] | None = setting(
        "Rising lower edges of half-open bands of a number; the last band is open.",
        default=None,
        why="`vocabulary` or `values` may stand instead.",
    )
    source: Text | None = setting(
        "Field of the event's `attributes` that is read.", default=None, why="The attribute's own name is read."
    )
    multiple: Literal["combined", "each"] = setting(
        "What several values mean: the subgroup `two_or_more`, or membership of each.",
        default="combined",
        why="Then the subgroups of an attribute add up to everyone.",
    )
    unknown: Many[Text] = setting(
        "Raw values that mean 'not known'.", default=(), why="A missing value and null mean it always."
    )
    declined: Many[Text] = setting(
        "Raw values that mean 'would not say'.", default=(), why="No code for it is used everywhere."
    )


class SubgroupSettings(Section):
    """Which crossings of attributes are watched, and how small a shown group may be."""

    depth: int = setting(
        "Deepest crossing of all attributes: 1 for single attributes, 2 for pairs.",
        default=2,
        why="Harm often hides in a pair where both single attributes look fine.",
        ge=1,
        le=8,
    )
    also: Many[Many[Text]] = setting(
        "Further crossings by name.", default=(), why="Each one costs evidence: every stream shares the budget."
    )
    min_cell: int = setting(
        "Counts of 1 to one less than this are neither shown nor derivable.",
        default=11,
        why="The cell size policy of the U.S. Centers for Medicare and Medicaid Services.",
        ge=1,
    )
