"""Problems of a settings file, and how they print: where, what, the line itself, what to do. Pure.

Lines that may hold a secret are never printed.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

Step = str | int
Path = tuple[Step, ...]

_SECRET: Final = re.compile(r"(password|passwd|secret|token|credential)s?[\"']?\s*:\s*[^\s{]", re.IGNORECASE)
_WIDEST: Final = 120
_MOST_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the file: line and column from 1, or the environment variable that gave the value; 0 and "": none."""

    line: int = 0
    column: int = 0
    variable: str = ""


NOWHERE: Final = Place()


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that a person must change.

    Parameters
    ----------
    path
        Of the setting: names and list places. Empty for the file as a whole.
    message
        What is wrong.
    fix
        What to do; empty if the message says it.
    place
        Where it stands.
    secret_lines
        Lines that may hold a secret: no problem prints them.
    """

    path: Path
    message: str
    fix: str = ""
    place: Place = NOWHERE
    secret_lines: frozenset[int] = field(default=frozenset())


class SettingsError(Exception):
    """The settings cannot be used; `str` shows every problem.

    Parameters
    ----------
    source
        Name of the file.
    problems
        All of them, at least one.
    text
        What the file holds, to show its lines; empty if it could not be read.

    Examples
    --------
    >>> problem = Problem(("kafka", "client"), 'unknown client "kafa"', "did you mean kafka_python?", Place(2, 11))
    >>> print(SettingsError("fairdrift.yaml", [problem], "kafka:\\n  client: kafa\\n"))
    fairdrift.yaml:2:11: kafka.client: unknown client "kafa"
       2 |   client: kafa
         |           ^ did you mean kafka_python?
    """

    def __init__(self, source: str, problems: Sequence[Problem], text: str = "") -> None:
        self.source = source
        self.problems = tuple(sorted(problems, key=lambda one: (one.place.line, one.place.column, path_text(one.path))))
        self._lines = text.splitlines()
        self._hidden = frozenset[int]().union(*(problem.secret_lines for problem in self.problems))
        super().__init__(source, self.problems)

    def __str__(self) -> str:
        return "\n".join(self._printed(problem) for problem in self.problems)

    def _printed(self, problem: Problem) -> str:
        place, where = problem.place, self.source
        if place.variable:
            where = f"environment variable {place.variable}"
        elif place.line:
            where = f"{self.source}:{place.line}:{place.column}"
        first = ": ".join(part for part in (where, path_text(problem.path), problem.message) if part)
        if not 0 < place.line <= len(self._lines):
            return f"{first} ({problem.fix})" if problem.fix else first
        line, caret = _excerpt(self._lines[place.line - 1], place.column)
        if place.line in self._hidden or _SECRET.search(self._lines[place.line - 1]):
            line, caret = "(not shown: this line may hold a secret)", 0
        pointer = f"     | {' ' * caret}^ {problem.fix}".rstrip()
        return f"{first}\n{place.line:4} | {line}\n{pointer}"


def _excerpt(line: str, column: int) -> tuple[str, int]:
    """The part of a line around a column, free of control characters; and where the column stands in it."""
    start = max(0, column - _WIDEST + 20)
    end = start + _WIDEST
    clean = "".join(char if char.isprintable() else " " for char in line[start:end]).rstrip()
    before, after = ("..." if start else ""), ("..." if len(line.rstrip()) > end else "")
    return f"{before}{clean}{after}", len(before) + column - 1 - start


def path_text(path: Path) -> str:
    """A path as people write it.

    >>> path_text(("models", "readmission", "metrics", 1))
    'models.readmission.metrics[1]'
    """
    return "".join(f"[{step}]" if isinstance(step, int) else f".{shown_name(step)}" for step in path).removeprefix(".")


def shown_name(name: str) -> str:
    """A name free of control characters, at most 50 characters long."""
    clean = "".join(char if char.isprintable() else "?" for char in name)
    return clean if len(clean) <= _MOST_SHOWN else f"{clean[:_MOST_SHOWN]}..."


def shown(value: object) -> str:
    """A value as it may be quoted in a sentence.

    >>> shown("yes"), shown(3), shown(None), shown([1]), shown({})
    ('"yes"', '3', 'nothing', 'a list', 'a section')
    """
    if isinstance(value, str):
        return f'"{shown_name(value)}"'
    if isinstance(value, dict):
        return "a section"
    if isinstance(value, list | tuple):
        return "a list"
    return "nothing" if value is None else json.dumps(value)


def did_you_mean(word: object, known: Sequence[str]) -> str:
    """The known word that was probably meant; else all of them.

    >>> did_you_mean("fales", ["false", "true"]), did_you_mean("x", ["false", "true"])
    ('did you mean false?', 'one of: false, true')
    """
    by_fold = {one.lower(): one for one in known}
    near = get_close_matches(str(word).lower(), by_fold, n=1)
    return f"did you mean {by_fold[near[0]]}?" if near else f"one of: {', '.join(known)}"
