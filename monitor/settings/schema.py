"""JSON Schema of the settings file, for editors and `fairdrift export schema`. Pure."""

from typing import Any

from monitor.settings.model import Settings


def settings_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of one settings file; rules between settings are checked by `load` alone.

    >>> schema = settings_schema()
    >>> schema["title"], schema["required"], schema["additionalProperties"]
    ('fairdrift settings', ['version', 'feeds', 'models'], False)
    """
    schema = Settings.model_json_schema(by_alias=True)
    for section in (schema, *schema["$defs"].values()):
        for field in section["properties"].values():
            if "patternProperties" in field:  # a name that is none is no setting
                field["additionalProperties"] = False
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "fairdrift settings"}
