"""What may stand at a path of the settings: read off the model's types. Pure.

Used to suggest keys, to name what is missing, and to find the setting that an environment variable means.
"""

from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from monitor.settings.model import Settings
from monitor.settings.problems import Path


def bare(annotation: Any) -> Any:
    """A type without `Annotated` and without None.

    >>> bare(Annotated[int, "ms"] | None)
    <class 'int'>
    """
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in (Union, UnionType) and len(left := [a for a in get_args(annotation) if a is not NoneType]) == 1:
            annotation = left[0]
        else:
            return annotation


def type_at(path: Path) -> Any:
    """The type that belongs at a path of names and list places; None where there is none."""
    found: Any = Settings
    for step in path:
        if (section := section_of(found)) is not None:
            fields = {field.alias or name: field for name, field in section.model_fields.items()}
            if step not in fields:
                return None
            found = bare(fields[str(step)].annotation)
        elif get_origin(found) is dict and isinstance(step, str):
            found = bare(get_args(found)[1])
        elif get_origin(found) is tuple and isinstance(step, int):
            found = bare(get_args(found)[0])
        else:
            return None
    return found


def section_of(found: Any) -> type[BaseModel] | None:
    """The type as a section; None if it is none."""
    return found if isinstance(found, type) and issubclass(found, BaseModel) else None


def keys_at(path: Path) -> tuple[str, ...]:
    """The keys that a section knows; empty where the keys are names of the operator's own.

    >>> keys_at(("counts",)), keys_at(("feeds",))
    (('source',), ())
    """
    section = section_of(type_at(path))
    return tuple(field.alias or name for name, field in section.model_fields.items()) if section else ()


def choices_at(path: Path) -> tuple[str, ...]:
    """The words of which one must stand at a path; empty if any may."""
    found = type_at(path)
    return tuple(str(word) for word in get_args(found)) if get_origin(found) is Literal else ()


def meaning_at(path: Path) -> str:
    """The first sentence of a setting's description."""
    section = section_of(type_at(path[:-1]))
    for name, field in section.model_fields.items() if section else ():
        if path[-1] == (field.alias or name):
            return (field.description or "").split(". ")[0].rstrip(".")
    return ""
