"""The JSON text inside a record's value: unpacked, without schema-registry framing, within its limits.

Way of an event: step 2, before anything is read. Pure.
"""

import re
import zlib
from collections.abc import Sequence
from operator import attrgetter, itemgetter
from typing import Final, Literal

import msgspec

from monitor.intake.refusal import Refused
from monitor.ports import Record

LARGEST_BYTES: Final = 65_536
"""Of a value, packed and unpacked."""

DEEPEST: Final = 16
"""Objects and lists inside one another; the event itself is the first."""

FAULTS: Final = (msgspec.MsgspecError, ValueError, RecursionError)
"""What a msgspec decoder raises for bytes that it does not take: bad UTF-8 and numbers of 5,000 digits, too."""

_OPENS: Final = ord("{")
_VALUE: Final = attrgetter("value")
_FIRST: Final = itemgetter(0)
_GZIP: Final = b"\x1f\x8b"
_FRAME: Final = 5
"""Schema-registry framing: a byte 0 and four bytes of schema id."""

_MARKS: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)

_fields_of = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_anything_of = msgspec.json.Decoder().decode


def body_of(record: Record) -> bytes:
    """The JSON text of a record, not yet looked into; gzip is known by its first bytes, with or without its header.

    Raises
    ------
    Refused
        `empty`, `too_large`, `bad_framing`, `unsupported_schema`.
    """
    value = record.value
    if not value:
        raise Refused("empty")
    if len(value) > LARGEST_BYTES:
        raise Refused("too_large")
    return value if value[0] == _OPENS else _unwrapped(bytes(value), record.headers)


def bodies_of(records: Sequence[Record]) -> list[bytes]:
    """`body_of` for many; empty where it refuses."""
    values = list(map(_VALUE, records))
    try:
        is_plain = set(map(_FIRST, values)) == {_OPENS} and max(map(len, values)) <= LARGEST_BYTES
    except (IndexError, TypeError):  # one is empty
        is_plain = False
    return values if is_plain else [_body_or_nothing(record) for record in records]


def _body_or_nothing(record: Record) -> bytes:
    try:
        return body_of(record)
    except Refused:
        return b""


def _unwrapped(value: bytes, headers: Sequence[tuple[str, bytes]]) -> bytes:
    if value.startswith(_GZIP):
        value = _unpacked(value)
    is_framed = value.startswith(b"\0")
    body = value[_FRAME:] if is_framed else value
    if body.lstrip(b" \t\r\n")[:1] in (b"{", b"["):
        return body
    said = dict(headers)
    content_type = said.get("content-type") or b""
    if is_framed or "__value_schema_id" in said or b"avro" in content_type or b"protobuf" in content_type:
        raise Refused("unsupported_schema")
    if (said.get("content-encoding") or b"identity") not in (b"identity", b"gzip"):
        raise Refused("bad_framing")
    return body


def _unpacked(value: bytes) -> bytes:
    """What one gzip member holds; never more than the limit is unpacked."""
    unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        body = unpacker.decompress(value, LARGEST_BYTES + 1)
    except zlib.error as error:
        raise Refused("bad_framing") from error
    if len(body) > LARGEST_BYTES:
        raise Refused("too_large")
    if not unpacker.eof or unpacker.unused_data:
        raise Refused("bad_framing")
    if not body:
        raise Refused("empty")
    return body


def fields_of(body: bytes) -> dict[str, msgspec.Raw]:
    """The fields of a JSON object, each still raw; all of the text is within the limits and well formed.

    >>> sorted(fields_of(b'{"a": 1, "b": [2]}'))
    ['a', 'b']
    >>> fields_of(b'{"a": NaN}')
    Traceback (most recent call last):
    ...
    monitor.intake.refusal.Refused: ('not_json', None)

    Raises
    ------
    Refused
        `too_deep`, `not_json`, `not_object`.
    """
    body = bytes(body)
    check_text(body)
    try:
        return _fields_of(body)
    except FAULTS as error:
        raise Refused(_not_an_object(body)) from error


def check_text(body: bytes, deepest: int = DEEPEST) -> None:
    """Refuse what is nested deeper, and what is not UTF-8: decoders skip strings of dropped fields unread."""
    if body.count(b"{") + body.count(b"[") > deepest and _is_deeper(body, deepest):
        raise Refused("too_deep")
    if not body.isascii():
        try:
            body.decode()
        except UnicodeDecodeError as error:
            raise Refused("not_json") from error


def _is_deeper(body: bytes, deepest: int) -> bool:
    depth = 0
    for mark in _MARKS.finditer(body):
        if mark[0] in (b"{", b"["):
            depth += 1
            if depth > deepest:
                return True
        elif mark[0] in (b"}", b"]"):
            depth -= 1
    return False


def _not_an_object(body: bytes) -> Literal["not_json", "not_object"]:
    try:
        is_object = isinstance(_anything_of(body), dict)
    except FAULTS:
        return "not_json"
    return "not_json" if is_object else "not_object"
