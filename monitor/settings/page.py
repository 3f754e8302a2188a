"""The page docs/settings.md: ``python -m monitor.settings.page > docs/settings.md``. Pure but for the printing.

Made from the JSON Schema, so that page, schema and validator cannot say different things.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from monitor.settings.fields import FORM
from monitor.settings.schema import settings_schema

COMMAND: Final = "python -m monitor.settings.page > docs/settings.md"

_HEAD: Final = f"""\
# Settings

One YAML file (1.2, so `NO` is text), named by `--settings`; a whole example is `deploy/examples/fairdrift.yaml`.
Every problem of a file is reported at once, with its line. This page is made from the model:
`{COMMAND}`.

- A **duration** is written `7d`, `26h`, `30m`, `2h30m`; a **rate** `1 per 91d`; a **time** `2026-01-05` (00:00
  UTC) or `2026-01-05T06:00:00Z`; a relative **path** counts from the
  folder in which the command is started.
- **Secrets** stand only in files that a `*_file` setting names.
- **Environment variables** override single values: `FAIRDRIFT__KAFKA__CLIENT=confluent`. The name is the path in
  capitals, steps joined by two underscores; what is neither letter nor digit in a name of yours is one underscore.
- `NAME` in a path stands for a name of your own.
"""

Schema = Mapping[str, Any]

_PLAIN: Final = {"string": "text", "integer": "whole number", "number": "number", "boolean": "`true` or `false`"}
_BOUNDS: Final = {
    "exclusiveMinimum": "more than",
    "minimum": "at least",
    "exclusiveMaximum": "less than",
    "maximum": "at most",
}


def page() -> str:
    """The whole page.

    >>> print(page().splitlines()[0])
    # Settings
    """
    whole = settings_schema()
    return "\n".join([_HEAD, *_sections("", whole, whole["$defs"], {})])


def _sections(path: str, section: Schema, known: Schema, printed: dict[str, str]) -> Iterator[str]:
    """A section and those below it; one that stands at several places is printed at the first."""
    yield f"## {f'`{path}`' if path else 'The file'}\n\n{' '.join(section['description'].split())}\n"
    if section["title"] in printed:
        yield f"As `{printed[section['title']]}`.\n"
        return
    printed[section["title"]] = path
    yield "| setting | form | default | meaning, and why this default |\n|---|---|---|---|"
    below: list[tuple[str, Schema]] = []
    for key, field in section["properties"].items():
        inner, suffix = _section_in(field, known)
        if inner is not None:
            below.append((f"{path}.{key}{suffix}".removeprefix("."), inner))
        meaning = field.get("description") or (inner or {})["description"]  # left out where it repeats the section's
        default = _default(field, is_required=key in section.get("required", ()))
        yield f"| `{key}` | {_form(field, known)} | {default} | {meaning} |"
    yield ""
    for path_below, inner in below:
        yield from _sections(path_below, inner, known, printed)


def _without_null(schema: Schema) -> Schema:
    inner = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return inner[0] if len(inner) == 1 else schema


def _section_in(field: Schema, known: Schema) -> tuple[Schema | None, str]:
    """The section below a field, and what its path gains: a name of the operator's own in a mapping of sections."""
    schema, suffix = _without_null(field), ""
    for values in _values_of(schema):
        schema, suffix = values, ".NAME"
    return (known[schema["$ref"].rpartition("/")[2]], suffix) if "$ref" in schema else (None, "")


def _values_of(schema: Schema) -> Iterator[Schema]:
    if isinstance(schema.get("additionalProperties"), dict):
        yield schema["additionalProperties"]
    yield from schema.get("patternProperties", {}).values()


def _form(field: Schema, known: Schema) -> str:
    schema = _without_null(field)
    if FORM in schema:
        return str(schema[FORM])
    if "enum" in schema:
        return "one of " + ", ".join(f"`{word}`" for word in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if "$ref" in schema:
        return "section"
    for values in _values_of(schema):
        return f"mapping of name to {_form(values, known)}"
    if schema.get("type") == "array":
        return "two numbers" if "prefixItems" in schema else f"list of {_form(schema['items'], known)}"
    bounds = [f"{words} {schema[bound]:g}" for bound, words in _BOUNDS.items() if bound in schema]
    kind = schema.get("type")
    return ", ".join([_PLAIN[kind] if isinstance(kind, str) else "single value", *bounds])


def _default(field: Schema, *, is_required: bool) -> str:
    if is_required:
        return "must be given"
    if "default" not in field:
        return "as below"
    value = field["default"]
    if value is None:
        return "none"
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


if __name__ == "__main__":
    print(page(), end="")
