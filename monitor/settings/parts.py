"""What of a faulty section is valid by itself, so that rules between settings report together with slips. Pure."""

from functools import cache
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError, create_model

from monitor.settings.fields import Section
from monitor.settings.shape import bare, section_of

S = TypeVar("S", bound=BaseModel)


@cache
def _alone(section: type[BaseModel], name: str) -> type[Section]:
    """A section with one field of another section, just as strict."""
    field = section.model_fields[name]
    fields: dict[str, Any] = {name: (field.annotation, field)}
    return create_model(section.__name__, __base__=Section, **fields)


def valid_parts(section: type[S], given: Any) -> S:
    """The section with only those fields that are valid by themselves; the others are no attributes of it.

    A faulty section below is kept with its own valid parts, a faulty mapping with its valid entries.

    >>> from monitor.settings.sections.state import StateSettings
    >>> part = valid_parts(StateSettings, {"dir": 5, "max_pending": 7})
    >>> hasattr(part, "dir"), part.max_pending
    (False, 7)
    """
    given = given if isinstance(given, dict) else {}
    part = section.model_construct()
    for name, field in section.model_fields.items():
        key = field.alias or name
        try:
            alone = _alone(section, name).model_validate({key: given[key]} if key in given else {})
            part.__dict__[name] = getattr(alone, name)
        except ValidationError:
            part.__dict__.pop(name, None)
            if isinstance(given.get(key), dict):
                part.__dict__.update(_what_is_left(name, field.annotation, given[key]))
    return part


def _what_is_left(name: str, annotation: Any, given: dict[str, Any]) -> dict[str, Any]:
    """A faulty field with what of it is valid; nothing if that cannot be said."""
    kind = bare(annotation)
    if (below := section_of(kind)) is not None:
        return {name: valid_parts(below, given)}
    if get_origin(kind) is dict and (entry := section_of(bare(get_args(kind)[1]))) is not None:
        return {name: {key: whole for key, one in given.items() if (whole := _whole(entry, one)) is not None}}
    return {}


def _whole(section: type[S], given: Any) -> S | None:
    try:
        return section.model_validate(given)
    except ValidationError:
        return None
