"""One audit entry as one line of canonical JSON that names the line before it.

Way of an event: step 13. Pure. The hash of a line covers the hash before it: none changes without all that follow.
"""

import json
from hashlib import sha256
from typing import Any, Final

import msgspec

from monitor.acting.canonical import canonical, floats_as_text
from monitor.acting.entries import Entry

VERSION: Final = 1
START: Final = "sha256:" + "0" * 64
"""What the first line names as the line before it."""


class BadLine(ValueError):
    """A line that is no entry in canonical form. The message says what is wrong, and quotes nothing of it."""


def line_of(entry: Entry, previous: str) -> bytes:
    """The line of an entry, without the newline at its end.

    Floats in `details` are written as text, so that they have one form; they come back as text.

    Parameters
    ----------
    previous
        Hash of the line before; `START` for the first.

    Raises
    ------
    NotCanonical
        for what has no one form: NaN and infinities, integers beyond 2**53 - 1.

    Examples
    --------
    >>> from monitor.acting.entries import Kind
    >>> line_of(Entry(seq=1, at_ms=0, kind=Kind.STARTED, actor="fairdrift"), START)[:61]
    b'{"actor":"fairdrift","at_ms":0,"kind":"started","previous":"s'
    """
    fields = floats_as_text(msgspec.to_builtins(entry))
    return canonical({**fields, "previous": previous, "v": VERSION})


def hash_of(line: bytes) -> str:
    """What the next line names: SHA-256 of a line's bytes."""
    return f"sha256:{sha256(line).hexdigest()}"


def read_line(line: bytes) -> tuple[Entry, str]:
    """The entry of a line, and the hash it names.

    Raises
    ------
    BadLine
        for anything else than the bytes that `line_of` would write: a space more is another line.
    """
    try:
        fields: Any = json.loads(line)
        is_canonical = canonical(fields) == line
    except (ValueError, RecursionError) as error:
        raise BadLine("it is not JSON in canonical form") from error
    if not is_canonical or not isinstance(fields, dict):
        raise BadLine("it is not an object of JSON in canonical form")
    if fields.pop("v", None) != VERSION:
        raise BadLine(f"it is not of version {VERSION}")
    previous = fields.pop("previous", None)
    if not isinstance(previous, str):
        raise BadLine("it names no line before it")
    try:
        entry = msgspec.convert(fields, Entry)
    except msgspec.ValidationError as error:
        raise BadLine(f"it is no entry: {error}") from error
    if line_of(entry, previous) != line:
        raise BadLine("it holds more than an entry does")
    return entry, previous
