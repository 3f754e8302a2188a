"""The events as producers write them: the one table of fields, their types, bounds and meaning.

Way of an event: step 2. `forms` makes decoders of it, `schema` the published JSON Schemas. Pure.

A field that is null is a field that was not sent. `null` aside, a field has exactly the type it says: no text for a
number, no 1.0 for 1, no true for 1. Of a field that is sent twice the last one counts, as nearly every reader of JSON
has it.
"""

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from monitor.events import SCORE_BINS
from monitor.intake.times import OLDEST_MS

Kind = Literal["inference", "outcome", "attributes", "explanation"]

LONGEST_TEXT: Final = 128
LONGEST_NAME: Final = 64
MOST_ATTRIBUTES: Final = 64
MOST_VALUES: Final = 16
NAME_PATTERN: Final = f"^[A-Za-z0-9._-]{{1,{LONGEST_NAME}}}$"
AUDIT: Final = "audit"

_PRINTABLE: Final = {"pattern": r"^[^\u0000-\u001f\u007f-\u009f]*$"}

PredictionId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=LONGEST_TEXT,
        description="Names the prediction, once in its feed. Printable; never a patient number or its hash.",
        extra_json_schema=_PRINTABLE,
    ),
]
Name = Annotated[str, Meta(pattern=NAME_PATTERN)]
EventTime = Annotated[
    str | int,
    Meta(
        description="RFC 3339 with a zone, or integer milliseconds since 1970-01-01 UTC; from 1990 on, and at most "
        "five minutes after the broker's time of the record.",
        examples=["2026-01-01T00:00:00Z", 1767225600000],
        extra_json_schema={"minimum": OLDEST_MS},
    ),
]
Model = Annotated[Name, Meta(description="The model, as the settings name it. Optional where the feed fixes it.")]
AttributeValue = str | float | Annotated[list[str], Meta(max_length=MOST_VALUES)] | None
AttributeValues = Annotated[
    dict[str, AttributeValue],
    Meta(
        max_length=MOST_ATTRIBUTES,
        description="Protected attributes by name. A number only for an attribute with bands. Names that are not "
        "configured are dropped.",
    ),
]
Identity = Annotated[str, Meta(max_length=LONGEST_TEXT, extra_json_schema=_PRINTABLE)]


class InferenceFields(msgspec.Struct, kw_only=True, gc=False):
    """What a model said about one case."""

    prediction_id: PredictionId
    event_time: Annotated[EventTime, Meta(description="When it was predicted.")]
    model: Model | None = None
    revision: Annotated[Name, Meta(description="What served: one model and image digest.")]
    attributes: msgspec.Raw | None = None
    prediction: Annotated[
        Literal[0, 1] | None, Meta(description="Needed, unless there are a score and a threshold, here or in settings.")
    ] = None
    score: Annotated[
        float | None, Meta(description=f"Finite. Kept as one of {SCORE_BINS} bins; beyond the range in the end bin.")
    ] = None
    threshold: Annotated[float | None, Meta(description="Positive = a score of at least this.")] = None
    route: Annotated[
        Literal["default", "canary", "shadow"] | None,
        Meta(description="`shadow`: a revision of its own, for comparison only, under its own prediction_id."),
    ] = None
    deployment: str | None = None
    namespace: str | None = None
    pod_template_hash: Annotated[
        Identity | None, Meta(description="Without it and the digest the event counts but condemns no revision.")
    ] = None
    model_digest: Identity | None = None
    explained: Annotated[bool | None, Meta(description="An explanation of it was stored.")] = None
    type: Literal["inference", "fairdrift.inference.v1"] | None = None


class OutcomeFields(msgspec.Struct, kw_only=True, gc=False):
    """What turned out, or that what was said so is withdrawn."""

    prediction_id: PredictionId
    event_time: Annotated[EventTime, Meta(description="When the label became known.")]
    model: Model | None = None
    label: Annotated[Literal[0, 1] | None, Meta(description="What turned out: this or `void`.")] = None
    void: Annotated[bool | None, Meta(description="True: the outcome is withdrawn.")] = None
    source: Annotated[
        str | None, Meta(description=f"`{AUDIT}`: the case was drawn at random. Any other text says nothing.")
    ] = None
    type: Literal["outcome", "fairdrift.outcome.v1"] | None = None


class AttributesFields(msgspec.Struct, kw_only=True, gc=False):
    """Protected attributes of a case, apart from its inference."""

    prediction_id: PredictionId
    event_time: Annotated[EventTime, Meta(description="When they were recorded.")]
    model: Model | None = None
    attributes: msgspec.Raw | None = None
    type: Literal["attributes", "fairdrift.attributes.v1"] | None = None


class ExplanationFields(msgspec.Struct, kw_only=True, gc=False):
    """An explanation of an inference was stored after the inference was sent. It must say its type."""

    prediction_id: PredictionId
    event_time: Annotated[EventTime, Meta(description="When it was stored.")]
    model: Model | None = None
    type: Literal["explanation", "fairdrift.explanation.v1"] | None = None


FIELDS: Final[dict[Kind, type[msgspec.Struct]]] = {
    "inference": InferenceFields,
    "outcome": OutcomeFields,
    "attributes": AttributesFields,
    "explanation": ExplanationFields,
}

CLOUD_TYPES: Final[dict[str, Kind]] = {f"fairdrift.{kind}.v1": kind for kind in FIELDS}

KINDS_OF_ROLE: Final[dict[str, tuple[Kind, ...]]] = {
    "inference": ("inference", "explanation"),
    "outcome": ("outcome",),
    "attributes": ("attributes",),
}
"""What a topic may carry; the first is meant where a record does not say its type."""

RULES: Final[dict[Kind, dict[str, Any]]] = {
    "inference": {"anyOf": [{"required": ["prediction"]}, {"required": ["score"]}]},
    "outcome": {
        "oneOf": [
            {"required": ["label"], "properties": {"label": {"enum": [0, 1]}}},
            {"required": ["void"], "properties": {"void": {"const": True}}},
        ]
    },
    "attributes": {"required": ["attributes"]},
    "explanation": {"required": ["type"], "properties": {"type": {"type": "string"}}},
}
"""What a JSON Schema says between fields."""
