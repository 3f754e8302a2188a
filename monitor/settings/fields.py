"""What settings are made of: sections, and the kinds of values in them. Pure.

Every kind refuses with a sentence of its own; `sentences` prints it with the place.
"""

import re
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict, WithJsonSchema
from pydantic_core import PydanticCustomError

from monitor.settings.problems import shown
from monitor.settings.units import DURATION_PATTERN, MOMENT_PATTERN, RATE_PATTERN, Rate, duration_ms, moment_ms, rate

REFUSED: Final = "refused"
"""Type of the validation errors that carry our own sentence and fix."""


def refused(message: str, fix: str = "") -> PydanticCustomError:
    """The error by which a validator refuses a value in its own words."""
    return PydanticCustomError(REFUSED, "{message}", {"message": message, "fix": fix})


class Section(BaseModel):
    """A section of the settings: unknown keys, wrong types and NaN are refused; nothing changes after loading."""

    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True, hide_input_in_errors=True
    )


def setting(meaning: str, *, default: Any = ..., why: str = "", key: str | None = None, **limits: Any) -> Any:
    """One setting.

    Parameters
    ----------
    meaning
        What it says, with its unit: one sentence.
    default
        In the form of the file (``26h``); left out: the setting must be given. A section's class: its own defaults.
    why
        Why this default: one sentence.
    key
        Its name in the file, if that differs from the field's (which ends in the unit).
    limits
        As of `pydantic.Field`: ``gt``, ``ge``, ``le``, ...
    """
    given = {"default_factory": default} if isinstance(default, type) else {"default": default}
    return Field(**given, alias=key, description=f"{meaning} {why}".strip(), **limits)


def _duration(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise refused(f"{value} has no unit", f"write {value:g}d, {value:g}h, {value:g}m or {value:g}s")
    if not isinstance(value, str):
        raise refused(f"expected a duration, got {shown(value)}", "write it like 7d, 26h, 30m or 2h30m")
    try:
        return duration_ms(value)
    except ValueError as error:
        raise refused(str(error).replace(value, shown(value)[1:-1]), "write it like 7d, 26h, 30m or 2h30m") from error


def _moment(value: object) -> object:
    fix = "write it like 2026-01-05 (00:00 UTC) or 2026-01-05T06:00:00Z"
    if not isinstance(value, str):
        raise refused(f"expected a time, got {shown(value)}", fix)
    try:
        return moment_ms(value)
    except ValueError as error:
        raise refused(f"{shown(value)} is no time with a zone", fix) from error


def _positive(value: int) -> int:
    if value <= 0:
        raise refused("must be longer than nothing")
    return value


def _rate(value: object) -> object:
    try:
        return rate(value) if isinstance(value, str) else rate("")
    except ValueError as error:
        if isinstance(value, str) and "zero" in str(error):
            raise refused(str(error), "write it like 1 per 91d") from error
        raise refused(f"expected a rate, got {shown(value)}", "write it like 1 per 91d") from error


def _path(value: object) -> object:
    if not isinstance(value, str) or not value or not value.isprintable():
        raise refused(f"expected a path, got {shown(value)}")
    return Path(value)


def _is_name(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", value) or value in (".", ".."):
        raise refused(f"{shown(value)} is no name", "use 1 to 64 of the characters A-Z a-z 0-9 . _ -")
    return value


def _is_topic(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,249}", value) or value in (".", ".."):
        raise refused(
            f"{shown(value)} is no topic of Kafka", "its names are 1 to 249 of A-Z a-z 0-9 . _ - (not . or ..)"
        )
    return value


def _is_text(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise refused(f"expected readable text, got {shown(value)}")
    return value


Item = TypeVar("Item")

Many = Annotated[tuple[Item, ...], Strict(False)]
"""A list of the file; it must be one, its items are as strict as ever."""

FORM: Final = "x-form"
"""Key of the JSON Schema that names the form of a value for people (`page`)."""

_TIME: Final = WithJsonSchema({"type": "string", "pattern": f"^{DURATION_PATTERN}$", FORM: "duration"})

Wait = Annotated[int, BeforeValidator(_duration), _TIME]
"""Milliseconds, written as a duration; zero is allowed."""

Duration = Annotated[int, BeforeValidator(_duration), AfterValidator(_positive), _TIME]
"""Milliseconds, written as a duration, more than zero."""

Moment = Annotated[
    int, BeforeValidator(_moment), WithJsonSchema({"type": "string", "pattern": f"^{MOMENT_PATTERN}$", FORM: "time"})
]
"""Milliseconds UTC, written as a date or an RFC 3339 time with its zone."""

PerTime = Annotated[
    Rate, BeforeValidator(_rate), WithJsonSchema({"type": "string", "pattern": f"^{RATE_PATTERN}$", FORM: "rate"})
]
"""A rate, written as ``1 per 91d``, more than zero."""

FilePath = Annotated[Path, BeforeValidator(_path), WithJsonSchema({"type": "string", "minLength": 1, FORM: "path"})]
"""A path; a relative one counts from the folder in which the command is started."""

Name = Annotated[str, AfterValidator(_is_name), WithJsonSchema({"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"})]
"""A name of a feed, model or revision."""

Topic = Annotated[
    str, AfterValidator(_is_topic), WithJsonSchema({"type": "string", "pattern": "^[A-Za-z0-9._-]{1,249}$"})
]
"""A name of a topic, as Kafka allows them."""

Text = Annotated[str, AfterValidator(_is_text), WithJsonSchema({"type": "string", "minLength": 1})]
"""Text that is not empty and free of control characters."""

Share = Annotated[float, Field(gt=0, lt=1)]
"""A share, more than 0 and less than 1."""
