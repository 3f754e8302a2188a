"""A feed to decode: its models, and records as a broker would hand them over."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.intake.decode import Decoded, Decoder
from monitor.intake.reading import ModelReading, Reading, Role
from monitor.vocabulary import AttributeCoding, Coding

BROKER_MS = 1_767_225_600_000
"""2026-01-01T00:00:00Z, the time of every record."""

ROLE_OF: Mapping[str, Role] = {
    "inference": "inference",
    "explanation": "inference",
    "outcome": "outcome",
    "attributes": "attributes",
}

EXAMPLES = Path(__file__).parents[2] / "monitor" / "intake" / "examples"

CODING = Coding(
    (
        AttributeCoding("race", {name: (name,) for name in ("white", "black", "asian")}, multiple="each"),
        AttributeCoding("sex", {"female": ("F", "female"), "male": ("M",)}, unknown=("U",)),
        AttributeCoding("age_band", bands=(0, 45, 65, 80, 90), source="age"),
    )
)
READMISSION = ModelReading("readmission", CODING)
FALLS = ModelReading("falls", Coding(CODING.attributes[1:]), score_range=(-1.0, 3.0), threshold=1.5)

INFERENCE: dict[str, Any] = {
    "prediction_id": "p1",
    "model": "readmission",
    "revision": "r42",
    "event_time": BROKER_MS,
    "attributes": {"race": ["black"], "sex": "F", "age": 71},
    "score": 0.81,
    "prediction": 1,
}
OUTCOME: dict[str, Any] = {"prediction_id": "p1", "event_time": BROKER_MS, "label": 1}


@dataclass(frozen=True, slots=True)
class Kafka:
    """A record."""

    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()
    key: bytes | None = None
    timestamp: int = BROKER_MS
    offset: int = 0


def reading(role: Role, *, models: tuple[ModelReading, ...] = (READMISSION,), **more: Any) -> Reading:
    return Reading(role, models, **more)


def text(event: Mapping[str, Any] | bytes | None, **changes: Any) -> bytes | None:
    """JSON of an event with some fields changed, or taken away by a change to `...`."""
    if event is None or isinstance(event, bytes):
        return event
    changed = {name: value for name, value in {**event, **changes}.items() if value is not ...}
    return json.dumps(changed).encode()


def decode(role: Role, values: Iterable[Mapping[str, Any] | bytes | None], **more: Any) -> Decoded:
    return Decoder(reading(role, **more)).decode([Kafka(text(value)) for value in values])


def fate(decoded: Decoded) -> Any:
    """What became of the only record: its event, or (reason, field)."""
    assert len(decoded.events) + len(decoded.rejects) == 1
    return decoded.events[0] if decoded.events else (decoded.rejects[0].reason, decoded.rejects[0].field)


def examples(kind: str, standing: str) -> list[dict[str, Any]]:
    """The published examples of a kind, `accepted` or `refused`."""
    found: list[dict[str, Any]] = json.loads((EXAMPLES / f"{kind}.json").read_text(encoding="utf-8"))[standing]
    return found


def value_of(example: Mapping[str, Any]) -> bytes:
    return example["text"].encode() if "text" in example else json.dumps(example["event"]).encode()
