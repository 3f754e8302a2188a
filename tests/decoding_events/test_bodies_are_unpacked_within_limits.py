"""Framing, compression and size: what is let in, and what hostile input costs."""

import gzip
import json
import time
import tracemalloc
import zlib
from typing import Any

import pytest

from monitor.intake.attributes import Combinations
from monitor.intake.body import LARGEST_BYTES
from monitor.intake.decode import Decoder
from monitor.intake.times import EventTimes
from tests.decoding_events.feeds import CODING, INFERENCE, OUTCOME, Kafka, fate, reading, text

GOOD = text(OUTCOME) or b""
AVRO = b"\x0cp1\x80\xa0\xbf\xf2\xfdf\x02"


def outcome(value: bytes | None, *headers: tuple[str, bytes]) -> Any:
    return fate(Decoder(reading("outcome")).decode([Kafka(value, headers)]))


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        (GOOD, ()),
        (b" \r\n\t" + GOOD + b"\n", ()),
        (b"\0\0\0\0\x07" + GOOD, ()),
        (GOOD, (("__value_schema_id", b"\0" * 17),)),
        (gzip.compress(GOOD), ()),
        (gzip.compress(GOOD), (("content-encoding", b"gzip"),)),
        (gzip.compress(b"\0\0\0\0\x07" + GOOD), ()),
        (GOOD, (("content-encoding", b"gzip"), ("content-type", b"application/json"))),
    ],
    ids=["bare", "white space", "registry", "registry header", "gzip", "gzip header", "both", "gzip header, plain"],
)
def test_what_is_inside_is_read(value: bytes, headers: Any) -> None:
    assert outcome(value, *headers).prediction_id == "p1"


@pytest.mark.parametrize(
    ("value", "headers", "reason"),
    [
        (None, (), "empty"),
        (b"", (), "empty"),
        (gzip.compress(b""), (), "empty"),
        (b" " * 9, (), "not_json"),
        (b" " * LARGEST_BYTES + GOOD, (), "too_large"),
        (gzip.compress(b" " * LARGEST_BYTES + GOOD), (), "too_large"),
        (gzip.compress(GOOD)[:-3], (), "bad_framing"),
        (gzip.compress(GOOD) + b"x", (), "bad_framing"),
        (gzip.compress(GOOD) * 2, (), "bad_framing"),
        (b"\x1f\x8bnothing", (), "bad_framing"),
        (zlib.compress(GOOD), (("content-encoding", b"deflate"),), "bad_framing"),
        (b"\0\0\0\0\x07" + AVRO, (), "unsupported_schema"),
        (b"\0", (), "unsupported_schema"),
        (AVRO, (("__value_schema_id", b"\0" * 17),), "unsupported_schema"),
        (AVRO, (("content-type", b"application/avro"),), "unsupported_schema"),
        (AVRO, (("content-type", b"application/x-protobuf"),), "unsupported_schema"),
        (AVRO, (), "not_json"),
        (b"\xef\xbb\xbf" + GOOD, (), "not_json"),
        (GOOD.decode().encode("utf-16"), (), "not_json"),
        (b"\0\0\0\0\x07[]", (), "not_object"),
        (b'"' + b"p" * 9 + b'"', (), "not_object"),
        (b"17", (), "not_object"),
        (GOOD + GOOD, (), "not_json"),
        (GOOD.replace(b"}", b', "x": "\xff"}'), (), "not_json"),
        (GOOD.replace(b"}", b', "\xff": 1}'), (), "not_json"),
        (GOOD.replace(b"}", b', "x": [1, Infinity]}'), (), "not_json"),
        (GOOD.replace(b"}", b', "x": "\x00"}'), (), "not_json"),
    ],
)
def test_what_cannot_be_read_is_refused(value: bytes | None, headers: Any, reason: str) -> None:
    assert outcome(value, *headers) == (reason, None)


def nested(levels: int) -> bytes:
    """An event with `levels` of lists and objects in a field that is dropped; brackets in a text do not count."""
    inner = b'{"a":' * (levels // 2) + b"[" * (levels - levels // 2)
    outer = b"]" * (levels - levels // 2) + b"}" * (levels // 2)
    return GOOD.replace(b"}", b', "y": "[[[[{{{{\\"[[", "x": ' + inner + b"1" * (levels % 2) + outer + b"}")


def test_sixteen_levels_are_read_and_seventeen_are_not() -> None:
    assert outcome(nested(15)).prediction_id == "p1"
    assert outcome(nested(16)) == ("too_deep", None)


def test_bad_text_and_deep_nesting_inside_dropped_attributes_are_seen() -> None:
    inside = [b'"x": "\xff"', b'"x": ' + b"[" * 15 + b"]" * 15, b'"x": ' + b"[" * 14 + b"]" * 14]
    values = [(text(INFERENCE) or b"").replace(b'"sex"', more + b', "sex"') for more in inside]
    decoder = Decoder(reading("inference"))
    assert [fate(decoder.decode([Kafka(value)])) for value in values[:2]] == [("not_json", None), ("too_deep", None)]
    assert fate(decoder.decode([Kafka(values[2])])).prediction_id == "p1"


BOMB = zlib.compressobj(9, zlib.DEFLATED, 31)
HOSTILE = {
    "50 MB": b'{"prediction_id": "' + b"p" * 50_000_000,
    "zip bomb": BOMB.compress(b"0" * 50_000_000) + BOMB.flush(),
    "100,000 levels": b'{"x":' + b"[" * 100_000,
    "64 KiB of levels": b'{"x":' + b"[" * 65_000,
    "64 KiB of levels in the attributes": b'{"attributes":' + b"[" * 65_000,
    "64 KiB of open and closed": b'{"x":[' + b"[]," * 21_000 + b"1]}",
    "one text without end": b'{"x":{{{{{{{{{{{{{{{{{{"' + b'\\"' * 32_000,
    "7,000 keys": b'{"' + b'":1,"'.join(b"%d" % n for n in range(7_000)) + b'":1}',
    "60,000 digits": b'{"prediction_id":"p1","label":1,"event_time":' + b"9" * 60_000 + b"}",
    "60,000 digits of a second": GOOD.replace(b"1767225600000", b'"2026-01-01T00:00:00.' + b"1" * 60_000 + b'Z"'),
}


def test_a_text_that_is_slow_to_normalise_is_just_another_value() -> None:
    slow = "a" + "\u0345" * 16_000 + "\u0300" * 16_000
    sent = [{"sex": slow}, {"sex": "F" + " " * 999 + "x"}]
    values = [json.dumps({**INFERENCE, "attributes": one}, ensure_ascii=False).encode() for one in sent]
    begin = time.process_time()
    decoded = Decoder(reading("inference")).decode([Kafka(value) for value in values])
    assert time.process_time() - begin < 0.1
    assert [CODING.read(event.combination)[1].slugs for event in decoded.events] == [("other",)] * 2


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_hostile_input_is_refused_soon_and_in_little_memory(value: bytes) -> None:
    decoder, record = Decoder(reading("outcome")), Kafka(value)
    begin = time.process_time()
    decoded = decoder.decode([record])
    took = time.process_time() - begin
    tracemalloc.start()
    assert decoder.decode([record]) == decoded
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert decoded.rejects
    assert took < 0.1
    assert peak < 8_000_000


def held_bytes(work: Any) -> int:
    """What our own code still holds after the work; other threads of the test process are none of it."""
    tracemalloc.start()
    kept = work()
    ours = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, "*/monitor/*")])
    tracemalloc.stop()
    del kept
    return sum(one.size for one in ours.statistics("filename"))


def test_a_flood_of_different_attributes_is_forgotten() -> None:
    combinations = Combinations([CODING])
    assert {combinations[b'{"sex":"%d"}' % n] for n in range(20_000)} == {combinations[b'{"sex":"X"}']}
    assert len(combinations) <= 16_384
    many = Combinations([CODING])
    assert held_bytes(lambda: [many[b'{"sex":"%0600d"}' % n] and None for n in range(2_000)]) < 500_000


def test_a_flood_of_different_times_and_names_is_forgotten() -> None:
    times, decoder = EventTimes(), Decoder(reading("inference"))
    texts = [f"2025-01-01T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}Z" for n in range(40_000)]
    names = [{"revision": f"r{n}", "model_digest": f"d{n}", "pod_template_hash": f"t{n}"} for n in range(10_000)]
    values = [Kafka(text(INFERENCE, **name)) for name in names]
    assert held_bytes(lambda: [times.read(text) and None for text in texts]) < 2_000_000
    assert held_bytes(lambda: [decoder.decode(values[n : n + 500]) and None for n in range(0, 10_000, 500)]) < 3_000_000
