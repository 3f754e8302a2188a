"""What the source of kafka-python promises beyond the contract, on a real broker."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from confluent_kafka import Producer

from monitor.adapters.kafka_connection import KafkaConnection
from monitor.adapters.kafka_library import KafkaAdminClient, errors
from monitor.adapters.kafka_python import KafkaPythonSource
from monitor.ports import OffsetLost, SourceRefused
from tests.parts.kafka.broker import KafkaBroker, Sent
from tests.ports.event_source_contract import Read, offsets, read

TIME_MS = 1_767_225_600_000  # 2026-01-01T00:00:00Z


Open = Callable[..., KafkaPythonSource]


def numbered(*numbers: int) -> list[Sent]:
    return [(b"%d" % number, b"v%d" % number, TIME_MS + number) for number in numbers]


def values(found: Read) -> list[bytes | None]:
    return [record.value for records in found.values() for record in records]


@pytest.fixture
def topic(kafka: KafkaBroker, request: pytest.FixtureRequest) -> str:
    return kafka.create_topic(f"t{abs(hash(request.node.name))}")


@pytest.fixture
def opened(kafka: KafkaBroker) -> Iterator[Open]:
    """Opens sources on the shared broker, and closes them."""
    sources: list[KafkaPythonSource] = []

    def open_one(*topics: str, group: str | None = None) -> KafkaPythonSource:
        sources.append(KafkaPythonSource(KafkaConnection((kafka.bootstrap,), "PLAINTEXT"), topics, group))
        return sources[-1]

    yield open_one
    for source in sources:
        source.close()


def test_records_deleted_below_a_position_are_an_error_that_names_the_partition_and_moves_nothing(
    kafka: KafkaBroker, topic: str, opened: Open
) -> None:
    kafka.produce(topic, numbered(*range(10)))
    kafka.delete_records(topic, before=6)
    source = opened(topic)
    assert source.bounds() == {(topic, 0): (6, 10)}
    source.seek({(topic, 0): 2})
    for _ in range(2):
        with pytest.raises(OffsetLost) as caught:
            read(source, 1)
        assert caught.value.lost == ((topic, 0),)
        assert f"no longer holds what comes next in {topic}[0] at 2" in str(caught.value)
    source.seek({(topic, 0): 6})
    assert offsets(read(source, 4)[topic, 0]) == [6, 7, 8, 9]


def test_a_topic_made_anew_is_a_lost_offset(kafka: KafkaBroker, topic: str, opened: Open) -> None:
    kafka.produce(topic, numbered(*range(5)))
    source = opened(topic)
    source.seek({(topic, 0): 0})
    read(source, 5)
    kafka.delete_topic(topic)
    kafka.create_topic(topic)
    kafka.produce(topic, numbered(1))
    with pytest.raises(OffsetLost):
        read(source, 1)


def test_aborted_records_never_come_and_markers_do_not_keep_a_reader_from_the_end(
    kafka: KafkaBroker, topic: str, opened: Open
) -> None:
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "transactional.id": topic})
    producer.init_transactions(30)
    for number, end in enumerate(("commit", "abort", "commit", "abort")):
        producer.begin_transaction()
        producer.produce(topic, b"v%d" % number, b"k")
        producer.flush(30)
        {"commit": producer.commit_transaction, "abort": producer.abort_transaction}[end](30)
    source = opened(topic)
    # Four records, each with its marker.
    assert source.bounds() == {(topic, 0): (0, 8)}
    source.seek({(topic, 0): 0})
    found = read(source, 2)
    assert values(found) == [b"v0", b"v2"]
    assert list(source.poll(1_000, 10)) == []
    source.poll(0, 10)
    # Behind the last record, at offset 4, there are markers and an aborted record: nothing that will ever be read.
    assert source.bounds() == {(topic, 0): (0, 5)}
    source.seek({(topic, 0): 5})
    assert source.bounds() == {(topic, 0): (0, 8)}


def test_the_end_lies_before_an_open_transaction(kafka: KafkaBroker, topic: str, opened: Open) -> None:
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "transactional.id": topic})
    producer.init_transactions(30)
    kafka.produce(topic, numbered(0))
    producer.begin_transaction()
    producer.produce(topic, b"open", b"k")
    producer.flush(30)
    kafka.produce(topic, numbered(1))
    source = opened(topic)
    source.seek({(topic, 0): 0})
    assert values(read(source, 1)) == [b"v0"]
    assert list(source.poll(300, 10)) == []
    assert source.bounds() == {(topic, 0): (0, 1)}
    producer.commit_transaction(30)
    assert values(read(source, 2)) == [b"open", b"v1"]


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_records_are_read_whatever_their_producer_compresses_with(
    kafka: KafkaBroker, topic: str, opened: Open, codec: str
) -> None:
    kafka.produce(topic, numbered(*range(100)), compression_type=codec)
    source = opened(topic)
    source.seek({(topic, 0): 0})
    assert values(read(source, 100)) == [b"v%d" % number for number in range(100)]


def test_compressed_records_headers_and_records_without_key_or_value_come_as_they_were_sent(
    kafka: KafkaBroker, topic: str, opened: Open
) -> None:
    kafka.produce(topic, numbered(*range(100)), compression_type="gzip")
    kafka.produce(topic, [(None, b"no key", TIME_MS), (b"no value", None, TIME_MS)])
    producer = Producer({"bootstrap.servers": kafka.bootstrap})
    producer.produce(topic, b"v", headers=[("ce_id", b"1"), ("ce_id", b"2")])
    producer.flush(30)
    source = opened(topic)
    source.seek({(topic, 0): 50})
    records = read(source, 53)[topic, 0]
    assert offsets(records) == list(range(50, 103))
    assert (records[0].value, records[0].timestamp) == (b"v50", TIME_MS + 50)
    assert [(record.key, record.value) for record in records[50:52]] == [(None, b"no key"), (b"no value", None)]
    assert list(records[52].headers) == [("ce_id", b"1"), ("ce_id", b"2")]


def test_a_batch_that_cannot_be_unpacked_is_refused_again_and_again_and_what_lies_before_it_is_read(
    kafka: KafkaBroker, topic: str, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kafka.codec.has_lz4", lambda: False)
    kafka.produce(topic, numbered(0, 1))
    kafka.produce(topic, [(b"k", b" " * 1_000, TIME_MS)], compression_type="lz4")
    source = opened(topic)
    source.seek({(topic, 0): 0})
    assert values(read(source, 2)) == [b"v0", b"v1"]
    for _ in range(2):
        with pytest.raises(SourceRefused, match=r"UnsupportedCodecError.*; install the package that unpacks it \(lz4"):
            read(source, 1)


def test_a_topic_that_is_not_there_is_refused_by_name(kafka: KafkaBroker, topic: str, opened: Open) -> None:
    with pytest.raises(SourceRefused) as caught:
        opened(topic, "nowhere").partitions()
    assert str(caught.value) == (
        f"topic nowhere on Kafka at {kafka.bootstrap} does not exist; create it, or name another one in the settings"
    )


def test_progress_is_told_to_lag_tools_under_the_name_of_the_group_and_never_read_back(
    kafka: KafkaBroker, topic: str, opened: Open
) -> None:
    kafka.produce(topic, numbered(*range(5)))
    source = opened(topic, group=topic)
    admin = KafkaConnection((kafka.bootstrap,), "PLAINTEXT").open(KafkaAdminClient)
    place, told = (topic, 0), {}
    end = time.monotonic() + 30
    while place not in told and time.monotonic() < end:  # the broker's very first group takes a moment
        source.note_progress({place: 3})
        with suppress(errors.RetriableError):
            told = admin.list_group_offsets(topic)[topic]
    admin.close()
    assert told[place].offset == 3
    source.seek({(topic, 0): 0})
    assert values(read(source, 5)) == [b"v0", b"v1", b"v2", b"v3", b"v4"]


def test_without_crc32c_there_is_no_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "crc32c", None)
    with pytest.raises(SourceRefused, match=r"crc32c is missing.*pip install crc32c"):
        KafkaPythonSource(KafkaConnection(("127.0.0.1:1",)), ["t"])
