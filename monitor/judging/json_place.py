"""Where something stands in a JSON text: an error names the line, not only the path.

Way of an event: before the first one. Pure.
"""

import json
import re
from collections.abc import Sequence
from typing import Final

_SPACE: Final = re.compile(r"[\s,:]*")
_STEP: Final = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+)\]")
_READ: Final = json.JSONDecoder().raw_decode


def steps_of(path: str) -> list[str | int]:
    """The steps of a path as msgspec writes it.

    >>> steps_of("$.cells[12].n")
    ['cells', 12, 'n']
    """
    return [name or int(number) for name, number in _STEP.findall(path)]


def line_of(text: str, path: Sequence[str | int]) -> int:
    """The line (from 1) of what stands at a path, of the nearest thing above it if nothing does.

    >>> line_of('{"a": 1,\\n "b": [10,\\n 20]}', ["b", 1])
    3
    """
    at = _skip(text, 0)
    try:
        for step in path:
            found = _member(text, at, step)
            if found is None:
                break
            at = found
    except (ValueError, IndexError):
        pass  # not JSON: as far as it was
    return text.count("\n", 0, at) + 1


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return at if found is None else found.end()


def _member(text: str, at: int, step: str | int) -> int | None:
    """Where the value of a key, or the nth item, begins; None if there is none."""
    if text[at] != ("{" if isinstance(step, str) else "["):
        return None
    at, number = _skip(text, at + 1), 0
    while text[at] not in "}]":
        key: object = number
        if isinstance(step, str):
            key, at = _READ(text, at)
            at = _skip(text, at)
        if key == step:
            return at
        _, at = _READ(text, at)
        at, number = _skip(text, at), number + 1
    return None
