"""Foreign records -> canonical JSON v1, by a table of paths.

Way of an event: step 2, before `flat`. Pure.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from monitor.events import Event
from monitor.intake.body import FAULTS, body_of, check_text
from monitor.intake.flat import FlatReader
from monitor.intake.reading import Mapped
from monitor.intake.refusal import Refused
from monitor.ports import Record

ATTRIBUTE: Final = "attributes."
HEADER: Final = "headers."
KEY: Final = "key"

_STEP: Final = re.compile(r"([^.\[\]]+)((?:\[\d{1,6}\])*)")

_anything_of = msgspec.json.Decoder().decode


class MappingOpener:
    """Opens foreign records: writes the canonical JSON of each.

    A path that leads nowhere is a field that was not sent: then the event is refused iff it needs the field. A value
    that its map does not know is `bad_value`.

    Parameters
    ----------
    mapping
        Field of the event -> where it stands.
    flat
        Reads the canonical JSON.

    Raises
    ------
    ValueError
        for a path that cannot be read.

    Examples
    --------
    >>> from collections import namedtuple
    >>> from monitor.intake.reading import ModelReading, Reading
    >>> from monitor.vocabulary import AttributeCoding, Coding
    >>> Kafka = namedtuple("Kafka", "value key headers")
    >>> mapping = {
    ...     "prediction_id": Mapped("encounter.id"),
    ...     "label": Mapped("readmitted[0]", values={"Y": 1, "N": 0}),
    ... }
    >>> coding = Coding((AttributeCoding("sex", {"female": ("F",), "male": ("M",)}),))
    >>> reading = Reading("outcome", (ModelReading("readmission", coding),), adapter="mapping", mapping=mapping)
    >>> opener = MappingOpener(mapping, FlatReader(reading))
    >>> opener.bodies([Kafka(b'{"encounter": {"id": "p1"}, "readmitted": ["Y"]}', None, [])])
    [b'{"prediction_id":"p1","label":1}']
    """

    def __init__(self, mapping: Mapping[str, Mapped], flat: FlatReader) -> None:
        self._flat = flat
        self._places = [_place(field, mapped) for field, mapped in mapping.items()]
        self._has_attributes = any(field.startswith(ATTRIBUTE) for field in mapping)

    def bodies(self, records: Sequence[Record]) -> list[bytes]:
        """As `Opener`."""
        return [self._body_or_nothing(record) for record in records]

    def read(self, record: Record) -> Event:
        """As `Opener`."""
        return self._flat.read(self._rewritten(record))

    def _body_or_nothing(self, record: Record) -> bytes:
        try:
            return self._rewritten(record)
        except Refused:
            return b""

    def _rewritten(self, record: Record) -> bytes:
        body = body_of(record)
        check_text(body)
        try:
            foreign = _anything_of(body)
        except FAULTS as error:
            raise Refused("not_json") from error
        if not isinstance(foreign, dict):
            raise Refused("not_object")
        event: dict[str, Any] = {"attributes": {}} if self._has_attributes else {}
        for place in self._places:
            field, value = place.field, place.find(record, foreign)
            if field.startswith(ATTRIBUTE):
                event["attributes"][field.removeprefix(ATTRIBUTE)] = value
            elif value is not None:
                event[field] = value
        return msgspec.json.encode(event)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the value of one field stands, read once from its `Mapped`."""

    field: str
    mapped: Mapped
    header: str | None = None
    steps: tuple[str | int, ...] = ()

    def find(self, record: Record, foreign: Mapping[str, Any]) -> Any:
        """The value there; None if there is none."""
        value, values = self._raw(record, foreign), self.mapped.values
        if value is None or values is None:
            return value
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        if text not in values:
            raise Refused("bad_value", self.field)
        return values[text]

    def _raw(self, record: Record, foreign: Mapping[str, Any]) -> Any:
        if self.mapped.path is None:
            return self.mapped.const
        if self.mapped.path == KEY:
            return _text(record.key)
        if self.header is not None:
            return _text(dict(record.headers).get(self.header))
        value: Any = foreign
        for step in self.steps:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value


def _place(field: str, mapped: Mapped) -> _Place:
    path = mapped.path
    if path is None or path == KEY:
        return _Place(field, mapped)
    if path.startswith(HEADER):
        return _Place(field, mapped, header=path.removeprefix(HEADER))
    return _Place(field, mapped, steps=_steps(field, path))


def _steps(field: str, path: str) -> tuple[str | int, ...]:
    """Names and places of a path, in order.

    >>> _steps("label", "a.b[0][1].c")
    ('a', 'b', 0, 1, 'c')
    """
    steps: list[str | int] = []
    for part in path.split("."):
        match = _STEP.fullmatch(part)
        if match is None:
            raise ValueError(f"mapping of {field}: {path!r} is no path; write it like a.b[0], headers.x or key")
        steps.append(match[1])
        steps += [int(place) for place in re.findall(r"\d+", match[2])]
    return tuple(steps)


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else bytes(raw).decode("utf-8", "replace")
