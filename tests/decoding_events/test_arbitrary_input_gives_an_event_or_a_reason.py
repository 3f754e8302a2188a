"""Fuzz: whatever comes, there is an event or a listed reason; the fast way, the exact way and the contract agree."""

import gzip
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.events import Inference, Outcome
from monitor.intake.decode import Decoder
from monitor.intake.reading import Adapter, Mapped, Role
from monitor.intake.refusal import REASONS
from monitor.intake.times import LATEST_MS, OLDEST_MS
from tests.decoding_events import oracle
from tests.decoding_events.feeds import INFERENCE, OUTCOME, ROLE_OF, Kafka, decode, examples, fate, reading, value_of

GOOD = [
    (ROLE_OF[kind], value_of(one))
    for kind in ROLE_OF
    for standing in ("accepted", "refused")
    for one in examples(kind, standing)
]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
)
FUZZ = settings(derandomize=True, deadline=None)

HOUR = "2026-01-01T00:"
LIKELY = st.sampled_from(
    [
        *(0, 1, 2, -0.0, 0.5, 1.0, 1e308, 2**63, 2**64, oracle.BROKER_MS + 300_000, oracle.BROKER_MS + 300_001),
        *("1", "", "audit", "shadow", "readmission", "inference", "r42", "p\x7f", "1989-12-31T23:59:59.999Z"),
        *(HOUR + "00:00Z", "2026-01-01t01:00:00.1234567+01:00", HOUR + "00:00", HOUR + "04:59.9999999Z"),
        *(HOUR + "00:00.5", "2026-02-30T00:00:00Z", {}, [], {"race": ["white"] * 17}, {"sex": 1}, {"age": 7}),
        *({"age": True, "x": [[]]}, {"race": "white", "x": 1}),
    ]
)
JSON = st.recursive(
    SCALARS | LIKELY,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
PIECES = (b"", b'"', b"\\", b"{", b"]", b"\xff", b"\x00", b"1e999", b"NaN", b"\\ud800", b",")
NAMES = {role: known.split() for role, known in oracle.KNOWN.items()}


def changed(role: str) -> st.SearchStrategy[dict[str, Any]]:
    """A good event with up to three fields changed, added or taken away."""
    good = INFERENCE if role == "inference" else OUTCOME
    changes = st.dictionaries(st.sampled_from([*NAMES[role], "extra", "Model"]), JSON | st.just(...), max_size=3)
    return changes.map(lambda some: {name: v for name, v in {**good, **some}.items() if v is not ...})


@st.composite
def mutated(draw: st.DrawFn) -> tuple[Role, bytes]:
    """An example with some bytes replaced, cut out or put in."""
    role, value = draw(st.sampled_from(GOOD))
    for _ in range(draw(st.integers(0, 3))):
        at, length = draw(st.integers(0, len(value))), draw(st.integers(0, 4))
        piece = draw(
            st.sampled_from([b"", b'"', b"\\", b"{", b"]", b"\xff", b"\x00", b"1e999", b"NaN", b"\\ud800", b","])
        )
        value = value[:at] + piece + value[at + length :]
    return role, draw(st.sampled_from([value, value, value, b"\0\0\0\0\1" + value, gzip.compress(value, mtime=0)]))


def check(role: Role, records: list[Kafka], **more: Any) -> None:
    """Each record has one fate, in order, and the same as alone and without the fast way."""
    together = Decoder(reading(role, **more)).decode(records)
    fates: dict[int, Any] = dict(zip(together.indexes, together.events, strict=True))
    assert together.indexes == sorted(together.indexes)
    for reject in together.rejects:
        assert reject.reason in REASONS
        assert reject.index not in fates
        fates[reject.index] = (reject.reason, reject.field)
    assert sorted(fates) == list(range(len(records)))
    for index, record in enumerate(records):
        alone = fate(Decoder(reading(role, **more)).decode([record]))
        assert alone == fates[index]
        if not isinstance(alone, tuple):
            assert OLDEST_MS <= alone.event_time_ms <= LATEST_MS
            assert 1 <= len(alone.prediction_id) <= 128
            assert alone.prediction_id.isprintable()
            without_fast_way = Kafka(b" " + (record.value or b""), record.headers)  # not a plain first byte
            with_an_extra_field = Kafka((record.value or b"").replace(b"{", b'{"x_":0,', 1), record.headers)
            if record.value is not None and record.value.startswith(b"{") and not more:
                assert fate(Decoder(reading(role)).decode([without_fast_way])) == alone
                assert fate(Decoder(reading(role)).decode([with_an_extra_field])) == alone


@given(st.lists(mutated(), min_size=1, max_size=6))
@settings(FUZZ, max_examples=150)
def test_mutated_examples_give_an_event_or_a_reason_the_same_in_any_company(cases: list[tuple[Role, bytes]]) -> None:
    for role in {role for role, _ in cases}:
        check(role, [Kafka(value) for mine, value in cases if mine == role])


@given(st.lists(st.binary(max_size=60) | st.none(), min_size=1, max_size=5), st.sampled_from(["inference", "outcome"]))
@settings(FUZZ, max_examples=100)
def test_arbitrary_bytes_give_an_event_or_a_reason(values: list[bytes | None], role: Role) -> None:
    check(role, [Kafka(value) for value in values])


@given(
    st.binary(max_size=40) | mutated().map(lambda case: case[1]),
    st.lists(
        st.tuples(
            st.sampled_from(["ce_type", "ce_specversion", "ce_time", "content-type", "content-encoding"]),
            st.binary(max_size=9)
            | st.sampled_from([b"1.0", b"fairdrift.inference.v1", b"application/cloudevents+json", b"gzip", b"\xff"]),
        ),
        max_size=5,
    ),
    st.binary(max_size=5) | st.none(),
    st.sampled_from(["cloudevents", "mapping", "flat_json"]),
)
@settings(FUZZ, max_examples=150)
def test_arbitrary_headers_and_keys_give_an_event_or_a_reason(
    value: bytes, headers: list[tuple[str, bytes]], key: bytes | None, adapter: Adapter
) -> None:
    places = {"prediction_id": "key", "revision": "headers.ce_type", "event_time": "event_time", "model": "a.b[0]"}
    mapping = {field: Mapped(path) for field, path in places.items()} if adapter == "mapping" else {}
    check("inference", [Kafka(value, headers, key)] * 2, adapter=adapter, mapping=mapping)


@pytest.mark.parametrize("role", ["inference", "outcome"])
@given(data=st.data())
@settings(FUZZ, max_examples=300)
def test_what_is_decoded_is_what_the_contract_says(role: Role, data: st.DataObject) -> None:
    event = data.draw(changed(role) | JSON, label="event")
    if isinstance(event, dict) and isinstance(event.get("type"), str) and "explanation" in event["type"]:
        return
    expected = oracle.judged(role, event)
    got = fate(decode(role, [json.dumps(event).encode()]))
    if isinstance(got, Inference):
        said = (got.prediction_id, got.model, got.revision, got.event_time_ms, got.prediction, got.score_bin)
        got = (*said, got.explained, got.model_digest, got.pod_template_hash)
    elif isinstance(got, Outcome):
        got = (got.prediction_id, got.event_time_ms, got.label, got.model)
    if expected[0] == "any of":  # several faults of meaning: which is told is not promised
        assert got in expected[1:]
    else:
        assert got == expected
