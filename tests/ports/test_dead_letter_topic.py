"""Rejects on a topic of a real broker: noted before anything is committed, or not at all."""

import json
from pathlib import Path

import pytest

from monitor.adapters.dead_letter_topic import DeadLetterTopic
from monitor.adapters.kafka_connection import KafkaConnection
from monitor.adapters.kafka_python import KafkaPythonSource
from monitor.ports import SourceRefused
from tests.parts.kafka.broker import KafkaBroker


def where(bootstrap: str) -> KafkaConnection:
    return KafkaConnection((bootstrap,), "PLAINTEXT", timeout_ms=5_000)


def test_a_reject_is_a_record_of_coordinates_and_reason(kafka: KafkaBroker) -> None:
    topic = kafka.create_topic("rejects.of.discharge")
    letters = DeadLetterTopic(where(kafka.bootstrap), topic)
    letters.write("inferences", 2, [(5, "not_json", None), (9, "missing_field", "model")])
    letters.write("inferences", 2, [])
    letters.close()
    letters.close()
    source = KafkaPythonSource(where(kafka.bootstrap), [topic])
    source.seek({(topic, 0): 0})
    found: list[tuple[bytes | None, object]] = []
    while len(found) < 2:
        found += [(r.key, json.loads(r.value or b"")) for b in source.poll(500, max_records=10) for r in b.records]
    source.close()
    assert found == [
        (
            b"inferences/2/5",
            {"topic": "inferences", "partition": 2, "offset": 5, "reason": "not_json", "field": None},
        ),
        (
            b"inferences/2/9",
            {"topic": "inferences", "partition": 2, "offset": 9, "reason": "missing_field", "field": "model"},
        ),
    ]


def test_a_topic_that_takes_nothing_ends_the_process_before_it_commits(kafka: KafkaBroker) -> None:
    letters = DeadLetterTopic(
        where(kafka.bootstrap), kafka.create_topic("rejects.too.small", **{"max.message.bytes": 1})
    )
    with pytest.raises(
        OSError, match=r"rejects\.too\.small: rejects cannot be noted .* see feeds\.\*\.dead_letter_topic"
    ):
        letters.write("inferences", 0, [(1, "empty", None)])
    letters.close()


def test_a_topic_that_is_not_there_is_refused_before_any_record_is_read(kafka: KafkaBroker) -> None:
    with pytest.raises(SourceRefused, match=r"topic no\.such\.rejects on .*: cannot be written to .* make it"):
        DeadLetterTopic(where(kafka.bootstrap), "no.such.rejects")


def test_brokers_that_are_gone_end_the_process_before_it_commits(tmp_path: Path) -> None:
    with KafkaBroker(tmp_path) as broker:
        letters = DeadLetterTopic(where(broker.bootstrap), broker.create_topic("rejects"))
        broker.kill()
        with pytest.raises(OSError, match="rejects cannot be noted"):
            letters.write("inferences", 0, [(1, "empty", None)])
        letters.close()
