"""A Kafka broker inside this process, for the demo: the mock cluster of librdkafka. Touches the loopback network.

It speaks the protocol and keeps nothing: the newest 5 MiB of each partition, older records vanish without a word (about
65,000 inferences of 300 bytes a topic); every topic has four partitions; there are no rights, no look-up of offsets by
time, and no transactions that hold what they promise. kafka-python must be told its protocol, `API_VERSION`.
"""

from collections.abc import Sequence
from typing import Final

from confluent_kafka import Producer

API_VERSION: Final = (2, 3)
"""What kafka-python must take it for."""

PARTITIONS: Final = 4
"""Of every topic."""


class EmbeddedBroker:
    """A broker and a producer to fill it.

    Parameters
    ----------
    topics
        Topics that shall be there before their first record.

    Examples
    --------
    >>> broker = EmbeddedBroker(["inferences"])
    >>> broker.produce("inferences", b"p1", b"{}", timestamp_ms=1_767_225_600_000)
    >>> broker.flush()
    >>> broker.bootstrap.startswith("127.0.0.1:")
    True
    >>> broker.close()
    >>> broker.close()

    References
    ----------
    librdkafka, ``test.mock.num.brokers`` in CONFIGURATION.md.
    """

    def __init__(self, topics: Sequence[str] = ()) -> None:
        self._producer = Producer(
            {
                "test.mock.num.brokers": 1,
                "bootstrap.servers": "ignored",  # by the mock, but asked for
                # As kafka-python and Java do it, so that a key finds the partition of its other topics.
                "partitioner": "murmur2_random",
                "queue.buffering.max.messages": 1_000_000,
                "linger.ms": 5,
                "log_level": 0,
            }
        )
        (broker,) = self._producer.list_topics(timeout=10).brokers.values()
        self.bootstrap = f"{broker.host}:{broker.port}"
        for topic in topics:
            self._producer.list_topics(topic, timeout=10)

    def produce(self, topic: str, key: bytes, value: bytes | None, timestamp_ms: int) -> None:
        """Append a record; it may be there only after `flush`."""
        while True:
            try:
                self._producer.produce(topic, value, key, timestamp=timestamp_ms)
            except BufferError:
                self._producer.poll(0.1)
            else:
                break
        self._producer.poll(0)

    def flush(self) -> None:
        """Return when everything is in the log. `TimeoutError` if it is not after ten seconds."""
        left = self._producer.flush(10)
        if left:
            raise TimeoutError(f"{left} records did not reach the embedded broker")

    def close(self) -> None:
        """End the broker; the topics are gone. Idempotent."""
        self._producer.close()
