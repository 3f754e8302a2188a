"""Rejects on a topic of Kafka: coordinates and reasons, never payloads. Needs the right to write to that topic alone.

Way of an event: end of step 2 for a record that is refused. Touches the network.
"""

import json
from collections.abc import Iterable
from typing import Any

from monitor.adapters.kafka_connection import KafkaConnection
from monitor.adapters.kafka_library import KafkaProducer, errors


class DeadLetterTopic:
    """Sends one JSON record a reject: topic, partition, offset, reason, field; its key is ``topic/partition/offset``.

    Parameters
    ----------
    where, topic
        The cluster, and the topic. The connection is made with the first reject.
    """

    def __init__(self, where: KafkaConnection, topic: str) -> None:
        self._where, self._topic = where, topic
        self._producer: Any = None

    def write(self, topic: str, partition: int, rejects: Iterable[tuple[int, str, str | None]]) -> None:
        """Note rejects as (offset, reason, field), and return once the brokers have them. Twice is harmless.

        Raises
        ------
        OSError
            if the brokers do not take them: nothing may be committed that was not noted.
        SourceUnreachable, SourceRefused
            as the connection does.
        """
        sent = []
        for offset, reason, field in rejects:
            if self._producer is None:
                self._producer = self._where.open(KafkaProducer, acks="all", linger_ms=5)
            body = {"topic": topic, "partition": partition, "offset": offset, "reason": reason, "field": field}
            key = f"{topic}/{partition}/{offset}".encode()
            sent.append(self._producer.send(self._topic, json.dumps(body).encode(), key=key))
        try:
            for one in sent:
                one.get(timeout=self._where.timeout_ms / 1_000)
        except errors.KafkaError as error:
            raise OSError(
                f"topic {self._topic}: rejects cannot be noted ({type(error).__name__}: {error}); "
                "may we write to it? see feeds.*.dead_letter_topic"
            ) from error

    def close(self) -> None:
        """Let go of the connection. Idempotent."""
        if self._producer is not None:
            self._producer.close(timeout=self._where.timeout_ms / 1_000)
            self._producer = None
