"""The protected attributes of one event -> one combination for each model that reads them.

Way of an event: step 2. No raw value gets past here. Pure.
"""

from collections.abc import Sequence
from typing import Final, TypeVar

import msgspec

from monitor.intake.body import DEEPEST, FAULTS, check_text
from monitor.intake.refusal import Refused
from monitor.intake.wire import MOST_ATTRIBUTES, MOST_VALUES
from monitor.vocabulary import Coding, Raw

_MOST_KEPT: Final = 16_384
_LONGEST_KEPT: Final = 512

_LONGEST_VALUE: Final = 256
_UNLISTED: Final = "\0"
"""Stands for a longer value, which no vocabulary lists: normalising one takes time with the square of its length."""

V = TypeVar("V", str, float, None)

_raws_of = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_value_of = msgspec.json.Decoder(str | float | list[str] | None).decode


class Combinations(dict[bytes, tuple[int, ...]]):
    """Looked up by the JSON text of `attributes`: streams say the same few thousand things, so most are known.

    Parameters
    ----------
    codings
        The attributes of each model; a combination is given for each, in this order.

    Raises
    ------
    Refused
        while looking up; nothing is kept then.

    Examples
    --------
    >>> from monitor.vocabulary import AttributeCoding
    >>> sex = AttributeCoding("sex", {"female": ("F",), "male": ("M",)})
    >>> age = AttributeCoding("age_band", bands=(0, 45, 90), source="age")
    >>> combinations = Combinations([Coding((sex, age))])
    >>> combinations[b'{"sex": "M", "age": 50, "name": "dropped"}']
    (7,)
    >>> combinations[b'{"sex": 1}']
    Traceback (most recent call last):
    ...
    monitor.intake.refusal.Refused: ('wrong_type', 'attributes.sex')
    """

    def __init__(self, codings: Sequence[Coding]) -> None:
        super().__init__()
        self._codings = tuple(codings)

    def __missing__(self, text: bytes) -> tuple[int, ...]:
        raws = _raws(text)
        found = tuple(coding.encode(_values(raws, coding)) for coding in self._codings)
        if len(text) <= _LONGEST_KEPT:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[text] = found
        return found


def _raws(text: bytes) -> dict[str, msgspec.Raw]:
    if text == b"null":
        raise Refused("missing_field", "attributes")
    check_text(text, DEEPEST - 1)
    try:
        raws = _raws_of(text)
    except FAULTS as error:
        raise Refused("wrong_type", "attributes") from error
    if len(raws) > MOST_ATTRIBUTES:
        raise Refused("too_deep", "attributes")
    return raws


def _values(raws: dict[str, msgspec.Raw], coding: Coding) -> dict[str, Raw]:
    """The values that a model reads, each of a type its attribute may have."""
    values: dict[str, Raw] = {}
    for attribute in coding.attributes:
        raw = raws.get(attribute.source)
        if raw is None:
            continue
        first, field = bytes(raw)[:1], f"attributes.{attribute.source}"
        is_number = first in b"-0123456789"
        if not (first in (b'"', b"[", b"n") or (is_number and attribute.bands)):
            raise Refused("wrong_type", field)
        try:
            value = _value_of(raw)
        except FAULTS as error:
            raise Refused("wrong_type" if first == b"[" else "bad_value", field) from error
        if isinstance(value, list) and len(value) > MOST_VALUES:
            raise Refused("too_deep", field)
        values[attribute.source] = [_short(one) for one in value] if isinstance(value, list) else _short(value)
    return values


def _short(value: V) -> V | str:
    return _UNLISTED if isinstance(value, str) and len(value) > _LONGEST_VALUE else value
