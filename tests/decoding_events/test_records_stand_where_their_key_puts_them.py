"""Joining by key happens inside a partition: a record elsewhere is refused, and so is one without a key."""

import random
import warnings

import pytest

from monitor.intake.decode import Decoder
from monitor.intake.partitions import murmur2
from tests.decoding_events.feeds import OUTCOME, Kafka, reading, text

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # kafka-python reads its own files in an old way
    from kafka.partitioner.default import murmur2 as kafka_python_murmur2

# Apache Kafka, clients/src/test/java/org/apache/kafka/common/utils/UtilsTest.java, testMurmur2
KNOWN = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


def test_the_hash_is_that_of_apache_kafka() -> None:
    assert murmur2(list(KNOWN)).view("int32").tolist() == list(KNOWN.values())


def test_the_hash_is_that_of_kafka_python_for_keys_of_any_length_mixed() -> None:
    rng = random.Random(5)
    keys = [rng.randbytes(rng.choice((0, 1, 2, 3, 4, 5, 36, 36, 36, 37))) for _ in range(500)]
    assert murmur2(keys).tolist() == [kafka_python_murmur2(key) & 0xFFFFFFFF for key in keys]


def records(count: int) -> list[Kafka]:
    return [Kafka(text(OUTCOME, prediction_id=f"p{n}"), key=f"p{n}".encode()) for n in range(count)]


def test_each_record_is_taken_in_its_own_partition_only() -> None:
    sent, decoder = records(3_000), Decoder(reading("outcome"))
    taken = [decoder.decode(sent, partition, 3) for partition in range(3)]
    homes = [(kafka_python_murmur2(record.key) & 0x7FFFFFFF) % 3 for record in sent]
    for partition, decoded in enumerate(taken):
        assert decoded.indexes == [index for index, home in enumerate(homes) if home == partition]
        assert {reject.reason for reject in decoded.rejects} == {"wrong_partition"}


@pytest.mark.parametrize(("partitions", "reasons"), [(1, []), (2, ["no_key"])])
def test_a_key_is_needed_where_there_is_more_than_one_partition(partitions: int, reasons: list[str]) -> None:
    home = (kafka_python_murmur2(b"p1") & 0x7FFFFFFF) % partitions
    sent = [Kafka(text(OUTCOME), key=b"p1"), Kafka(text(OUTCOME), key=None)]
    decoded = Decoder(reading("outcome")).decode(sent, home, partitions)
    assert [reject.reason for reject in decoded.rejects] == reasons
    assert len(decoded.events) == 2 - len(reasons)
