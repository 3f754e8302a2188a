"""What a rule is: a function of a section that yields what a person must change. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from monitor.settings.model import FeedSettings, ModelSettings
from monitor.settings.problems import Path


class Finding(NamedTuple):
    """What is wrong: where (below the section that was looked at), what, and what to do."""

    path: Path
    message: str
    fix: str = ""
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """A section and what its rules may look at.

    `plain` is the section as written; `feeds` and `models` hold, by name, the valid parts of all others. `now_ms` is
    wall time, None where the settings are read for another time than now.
    """

    name: str
    section: Any
    plain: Mapping[str, Any]
    feeds: Mapping[str, FeedSettings] = field(default_factory=dict)
    models: Mapping[str, ModelSettings] = field(default_factory=dict)
    now_ms: int | None = None


Rule = tuple[tuple[str, ...], Callable[[Given], Iterable[Finding]]]
"""The fields that must be valid, and the function."""


def has(section: Any, *names: str) -> bool:
    """Whether these fields are valid; a dot leads into a section below.

    >>> from types import SimpleNamespace
    >>> section = SimpleNamespace(windows=SimpleNamespace(pane_ms=1))
    >>> has(section, "windows.pane_ms"), has(section, "windows.pane_ms", "windows.published")
    (True, False)
    """
    for name in names:
        part = section
        for step in name.split("."):
            if not hasattr(part, step):
                return False
            part = getattr(part, step)
    return True


def findings(rules: Iterable[Rule], given: Given) -> Iterator[Finding]:
    """What the rules find whose needs are met."""
    for needs, find in rules:
        if has(given.section, *needs):
            yield from find(given)
