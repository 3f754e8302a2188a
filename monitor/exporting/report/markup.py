"""HTML and SVG as values: whatever is not markup yet is escaped, so that no value can become markup.

Way of an event: after its end. Pure.
"""

from collections.abc import Iterable
from html import escape
from typing import Final, TypeAlias

Child: TypeAlias = "str | Iterable[Child] | None"
Attribute = str | float | bool | None

_VOID: Final = {"input", "link", "meta"}
"""Elements that hold nothing and are not closed."""


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


def join(*children: Child) -> Markup:
    """Children one after another; None is nothing, what is not `Markup` is escaped.

    >>> join("a < b", None, [Markup("<br>"), "&"])
    'a &lt; b<br>&amp;'
    """
    return Markup("".join(_texts(children)))


def tag(name: str, /, *children: Child, **attributes: Attribute) -> Markup:
    """An element. ``class_`` is ``class``, ``_`` is ``-``; None and False leave an attribute out, True leaves it bare.

    >>> tag("p", "<b>", class_="x", data_sort=0.5, hidden=True, title=None)
    '<p class="x" data-sort="0.5" hidden>&lt;b&gt;</p>'
    >>> tag("rect", x=1, width=2.123456)
    '<rect x="1" width="2.12"></rect>'
    """
    start = f"<{name}{''.join(_attributes(attributes))}>"
    return Markup(start if name in _VOID else f"{start}{join(*children)}</{name}>")


def _texts(children: Iterable[Child]) -> Iterable[str]:
    for child in children:
        if isinstance(child, Markup):
            yield child
        elif isinstance(child, str):
            yield escape(child)
        elif child is not None:
            yield from _texts(child)


def _attributes(attributes: dict[str, Attribute]) -> Iterable[str]:
    for name, value in attributes.items():
        key = name.rstrip("_").replace("_", "-")
        if value is True:
            yield f" {key}"
        elif isinstance(value, float):
            yield f' {key}="{f"{value:.2f}".rstrip("0").rstrip(".")}"'
        elif value is not None and value is not False:
            yield f' {key}="{escape(str(value))}"'
