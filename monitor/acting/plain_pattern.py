"""Regular expressions as people write them in silences, matched without backtracking; the rest is not known.

Way of an event: step 12, for the matchers of silences. Pure. Alertmanager speaks RE2, Python's `re` does not: it may
take for ever on what is harmless there, and knows other classes.
"""

from collections.abc import Callable
from typing import Final

LONGEST: Final = 1_000
"""Letters of a pattern, and of a text; beyond it nothing is known."""
DEEPEST: Final = 2
"""Repetitions within each other."""
MOST_INSIDE: Final = 20
"""Groups within each other."""

_SPECIAL: Final = frozenset("\\.+*?()|[]{}^$")
_CLASSES: Final[dict[str, Callable[[str], bool]]] = {
    "d": lambda one: one in "0123456789",
    "w": lambda one: one.isascii() and (one.isalnum() or one == "_"),
    "s": lambda one: one in "\t\n\f\r ",
}

Ends = Callable[[frozenset[int]], frozenset[int]]
"""From where a part may begin in the text to where it may end."""


class _Unknown(Exception):
    pass


def matches(pattern: str, text: str) -> bool | None:
    """Whether a pattern matches a whole text; None: it is beyond what is known here.

    Known are letters, ``.``, ``*``, ``+``, ``?``, ``|``, plain groups, sets like ``[a-z_]``, ``\\d``, ``\\w``, ``\\s``,
    and punctuation after a backslash.

    Examples
    --------
    >>> matches("(Fair|fair)drift.*", "FairdriftSubgroupDegraded"), matches("[a-f]+", "g"), matches("[[:alpha:]]+", "g")
    (True, False, None)

    References
    ----------
    RE2 syntax; Alertmanager anchors a matcher at both ends.
    """
    if max(len(pattern), len(text)) > LONGEST or "\n" in text:
        return None
    try:
        parser = _Parser(pattern, text)
        whole = parser.either(0)
        if parser.at != len(pattern):
            return None
    except _Unknown:
        return None
    return len(text) in whole(frozenset({0}))


class _Parser:
    """Makes of a pattern a function over places in one text."""

    def __init__(self, pattern: str, text: str) -> None:
        self._pattern, self._text, self.at, self._inside = pattern, text, 0, 0

    def either(self, depth: int) -> Ends:
        """Alternatives."""
        ways = [self._row(depth)]
        while self._next() == "|":
            self.at += 1
            ways.append(self._row(depth))
        return lambda starts: frozenset().union(*(way(starts) for way in ways))

    def _row(self, depth: int) -> Ends:
        parts: list[Ends] = []
        while self._next() not in ("", "|", ")"):
            parts.append(self._part(depth))

        def row(starts: frozenset[int]) -> frozenset[int]:
            for part in parts:
                starts = part(starts)
            return starts

        return row

    def _part(self, depth: int) -> Ends:
        began = self.at
        part = self._one(depth)
        if self._next() not in ("*", "+", "?"):
            return part
        if depth >= DEEPEST:
            raise _Unknown
        self.at = began
        part = self._one(depth + 1)
        sign = self._taken()
        if self._next() in ("*", "+", "?", "{"):
            raise _Unknown
        if sign == "?":
            return lambda starts: starts | part(starts)
        return _repeated(part, is_none_enough=sign == "*")

    def _one(self, depth: int) -> Ends:
        letter = self._taken()
        if letter == "(":
            self._inside += 1
            if self._next() == "?" or self._inside > MOST_INSIDE:
                raise _Unknown
            inner = self.either(depth)
            self._inside -= 1
            if self._taken() != ")":
                raise _Unknown
            return inner
        if letter == "[":
            return self._letter(self._set())
        if letter == ".":
            return self._letter(lambda _one: True)
        if letter == "\\":
            return self._letter(self._escaped())
        if letter in _SPECIAL:
            raise _Unknown
        return self._letter(letter.__eq__)

    def _escaped(self) -> Callable[[str], bool]:
        letter = self._taken()
        if letter in _CLASSES:
            return _CLASSES[letter]
        if not letter.isascii() or letter.isalnum() or letter.isspace():
            raise _Unknown
        return letter.__eq__

    def _set(self) -> Callable[[str], bool]:
        is_but = self._next() == "^"
        self.at += is_but
        ranges: list[tuple[str, str]] = []
        while not ranges or self._next() != "]":
            low = self._plain()
            high = low
            if self._next() == "-" and self._pattern[self.at + 1 : self.at + 2] != "]":
                self.at += 1
                high = self._plain()
            if high < low:
                raise _Unknown
            ranges.append((low, high))
        self.at += 1
        return lambda one: any(low <= one <= high for low, high in ranges) is not is_but

    def _plain(self) -> str:
        letter = self._taken()
        if letter in _SPECIAL - {"."} or letter in "&~-^":
            raise _Unknown
        return letter

    def _letter(self, holds: Callable[[str], bool]) -> Ends:
        text = self._text
        return lambda starts: frozenset(at + 1 for at in starts if at < len(text) and holds(text[at]))

    def _next(self) -> str:
        return self._pattern[self.at : self.at + 1]

    def _taken(self) -> str:
        letter = self._next()
        if not letter:
            raise _Unknown
        self.at += 1
        return letter


def _repeated(part: Ends, *, is_none_enough: bool) -> Ends:
    def repeated(starts: frozenset[int]) -> frozenset[int]:
        found = starts if is_none_enough else frozenset[int]()
        newest = part(starts) - found
        while newest:
            found |= newest
            newest = part(newest) - found
        return found

    return repeated
