"""The JSON Schemas of the events, made from `wire`: what `fairdrift export schema` and producers' tests use.

Way of an event: beside it. Pure.
"""

from typing import Any, Final

import msgspec

from monitor.intake.wire import FIELDS, RULES, AttributeValues, Kind

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """Kind of event -> its JSON Schema, draft 2020-12.

    They say what a text must be; of what they cannot say (printable, finite, the model known) the description does.
    What else an object holds is dropped, not refused.

    >>> sorted(schemas())
    ['attributes', 'explanation', 'inference', 'outcome']
    >>> schemas()["outcome"]["required"]
    ['prediction_id', 'event_time']
    """
    return {kind: _schema(kind) for kind in FIELDS}


def schema_text(kind: str) -> str:
    """A schema as its file has it."""
    return msgspec.json.format(msgspec.json.encode(schemas()[kind])).decode() + "\n"


def _schema(kind: Kind) -> dict[str, Any]:
    fields = FIELDS[kind]
    made = msgspec.json.schema(fields)["$defs"][fields.__name__]
    properties: dict[str, Any] = made["properties"]
    if "attributes" in properties:
        properties["attributes"] = msgspec.json.schema(AttributeValues)
    for one in properties.values():
        one.pop("default", None)
    rules = RULES[kind]
    return {
        "$schema": _DIALECT,
        "$id": f"urn:fairdrift:event:{kind}:v1",
        **made,
        "title": f"fairdrift {kind} event, version 1",
        **rules,
        "required": [*made["required"], *rules.get("required", ())],
        "properties": _with_rules(properties, rules.get("properties", {})),
    }


def _with_rules(properties: dict[str, Any], rules: dict[str, Any]) -> dict[str, Any]:
    return {name: {**one, **rules.get(name, {})} for name, one in properties.items()}
