"""Events from Kafka by the library kafka-python: the source behind `ports.EventSource`.

Way of an event: step 1, called by the loop. Touches the network.

One process reads all partitions, each from the offset that its own state holds: `assign` and `seek`, no group. Offsets
committed to Kafka are for lag tools only and never read; they go over a connection of their own, so that nothing about
groups can hold up the reading.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from monitor.adapters.kafka_connection import KafkaConnection
from monitor.adapters.kafka_library import (
    KafkaAdminClient,
    KafkaConsumer,
    OffsetAndMetadata,
    TopicPartition,
    errors,
    require_crc32c,
)
from monitor.ports import Batch, OffsetLost, SourceRefused, SourceUnreachable
from monitor.ports import TopicPartition as Place

MOST_BYTES_A_PARTITION: Final = 4 << 20
MOST_BYTES_A_FETCH: Final = 32 << 20

SETTINGS: Final[Mapping[str, object]] = {
    "group_id": None,
    "enable_auto_commit": False,
    "auto_offset_reset": "none",  # a lost offset is said, never stepped over
    "isolation_level": "read_committed",
    "allow_auto_create_topics": False,
    "max_poll_records": 20_000,
    "max_partition_fetch_bytes": MOST_BYTES_A_PARTITION,
    "fetch_max_bytes": MOST_BYTES_A_FETCH,
    "fetch_min_bytes": 1,
    "fetch_max_wait_ms": 50,  # a broker may hold an empty fetch this long: bounds how late a record is seen
    "check_crcs": True,
    "metrics_enabled": False,
}


class KafkaPythonSource:
    """The records of some topics of one Kafka cluster.

    It connects with the first call that needs the cluster; a call that found no broker may be made again. A broker that
    dies later is seen by `bounds`: it raises `SourceUnreachable`, while `poll` only stays empty.

    Parameters
    ----------
    connection
        Where the cluster is, and who we are.
    topics
        Names of the topics. READ on each is the only right needed.
    group
        Name under which lag tools see the progress, which needs READ on that group; None: progress is not told.

    Raises
    ------
    SourceRefused
        if the package crc32c is missing.

    Examples
    --------
    >>> source = KafkaPythonSource(KafkaConnection(("kafka-0:9092",), "PLAINTEXT"), ["inferences", "outcomes"])
    >>> source.close()

    References
    ----------
    kafka-python 3.0.12, `KafkaConsumer` and `KafkaAdminClient`.
    """

    def __init__(self, connection: KafkaConnection, topics: Sequence[str], group: str | None = None) -> None:
        require_crc32c()
        self._connection, self._topics, self._group = connection, list(topics), group
        self._consumer_client: Any = None
        self._admin_client: Any = None
        self._counts: dict[str, int] = {}
        self._next: dict[Place, int] = {}
        self._reached: dict[Place, int] = {}
        self._refused: SourceRefused | None = None

    def partitions(self) -> Mapping[str, int]:
        """Ask for the metadata of the topics. `SourceRefused` names a topic that is missing or closed to us."""
        with self._connection.asking("the metadata of the topics"):
            described = self._admin().describe_topics(self._topics)
        counts: dict[str, int] = {}
        for topic in described:
            self._check(topic["name"], errors.for_code(topic["error_code"]))
            counts[topic["name"]] = len(topic["partitions"])
        self._counts = counts
        return dict(counts)

    def _check(self, topic: str, problem: type[Exception]) -> None:
        where = f"topic {topic} on Kafka at {self._connection.servers}"
        if issubclass(problem, errors.UnknownTopicOrPartitionError):
            raise SourceRefused(f"{where} does not exist; create it, or name another one in the settings")
        if issubclass(problem, errors.TopicAuthorizationFailedError):
            user = self._connection.username or "our login"
            raise SourceRefused(f"{where} is missing or closed to us; create it, or give {user} READ on it")
        if not issubclass(problem, errors.NoError):
            kind = SourceUnreachable if issubclass(problem, errors.RetriableError) else SourceRefused
            raise kind(f"{where} cannot be used: {problem.__name__}")

    def bounds(self) -> Mapping[Place, tuple[int, int]]:
        """Ask for the first held offset and the end of every partition; the end lies before open transactions.

        Markers of transactions fill offsets and bring no record. The end counts them until they have been read past;
        after that it is the offset after the last record, so that who has read everything stands at the end.
        """
        consumer, places = self._consumer(), self._all()
        with self._connection.asking("the offsets of the topics"):
            firsts = consumer.beginning_offsets(places, timeout_ms=self._connection.timeout_ms)
            ends = consumer.end_offsets(places, timeout_ms=self._connection.timeout_ms)
        return {tuple(place): (firsts[place], self._end(place, ends[place])) for place in places}

    def _end(self, place: Any, end: int) -> int:
        mine = self._next.get(place, end)
        return mine if mine < end <= self._reached.get(place, 0) else end

    def offsets_at(self, time_ms: int) -> Mapping[Place, int]:
        """Ask for the first offset at or after a broker time; the first held one where there is none."""
        consumer, places = self._consumer(), self._all()
        with self._connection.asking("offsets by time"):
            firsts = consumer.beginning_offsets(places, timeout_ms=self._connection.timeout_ms)
            times = dict.fromkeys(places, max(0, time_ms))
            found = consumer.offsets_for_times(times, timeout_ms=self._connection.timeout_ms)
        return {tuple(place): found[place].offset if found[place] else firsts[place] for place in places}

    def seek(self, positions: Mapping[Place, int]) -> None:
        """Read these partitions from these offsets on, paused ones too; the others stay where they are."""
        consumer = self._consumer()
        self._next.update(positions)
        consumer.assign([TopicPartition(*place) for place in self._next])
        for place, offset in positions.items():
            self._reached.pop(place, None)
            consumer.seek(TopicPartition(*place), offset)
            consumer.resume(TopicPartition(*place))

    def poll(self, timeout_ms: int, max_records: int) -> Sequence[Batch]:
        """What arrived. `OffsetLost` if the log does not hold a position, or was cut short below it.

        What cannot be read once is refused from then on: behind a batch that it cannot unpack the library would spin.
        """
        if self._refused is not None:
            raise self._refused
        try:
            found = self._fetch(timeout_ms, max_records)
        except SourceRefused as refused:
            self._refused = refused
            raise
        for place, records in found.items():
            self._next[tuple(place)] = records[-1].offset + 1
        return [Batch(topic, number, records) for (topic, number), records in found.items()]

    def _fetch(self, timeout_ms: int, max_records: int) -> Mapping[Any, Sequence[Any]]:
        consumer = self._consumer()
        with self._connection.asking("records"):
            try:
                # Where the client stands since the last poll: past markers, of which `records` says nothing.
                self._reached = {place: consumer.position(TopicPartition(*place), timeout_ms=0) for place in self._next}
                found: Mapping[Any, Sequence[Any]] = consumer.poll(timeout_ms=timeout_ms, max_records=max_records)
            except errors.OffsetOutOfRangeError as error:
                raise self._offset_lost(error.args[0]) from error
            except errors.LogTruncationError as error:
                raise self._offset_lost(error.divergent_offsets) from error
        return found

    def _offset_lost(self, places: Iterable[Any]) -> OffsetLost:
        lost = [(place.topic, place.partition) for place in places]
        names = ", ".join(f"{topic}[{number}] at {self._next[topic, number]}" for topic, number in lost)
        return OffsetLost(f"Kafka no longer holds what comes next in {names}; the counts must be rebuilt", lost)

    def pause(self, partitions: Sequence[Place]) -> None:
        """Deliver nothing more of these until `seek` names them."""
        self._consumer().pause(*(TopicPartition(*place) for place in partitions))

    def note_progress(self, positions: Mapping[Place, int]) -> None:
        """Commit offsets under the name of the group; whatever goes wrong, the reading goes on."""
        if self._group is None:
            return
        offsets = {TopicPartition(*place): OffsetAndMetadata(at, "", -1) for place, at in positions.items()}
        with suppress(errors.KafkaError, SourceRefused, SourceUnreachable):
            self._admin().alter_group_offsets(self._group, offsets)

    def close(self) -> None:
        """Close the connections. Idempotent."""
        for client in (self._consumer_client, self._admin_client):
            if client is not None:
                client.close()
        self._consumer_client = self._admin_client = None
        self._next.clear()
        self._reached.clear()

    def _all(self) -> list[Any]:
        counts = self._counts or self.partitions()
        return [TopicPartition(topic, number) for topic, count in counts.items() for number in range(count)]

    def _consumer(self) -> Any:
        if self._consumer_client is None:
            self._consumer_client = self._connection.open(KafkaConsumer, **SETTINGS)
        return self._consumer_client

    def _admin(self) -> Any:
        if self._admin_client is None:
            self._admin_client = self._connection.open(KafkaAdminClient)
        return self._admin_client
