"""The demo's broker: what it does like a real one, and the limits that are written in its header."""

from collections import defaultdict

from monitor.adapters.embedded_broker import API_VERSION, PARTITIONS, EmbeddedBroker
from monitor.adapters.kafka_connection import KafkaConnection
from monitor.adapters.kafka_python import KafkaPythonSource
from tests.parts.kafka.broker import KafkaBroker
from tests.ports.event_source_contract import Read, read

TIME_MS = 1_767_225_600_000  # 2026-01-01T00:00:00Z
KEYS = [b"p%d" % number for number in range(200)]


def keys_by_partition(found: Read) -> dict[int, list[bytes | None]]:
    keys = defaultdict(list)
    for (_, partition), records in found.items():
        keys[partition] += [record.key for record in records]
    return keys


def test_a_key_finds_the_partition_that_it_finds_on_a_real_broker(kafka: KafkaBroker) -> None:
    topic = kafka.create_topic("partitioner", PARTITIONS)
    kafka.produce(topic, [(key, b"{}", TIME_MS) for key in KEYS])
    embedded = EmbeddedBroker([topic])
    for key in KEYS:
        embedded.produce(topic, key, b"{}", TIME_MS)
    embedded.flush()
    found = []
    for bootstrap, version in ((kafka.bootstrap, None), (embedded.bootstrap, API_VERSION)):
        source = KafkaPythonSource(KafkaConnection((bootstrap,), "PLAINTEXT", api_version=version), [topic])
        source.seek({(topic, number): 0 for number in range(PARTITIONS)})
        found.append(keys_by_partition(read(source, len(KEYS))))
        source.close()
    embedded.close()
    assert found[0] == found[1]
    assert len(found[0]) == PARTITIONS


def test_records_keep_their_times_and_may_be_without_value() -> None:
    embedded = EmbeddedBroker()
    embedded.produce("said", b"k", None, TIME_MS)
    embedded.flush()
    source = KafkaPythonSource(KafkaConnection((embedded.bootstrap,), "PLAINTEXT", api_version=API_VERSION), ["said"])
    source.seek({("said", number): 0 for number in range(PARTITIONS)})
    ((record,),) = read(source, 1).values()
    assert (record.key, record.value, record.timestamp) == (b"k", None, TIME_MS)
    source.close()
    embedded.close()


def test_it_forgets_the_oldest_records_beyond_five_mebibytes_a_partition() -> None:
    embedded = EmbeddedBroker(["said"])
    for number in range(12_000):
        embedded.produce("said", b"one key, one partition", b"%06d" % number + b" " * 994, TIME_MS)
    embedded.flush()
    source = KafkaPythonSource(KafkaConnection((embedded.bootstrap,), "PLAINTEXT", api_version=API_VERSION), ["said"])
    bounds = source.bounds()
    source.close()
    embedded.close()
    held = [end - first for first, end in bounds.values() if end]
    assert len(held) == 1
    assert 4_000 < held[0] < 6_000
