"""One real Kafka broker (KRaft) on loopback. It dies with the tests, however they end."""

import base64
import shutil
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

from confluent_kafka import KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from tests.parts.kafka.jars import CLUSTER_ID, JVM, kafka_home, write_properties
from tests.parts.processes import HOST, Process, free_ports, is_open, start

Sent = tuple[bytes | None, bytes | None, int]
"""Key, value, broker time in ms."""


class KafkaBroker:
    """A broker with its own data folder; kill and start it again as a test needs.

    Parameters
    ----------
    home
        An empty folder.
    secure
        Settings of a second listener ``SECURE`` (see `tests.parts.kafka.security`); the plain one stays as the door of
        the test, without restrictions.
    """

    def __init__(self, home: Path, secure: Mapping[str, object] | None = None) -> None:
        self._home, self._secure = home, dict(secure or {})
        self._port, self._controller_port, self._secure_port = free_ports(3)
        self.bootstrap = f"{HOST}:{self._port}"
        self.bootstrap_secure = f"localhost:{self._secure_port}"
        self.process: Process | None = None
        self._admin_client: AdminClient | None = None

    def start(self) -> None:
        """Start it, and return when it is in its own metadata: an open port may still be a fenced broker."""
        data = self._home / "data"
        if not data.exists():
            shutil.copytree(kafka_home() / "formatted", data)
            directory_id = "A" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
            meta = {"version": 1, "cluster.id": CLUSTER_ID, "node.id": 1, "directory.id": directory_id}
            write_properties(data / "meta.properties", meta)
        write_properties(self._home / "server.properties", self._settings(data))
        command = ["java", "-Xmx256m", *JVM, "-cp", f"{kafka_home()}/jars/*", "kafka.Kafka", "server.properties"]
        self.process = start("kafka", command, self._home)
        self.process.wait_ready(self._is_ready, timeout_s=90)

    def _settings(self, data: Path) -> dict[str, object]:
        listeners = f"PLAINTEXT://{self.bootstrap},CONTROLLER://{HOST}:{self._controller_port}"
        return {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@{HOST}:{self._controller_port}",
            "listeners": listeners + (f",SECURE://{self.bootstrap_secure}" if self._secure else ""),
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL",
            "inter.broker.listener.name": "PLAINTEXT",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": data,
            "auto.create.topics.enable": "false",
            "offsets.topic.replication.factor": 1,
            "offsets.topic.num.partitions": 1,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.num.partitions": 1,
            "transaction.state.log.min.isr": 1,
            "share.coordinator.state.topic.replication.factor": 1,
            "share.coordinator.state.topic.min.isr": 1,
            "group.initial.rebalance.delay.ms": 0,
            "log.cleaner.dedupe.buffer.size": 4 << 20,  # the default, 128 MiB, ends a small heap at start
            "broker.session.timeout.ms": 3_000,  # else nine seconds are lost after a kill
            "broker.heartbeat.interval.ms": 500,
            "log.retention.check.interval.ms": 1_000,
            "log.initial.task.delay.ms": 500,
            **self._secure,
        }

    def _is_ready(self) -> bool:
        if not is_open(self._port):
            return False
        try:
            return 1 in self._admin().list_topics(timeout=2).brokers
        except KafkaException:
            return False

    def _admin(self) -> AdminClient:
        if self._admin_client is None:
            self._admin_client = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})
        return self._admin_client

    def create_topic(self, name: str, partitions: int = 1, **configs: object) -> str:
        """Make a topic that keeps old events for ever; ``cleanup_policy="compact"`` sets ``cleanup.policy``."""
        kept = {"retention.ms": "-1"} | {key.replace("_", "."): str(value) for key, value in configs.items()}
        self._admin().create_topics([NewTopic(name, partitions, 1, config=kept)])[name].result(30)
        return name

    def delete_topic(self, name: str) -> None:
        """Delete a topic with all its records."""
        self._admin().delete_topics([name])[name].result(30)

    def delete_records(self, topic: str, before: int, partition: int = 0) -> None:
        """Delete the records of a partition below the offset `before`, as retention would."""
        place = TopicPartition(topic, partition, before)
        self._admin().delete_records([place])[place].result(30)

    def produce(self, topic: str, sent: Iterable[Sent], partition: int = -1, **settings: object) -> None:
        """Append records and wait until they are in the log; ``compression_type="gzip"`` sets ``compression.type``."""
        options = {key.replace("_", "."): value for key, value in settings.items()}
        producer = Producer({"bootstrap.servers": self.bootstrap, "partitioner": "murmur2_random", **options})
        for key, value, time_ms in sent:
            producer.produce(topic, key=key, value=value, timestamp=time_ms, partition=partition)
            producer.poll(0)
        if producer.flush(30):
            raise TimeoutError(f"not all records reached {topic}")

    def kill(self) -> None:
        """Kill it as a crash would; `start` brings it back with what was acknowledged."""
        if self.process is not None:
            self.process.stop()
            self.process = None

    def __enter__(self) -> Self:
        self._home.mkdir(parents=True, exist_ok=True)
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self._home / "data", ignore_errors=True)
