"""Rejects on a topic of Kafka: coordinates and reasons, never payloads. Needs the right to write to that topic alone.

Way of an event: end of step 2 for a record that is refused. Touches the network.
"""

import json
from collections.abc import Iterable
from typing import Any

from monitor.adapters.kafka_connection import KafkaConnection
from monitor.adapters.kafka_library import KafkaProducer, errors
from monitor.ports import SourceRefused


class DeadLetterTopic:
    """Sends one JSON record a reject: topic, partition, offset, reason, field; its key is ``topic/partition/offset``.

    Parameters
    ----------
    where, topic
        The cluster, and the topic.

    Raises
    ------
    SourceRefused
        if there is no such topic, or as the connection does: better than with the first reject.
    SourceUnreachable
        as the connection does.
    """

    def __init__(self, where: KafkaConnection, topic: str) -> None:
        self._where, self._topic = where, topic
        # The library refuses a delivery shorter than a request and its linger.
        limits = {"max_block_ms": where.timeout_ms, "delivery_timeout_ms": where.timeout_ms + 1_000}
        self._producer: Any = where.open(KafkaProducer, acks="all", linger_ms=5, **limits)
        try:
            self._producer.partitions_for(topic)
        except errors.KafkaError as error:
            self.close()
            raise SourceRefused(
                f"topic {topic} on {where.servers}: cannot be written to ({type(error).__name__}); make it, and let us "
                "write there, or change feeds.*.dead_letter_topic"
            ) from error

    def write(self, topic: str, partition: int, rejects: Iterable[tuple[int, str, str | None]]) -> None:
        """Note rejects as (offset, reason, field), and return once the brokers have them. Twice is harmless.

        Raises
        ------
        OSError
            if the brokers do not take them: the process must end, so that nothing is committed that was not noted.
        """
        try:
            sent = [self._send(topic, partition, *reject) for reject in rejects]
            for one in sent:
                one.get(timeout=2 * self._where.timeout_ms / 1_000)
        except errors.KafkaError as error:
            raise OSError(
                f"topic {self._topic}: rejects cannot be noted ({type(error).__name__}: {error}); "
                "is it there, and may we write to it? see feeds.*.dead_letter_topic"
            ) from error

    def _send(self, topic: str, partition: int, offset: int, reason: str, field: str | None) -> Any:
        body = {"topic": topic, "partition": partition, "offset": offset, "reason": reason, "field": field}
        return self._producer.send(self._topic, json.dumps(body).encode(), key=f"{topic}/{partition}/{offset}".encode())

    def close(self) -> None:
        """Let go of the connection. Idempotent."""
        self._producer.close(timeout=self._where.timeout_ms / 1_000)
