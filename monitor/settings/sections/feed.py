"""Section `feeds`: topics joined by `prediction_id`, and the times that joining obeys. Pure."""

import re
from math import isfinite
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, ConfigDict, WithJsonSchema, model_validator

from monitor.settings.fields import FORM, Duration, Name, Section, Share, Text, Topic, Wait, refused, setting
from monitor.settings.problems import did_you_mean, shown

ADAPTERS = ("flat_json", "cloudevents", "mapping")
COMING_ADAPTERS = ("kserve", "seldon_v2", "open_inference_v2")


def _one_value(value: object) -> object:
    if not isinstance(value, str | int | float) or (isinstance(value, float) and not isfinite(value)):
        raise refused(f"expected a single value, text, a finite number, true or false, got {shown(value)}")
    return value


_STEP: Final = r"[^.\[\]]+(\[[0-9]{1,6}\])*"
PATH_PATTERN: Final = rf"key|headers\..+|{_STEP}(\.{_STEP})*"


def _is_path(text: str) -> str:
    if not re.fullmatch(PATH_PATTERN, text):
        raise refused(f"{shown(text)} is no path", "write it like a.b[0], headers.x or key")
    return text


RecordPath = Annotated[
    Text,
    AfterValidator(_is_path),
    WithJsonSchema({"type": "string", "pattern": f"^({PATH_PATTERN})$", FORM: "path in a record"}),
]
"""Where a value stands in a record."""

OneValue = Annotated[Any, AfterValidator(_one_value), WithJsonSchema({"type": ["string", "number", "boolean"]})]


def _known_adapter(name: str) -> str:
    if name in COMING_ADAPTERS:
        raise refused(f"adapter {shown(name)} is not available in this version", f"one of: {', '.join(ADAPTERS)}")
    if name not in ADAPTERS:
        raise refused(f"unknown adapter {shown(name)}", did_you_mean(name, ADAPTERS))
    return name


Adapter = Annotated[str, AfterValidator(_known_adapter), WithJsonSchema({"enum": list(ADAPTERS)})]


class MappedField(Section):
    """Where a field of the event stands in a foreign record: a path alone, a path and a map, or a constant."""

    model_config = ConfigDict(
        json_schema_extra=lambda schema: schema.update(
            {
                "type": ["object", "string"],
                "anyOf": [
                    {"type": "string", "pattern": f"^({PATH_PATTERN})$"},
                    {"required": ["path"]},
                    {"required": ["const"]},
                ],
            }
        )
    )

    path: RecordPath | None = setting(
        "Path of the value: `a.b[0]`, `headers.x` or `key`.", default=None, why="A constant has none."
    )
    map: dict[str, OneValue] | None = setting(
        "Value in the record -> value of the event.", default=None, why="Values are taken as they are."
    )
    const: OneValue | None = setting(
        "The same value for every event.", default=None, why="Values come from the record."
    )

    @model_validator(mode="before")
    @classmethod
    def _path_alone(cls, given: Any) -> Any:
        if isinstance(given, dict) and "each" in given:
            raise refused("`each` is not available in this version", "write one record an event")
        return {"path": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _path_or_constant(self) -> "MappedField":
        if (self.path is None) == (self.const is None) or (self.map is not None and self.path is None):
            raise refused("expected a path, a path with a map, or a const")
        return self


class TopicSettings(Section):
    """One topic and how its records are read."""

    topic: Topic = setting("Name of the topic.")
    adapter: Adapter = setting(
        "Form of the records.", default="flat_json", why="One JSON object a record is what most producers write."
    )
    mapping: dict[str, MappedField] | None = setting(
        "Field of the event -> where it stands; with adapter `mapping` only.",
        default=None,
        why="The other forms name their fields themselves.",
    )
    publish_delay_ms: Duration | None = setting(
        "Longest time from an event to its being appended to the topic (a nightly load: 26h).",
        default=None,
        why="Producers that write at once need no more than `allowed_lateness`.",
        key="publish_delay",
    )


class AttributesTopicSettings(TopicSettings):
    """The topic of protected attributes, where they come apart from the inferences."""

    wait_ms: Duration = setting(
        "Longest time between an inference and the record with its attributes.",
        default="2h",
        why="Long enough for an hourly job; cells wait this long before they are read as evidence.",
        key="wait",
    )


class RejectStopSettings(Section):
    """When so many records are unreadable that reading on would do harm: the partition stops, and says so."""

    in_a_row: int = setting(
        "Rejects one after the other.", default=1_000, why="No burst of slips is that long; a changed schema is.", gt=0
    )
    share: Share = setting(
        "Share of rejects among the last 10,000 records.",
        default=0.1,
        why="Rates of what is left would not be the model's.",
    )


class FeedSettings(Section):
    """Topics joined by `prediction_id`."""

    inference: TopicSettings = setting("What the model said.")
    outcome: TopicSettings = setting("What turned out.")
    attributes: AttributesTopicSettings | None = setting(
        "Protected attributes on a topic of their own.", default=None, why="They usually come with the inference."
    )
    model: Name | None = setting(
        "The one model of this feed, where events do not name it.", default=None, why="Events name their model."
    )
    id_scope: Literal["feed", "model"] = setting(
        "Within what an id is unique.", default="feed", why="Then an outcome needs not name its model."
    )
    horizon_ms: Duration = setting(
        "Oldest label that counts: outcome time minus inference time is at most this. What is predicted decides it.",
        key="horizon",
    )
    allowed_lateness_ms: Wait = setting(
        "How far an event may lie behind the newest one before it in its partition and still count as evidence.",
        default="6h",
        why="Covers retries and restarts of producers; every cell waits this long before it is ripe.",
        key="allowed_lateness",
    )
    dead_letter: Literal["file", "topic", "off"] = setting(
        "Where rejects are noted, as coordinates and reason.",
        default="file",
        why="A bounded local file needs no right to write to Kafka.",
    )
    dead_letter_topic: Topic | None = setting(
        "The topic of `dead_letter: topic`: one that nothing else reads.",
        default=None,
        why="Only who asks for it needs the right to write.",
    )
    reject_stop: RejectStopSettings = setting("When a partition stops for its rejects.", default=RejectStopSettings)
