"""A feed whose producers write transactions: their markers must keep nobody waiting. On a real broker."""

import json
import time
from pathlib import Path

from confluent_kafka import Producer

from monitor.adapters.clock import SystemClock
from monitor.adapters.kafka_connection import KafkaConnection
from monitor.adapters.kafka_python import KafkaPythonSource
from monitor.adapters.memory import MemoryStateStore
from monitor.cli.build import feed_plan
from monitor.service.feed import Feed, FeedParts
from monitor.settings.load import load
from tests.parts.kafka.broker import KafkaBroker

TIME_MS = 1_767_225_600_000  # 2026-01-01T00:00:00Z

SETTINGS = """
version: 1
feeds:
  claims:
    inference: {topic: transactions.inference, adapter: flat_json}
    outcome: {topic: transactions.outcome, adapter: flat_json}
    horizon: 30d
models:
  readmission:
    feed: claims
    attributes: {sex: {values: {female: [F], male: [M]}}}
    metrics: [error_rate]
"""


def produce(kafka: KafkaBroker, topic: str, event: dict[str, object]) -> None:
    """One record in a transaction that is committed, one in a transaction that is not."""
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "transactional.id": topic})
    producer.init_transactions(30)
    for is_committed in (True, False):
        producer.begin_transaction()
        producer.produce(topic, json.dumps(event).encode(), str(event["prediction_id"]), timestamp=TIME_MS)
        producer.flush(30)
        (producer.commit_transaction if is_committed else producer.abort_transaction)(30)


def test_a_feed_that_has_read_everything_is_idle_and_not_rebuilding(kafka: KafkaBroker, tmp_path: Path) -> None:
    path = tmp_path / "fairdrift.yaml"
    path.write_text(SETTINGS, encoding="utf-8")
    plan = feed_plan(load(path, {}), "claims", "as_configured")
    topics = [kafka.create_topic(topic.name) for topic in plan.topics]
    inference = {"prediction_id": "p1", "model": "readmission", "revision": "r1", "event_time": TIME_MS}
    produce(kafka, topics[0], inference | {"attributes": {"sex": "F"}, "prediction": 1})
    produce(kafka, topics[1], {"prediction_id": "p1", "event_time": TIME_MS, "label": 1})
    source = KafkaPythonSource(KafkaConnection((kafka.bootstrap,), "PLAINTEXT"), topics)
    feed = Feed(plan, FeedParts(source, lambda _number: MemoryStateStore(), lambda *_reject: None, SystemClock()))
    feed.start()
    assert "rebuilding" in feed.flags(0)
    read, end = 0, time.monotonic() + 20
    while feed.flags(0) and time.monotonic() < end:
        read += feed.take(200, 100, [0])
    assert read == 2
    assert feed.lag_records() == 0
    assert feed.flags(0) == frozenset()
    # An idle partition stands at the broker's time, less what the producer may be late: not at its own last event.
    assert [standing.is_idle for shard in feed.shards.values() for standing in feed._standings(shard)] == [True, True]
    feed.close()
