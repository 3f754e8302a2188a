"""CloudEvents 1.0, and records of others by a table of paths."""

import json
from typing import Any

import pytest

from monitor.events import Explanation, Inference, Outcome
from monitor.intake.decode import Decoder
from monitor.intake.reading import Mapped
from tests.decoding_events.feeds import BROKER_MS, INFERENCE, OUTCOME, Kafka, fate, reading, text

HEADERS = {
    "ce_specversion": b"1.0",
    "ce_type": b"fairdrift.inference.v1",
    "ce_source": b"/readmission",
    "ce_id": b"e1",
    "ce_time": b"2026-01-01T00:01:00Z",
    "content-type": b"application/json",
}
WITHOUT_TIME = text(INFERENCE, event_time=...)


def binary(value: bytes | None, role: Any = "inference", **changes: Any) -> Any:
    headers = {**HEADERS, **{name.replace("__", "-"): one for name, one in changes.items()}}
    record = Kafka(value, [(name, one) for name, one in headers.items() if one is not ...])
    return fate(Decoder(reading(role, adapter="cloudevents")).decode([record]))


def structured(envelope: Any, content_type: bytes = b"application/cloudevents+json; charset=UTF-8") -> Any:
    value = envelope if isinstance(envelope, bytes) else json.dumps(envelope).encode()
    record = Kafka(value, [("content-type", content_type)])
    return fate(Decoder(reading("inference", adapter="cloudevents")).decode([record]))


ENVELOPE = {"specversion": "1.0", "type": "fairdrift.inference.v1", "source": "/r", "id": "e1", "data": INFERENCE}


def without(name: str, **more: Any) -> dict[str, Any]:
    return {**{key: value for key, value in ENVELOPE.items() if key != name}, **more}


def test_binary_mode_is_read() -> None:
    assert isinstance(binary(text(INFERENCE)), Inference)
    assert isinstance(binary(text(OUTCOME), "outcome", ce_type=b"fairdrift.outcome.v1"), Outcome)


def test_an_event_without_a_time_has_that_of_its_envelope_and_its_own_stands() -> None:
    assert binary(WITHOUT_TIME).event_time_ms == BROKER_MS + 60_000
    assert binary(text(INFERENCE)).event_time_ms == BROKER_MS
    assert structured({**ENVELOPE, "time": "2026-01-01T00:01:00Z", "data": json.loads(WITHOUT_TIME or b"")}) == binary(
        WITHOUT_TIME
    )


def test_an_explanation_is_known_by_the_type_of_its_envelope() -> None:
    event = {"prediction_id": "p1", "event_time": BROKER_MS}
    assert binary(text(event), ce_type=b"fairdrift.explanation.v1") == Explanation("p1", BROKER_MS)


@pytest.mark.parametrize(
    ("changes", "fate_"),
    [
        ({"ce_specversion": ...}, ("bad_framing", "ce_specversion")),
        ({"ce_specversion": b"0.3"}, ("unknown_type", "ce_specversion")),
        ({"ce_specversion": b"1.1"}, ("unknown_type", "ce_specversion")),
        ({"ce_specversion": b"10"}, ("unknown_type", "ce_specversion")),
        ({"ce_type": ...}, ("unknown_type", "ce_type")),
        ({"ce_type": b"fairdrift.inference.v2"}, ("unknown_type", "ce_type")),
        ({"ce_type": b"fairdrift.outcome.v1"}, ("unknown_type", "ce_type")),
        ({"content__type": b"application/cloudevents-batch+json"}, ("bad_framing", "content-type")),
        ({"content__type": b"application/cloudevents+avro"}, ("bad_framing", "content-type")),
        ({"ce_time": ...}, ("missing_field", "event_time")),
        ({"ce_time": b"\xff"}, ("bad_time", "event_time")),
        ({"ce_time": b"2026-01-01T00:05:00.001Z"}, ("time_out_of_range", "event_time")),
    ],
)
def test_binary_mode_refuses(changes: dict[str, Any], fate_: Any) -> None:
    assert binary(WITHOUT_TIME, **changes) == fate_


def test_structured_mode_says_the_same_as_the_event_alone() -> None:
    assert structured(ENVELOPE) == binary(text(INFERENCE))
    assert structured({**ENVELOPE, "traceparent": "00-1", "time": None}, b"application/cloudevents+json") == structured(
        ENVELOPE
    )


@pytest.mark.parametrize(
    ("envelope", "fate_"),
    [
        (without("specversion"), ("missing_field", "specversion")),
        (without("type"), ("missing_field", "type")),
        (without("data"), ("missing_field", "data")),
        (without("data", data_base64="e30="), ("bad_framing", "data_base64")),
        (without("data", data=[]), ("not_object", None)),
        (without("data", data="{}"), ("not_object", None)),
        (without("specversion", specversion="1.1"), ("unknown_type", "specversion")),
        (without("specversion", specversion=1.0), ("wrong_type", "specversion")),
        (without("type", type="fairdrift.inference.v2"), ("unknown_type", "type")),
        (without("data", data={**INFERENCE, "model": "sepsis"}), ("unknown_model", "model")),
        (b"[]", ("not_object", None)),
        (b"{", ("not_json", None)),
        (json.dumps(ENVELOPE).encode().replace(b'"/r"', b'"\xff"'), ("not_json", None)),
        (json.dumps(ENVELOPE).encode().replace(b'"/r"', b"[" * 16 + b"]" * 16), ("too_deep", None)),
    ],
)
def test_structured_mode_refuses(envelope: Any, fate_: Any) -> None:
    assert structured(envelope) == fate_


def test_many_cloud_events_are_read_as_each_alone() -> None:
    odd = [HEADERS, {**HEADERS, "ce_type": b"fairdrift.explanation.v1"}, {**HEADERS, "ce_specversion": b"2"}]
    values = [text(INFERENCE), WITHOUT_TIME, text(INFERENCE, ward="3b"), b"", text(INFERENCE, model="sepsis")]
    records = [Kafka(value, list(headers.items())) for headers in odd for value in values]
    together = Decoder(reading("inference", adapter="cloudevents")).decode(records)
    alone = [Decoder(reading("inference", adapter="cloudevents")).decode([record]) for record in records]
    assert together.events == [event for one in alone for event in one.events]
    assert [r.reason for r in together.rejects] == [r.reason for one in alone for r in one.rejects]
    assert together.fields_ignored == sum(one.fields_ignored for one in alone)


FOREIGN = {"encounter": {"id": "p1", "visits": [{"ended": BROKER_MS}]}, "readmitted": "Y", "who": {"sex": "F"}}


def mapped(places: dict[str, Mapped], role: Any = "outcome", foreign: Any = FOREIGN, **more: Any) -> Any:
    value = foreign if isinstance(foreign, bytes) else json.dumps(foreign).encode()
    return fate(Decoder(reading(role, adapter="mapping", mapping=places)).decode([Kafka(value, **more)]))


PLACES = {
    "prediction_id": Mapped("encounter.id"),
    "event_time": Mapped("encounter.visits[0].ended"),
    "label": Mapped("readmitted", values={"Y": 1, "N": 0}),
}


def test_a_foreign_record_is_read_by_its_paths() -> None:
    assert mapped(PLACES) == Outcome("p1", BROKER_MS, 1)


def test_keys_headers_and_constants_are_places_too() -> None:
    places = {
        "prediction_id": Mapped("key"),
        "event_time": Mapped("headers.sent"),
        "model": Mapped(const="readmission"),
        "revision": Mapped("headers.build"),
        "prediction": Mapped("flag", values={"true": 1, "false": 0, "2": 0, "null": 0}),
        "attributes.sex": Mapped("who.sex"),
        "attributes.age": Mapped("who.age"),
    }
    headers = [("sent", b"2026-01-01T00:00:00Z"), ("build", b"r42")]
    event = mapped(places, "inference", {**FOREIGN, "flag": True}, key=b"p7", headers=headers)
    assert (event.prediction_id, event.revision, event.prediction, event.event_time_ms) == ("p7", "r42", 1, BROKER_MS)
    assert mapped(places, "inference", {"flag": 2}, key=b"p7", headers=headers).prediction == 0
    assert mapped(places, "inference", {"flag": 2}, headers=headers) == ("missing_field", "prediction_id")


@pytest.mark.parametrize(
    ("changes", "fate_"),
    [
        ({"encounter": {}}, ("missing_field", "prediction_id")),
        ({"encounter": []}, ("missing_field", "prediction_id")),
        ({"encounter": {"id": "p1", "visits": []}}, ("missing_field", "event_time")),
        ({"encounter": {"id": "p1", "visits": "2"}}, ("missing_field", "event_time")),
        ({"readmitted": None}, ("missing_field", "label")),
        ({"readmitted": "maybe"}, ("bad_value", "label")),
        ({"readmitted": ["Y"]}, ("bad_value", "label")),
        ({"encounter": {"id": 2**70, "visits": [{"ended": 1}]}}, ("wrong_type", "prediction_id")),
    ],
)
def test_a_path_that_leads_nowhere_is_a_missing_field(changes: dict[str, Any], fate_: Any) -> None:
    assert mapped(PLACES, foreign={**FOREIGN, **changes}) == fate_


@pytest.mark.parametrize(("value", "reason"), [(b"[]", "not_object"), (b"{", "not_json"), (b"", "empty")])
def test_a_foreign_record_that_is_no_object_is_refused(value: bytes, reason: str) -> None:
    assert mapped(PLACES, foreign=value) == (reason, None)


@pytest.mark.parametrize("path", ["", "a..b", "a[x]", "a[0", "[0]", "a[-1]", ".a"])
def test_a_path_that_cannot_be_read_is_refused_at_the_start(path: str) -> None:
    foreign = reading("outcome", adapter="mapping", mapping={"label": Mapped(path)})
    with pytest.raises(ValueError, match=r"mapping of label: .* is no path; write it like"):
        Decoder(foreign)
