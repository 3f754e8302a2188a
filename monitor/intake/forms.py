"""What events of one kind look like on one topic: the fast decoder, the tolerant one, and the one that finds the fault.

Way of an event: step 2, on behalf of `flat`. Pure.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec
from msgspec import inspect, structs

from monitor.intake.body import FAULTS
from monitor.intake.reading import Reading
from monitor.intake.refusal import Reason, Refused
from monitor.intake.wire import FIELDS, Kind

_REASONS: Final[dict[str, Reason]] = {"model": "unknown_model", "event_time": "bad_time", "type": "unknown_type"}
"""Why a field is refused whose type is right; others: `bad_value`."""

_NUMBER: Final = "number"


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    is_must: bool
    takes: frozenset[str]
    decode: Callable[[msgspec.Raw], Any]


class Form:
    """One kind of event as one topic carries it.

    Parameters
    ----------
    reading, kind
        The topic, and the kind of event.

    Attributes
    ----------
    strict
        Decodes what has no unknown field: the fast way, and the usual one. Raises one of `FAULTS` for all else.
    tolerant
        The same, and drops unknown fields; the text must have been checked, because it does not read what it drops.
    """

    def __init__(self, reading: Reading, kind: Kind) -> None:
        types = _types(reading, kind)
        fields = [(name, kind_of, None) if may else (name, kind_of) for name, (kind_of, may) in types.items()]
        strict = msgspec.defstruct(kind, fields, kw_only=True, gc=False, forbid_unknown_fields=True)
        self._said = msgspec.defstruct(kind, fields, kw_only=True, gc=False)
        self._fields = tuple(_field(name, kind_of, not may) for name, (kind_of, may) in types.items())
        self.names = frozenset(types)
        self.strict: Callable[[bytes], Any] = msgspec.json.Decoder(strict).decode
        self.tolerant: Callable[[bytes], Any] = msgspec.json.Decoder(self._said).decode

    def exact(self, sent: Mapping[str, msgspec.Raw]) -> Any:
        """The same from the raw fields, one by one, in the order of `wire`.

        Raises
        ------
        Refused
            for the first field that is missing or wrong.
        """
        values = {}
        for field in self._fields:
            raw = bytes(sent.get(field.name, b"null"))
            if raw != b"null":
                values[field.name] = _value(field, raw)
            elif field.is_must:
                raise Refused("missing_field", field.name)
        return self._said(**values)


def _types(reading: Reading, kind: Kind) -> dict[str, tuple[Any, bool]]:
    """Name of each field -> its type on this topic, and whether it may be left out."""
    types: dict[str, tuple[Any, bool]] = {}
    names_its_model = kind == "inference" or reading.id_scope == "model"
    for field in structs.fields(FIELDS[kind]):
        type_, may = field.type, not field.required
        if field.name == "model":
            type_, may = Literal[tuple(model.name for model in reading.models)], True
            may = reading.fixed_model is not None or not names_its_model
        elif field.name == "revision":
            type_ = str  # its pattern is checked once a revision, by `makers`
        elif field.name == "event_time":
            may = reading.adapter == "cloudevents"  # whose envelope has a time, too
        elif field.name == "attributes":
            if reading.attributes_apart and kind == "inference":
                continue
            type_, may = msgspec.Raw, False
        types[field.name] = (type_ | None if may else type_, may)
    return types


def _field(name: str, type_: Any, is_must: bool) -> _Field:
    takes = _takes(inspect.type_info(type_))
    if name == "event_time":
        takes |= {_NUMBER}  # 1.7e12 is a time, badly written
    return _Field(name, is_must, takes, msgspec.json.Decoder(type_).decode)


def _takes(info: inspect.Type) -> frozenset[str]:
    """The kinds of JSON value of a type."""
    match info:
        case inspect.Metadata(type=inner):
            return _takes(inner)
        case inspect.UnionType(types=types):
            return frozenset().union(*map(_takes, types))
        case inspect.LiteralType(values=values):
            return frozenset("integer" if isinstance(value, int) else "string" for value in values)
        case inspect.FloatType():
            return frozenset({"integer", _NUMBER})
        case inspect.IntType():
            return frozenset({"integer"})
        case inspect.BoolType():
            return frozenset({"boolean"})
        case inspect.RawType():
            return frozenset({"object", "array", "string", "integer", _NUMBER, "boolean"})
        case inspect.StrType():
            return frozenset({"string"})
        case _:  # null is not sent
            return frozenset()


def _kind(raw: bytes) -> str:
    """What kind of JSON value a text is.

    >>> [_kind(raw) for raw in (b'"1"', b"1", b"1.0", b"-1e3", b"true", b"{}", b"[]")]
    ['string', 'integer', 'number', 'number', 'boolean', 'object', 'array']
    """
    known = {b'"': "string", b"t": "boolean", b"f": "boolean", b"{": "object", b"[": "array"}.get(raw[:1])
    return known or (_NUMBER if b"." in raw or b"e" in raw or b"E" in raw else "integer")


def _value(field: _Field, raw: bytes) -> Any:
    if _kind(raw) not in field.takes:
        raise Refused("wrong_type", field.name)
    try:
        return field.decode(msgspec.Raw(raw))
    except FAULTS as error:
        raise Refused(_REASONS.get(field.name, "bad_value"), field.name) from error
