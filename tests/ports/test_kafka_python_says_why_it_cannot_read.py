"""What is said, and of which kind it is, when Kafka is away, or does not let us in. On a broker of its own."""

import gc
import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.adapters.kafka_connection import KafkaConnection
from monitor.adapters.kafka_library import errors
from monitor.adapters.kafka_python import KafkaPythonSource
from monitor.ports import SourceRefused, SourceUnreachable
from tests.parts.kafka.broker import KafkaBroker
from tests.parts.kafka.security import let_read, scram_over_tls, take_right
from tests.parts.processes import free_ports
from tests.ports.event_source_contract import offsets, read

TIME_MS = 1_767_225_600_000  # 2026-01-01T00:00:00Z

Secured = tuple[KafkaBroker, Path]
"""A broker, and the PEM file that its clients trust."""


# kafka-python leaves the socket of a failed connection to the garbage collector, which warns of it.
pytestmark = pytest.mark.filterwarnings(r"ignore:unclosed <(socket|ssl)\.:ResourceWarning")


@pytest.fixture(autouse=True)
def _sockets_of_failed_connections_are_swept(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    caplog.get_records("call").clear()  # a log line holds the error, its frames, and so the socket
    gc.collect()


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """SCRAM over TLS, and ACLs: `fairdrift` may read the topic `open`, and nothing of the topic `hidden`."""
    home = tmp_path_factory.mktemp("secured")
    secure = scram_over_tls(home / "tls")
    with KafkaBroker(home / "kafka", secure.settings) as broker:
        for topic in ("open", "hidden"):
            broker.create_topic(topic)
            broker.produce(topic, [(b"k", b"v%d" % number, TIME_MS) for number in range(10)])
        let_read(broker.bootstrap, "fairdrift", "s3cret", "open")
        yield broker, secure.ca_file


@pytest.fixture
def login(secured: Secured) -> KafkaConnection:
    broker, ca_file = secured
    return KafkaConnection(
        *((broker.bootstrap_secure,), "SASL_SSL", "SCRAM-SHA-512", "fairdrift", "s3cret", ca_file), timeout_ms=2_500
    )


def ask_for_bounds_for_ever(source: KafkaPythonSource) -> None:
    while True:
        source.bounds()


def complaint(connection: KafkaConnection, *topics: str) -> tuple[type[Exception], str]:
    """Kind and text of what `partitions` raises; nothing may be left running."""
    before = threading.active_count()
    source = KafkaPythonSource(connection, topics or ("open",))
    with pytest.raises((SourceRefused, SourceUnreachable)) as caught:
        source.partitions()
    source.close()
    assert threading.active_count() == before
    return type(caught.value), str(caught.value)


def test_with_the_right_to_read_and_no_other_everything_is_read(login: KafkaConnection) -> None:
    source = KafkaPythonSource(login, ["open"], group="not allowed")
    assert source.partitions() == {"open": 1}
    assert source.bounds() == {("open", 0): (0, 10)}
    source.seek({("open", 0): 0})
    source.note_progress({("open", 0): 5})
    assert offsets(read(source, 10)["open", 0]) == list(range(10))
    source.close()


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"sasl_mechanism": "PLAIN"}], ids=["password", "mechanism"])
def test_a_login_that_the_broker_refuses_is_said_without_it(login: KafkaConnection, wrong: dict[str, str]) -> None:
    kind, text = complaint(replace(login, **wrong))
    # The broker hangs up behind its answer. kafka-python drops an answer that it reads together with the hanging up:
    # then there is only the hint. Which of the two happens is the scheduler's choice.
    reason = "Sasl" if kind is SourceRefused else "socket disconnected"
    assert reason in text
    assert "login" in text
    assert "s3cret" not in text
    assert "wrong" not in text


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        (errors.SaslAuthenticationFailedError("invalid credentials"), SourceRefused),
        (errors.UnsupportedSaslMechanismError(), SourceRefused),
        (errors.KafkaConnectionError("111 ECONNREFUSED"), SourceUnreachable),
    ],
    ids=["login", "mechanism", "nobody there"],
)
def test_a_reason_that_stands_only_in_the_log_of_the_library_decides_the_kind(
    reason: Exception, kind: type[Exception]
) -> None:
    def failing(**_: object) -> None:
        logging.getLogger("kafka.net.manager").warning("Bootstrap connection failed: %s", reason)
        raise errors.KafkaTimeoutError("Unable to bootstrap")

    with pytest.raises(kind) as caught:
        KafkaConnection(("kafka:9092",), "PLAINTEXT").open(failing)
    assert str(reason) in str(caught.value)
    assert isinstance(caught.value.__cause__, errors.KafkaTimeoutError)


def test_a_broker_whose_authority_we_do_not_know_is_refused(login: KafkaConnection) -> None:
    kind, text = complaint(replace(login, ca_file=None))
    assert (kind, "certificate verify failed" in text) == (SourceRefused, True)


def test_a_broker_under_another_name_than_that_of_its_certificate_is_refused(login: KafkaConnection) -> None:
    (address,) = login.bootstrap_servers
    kind, text = complaint(replace(login, bootstrap_servers=(address.replace("localhost", "127.0.0.1"),)))
    assert (kind, "not valid for '127.0.0.1'" in text) == (SourceRefused, True)


def test_a_ca_file_that_is_none_is_refused(login: KafkaConnection, tmp_path: Path) -> None:
    missing, empty = tmp_path / "ca.pem", tmp_path / "empty.pem"
    empty.write_text("nothing")
    assert complaint(replace(login, ca_file=missing)) == (
        SourceRefused,
        f"ca_file {missing} cannot be read (No such file or directory); name the authority of the brokers",
    )
    assert complaint(replace(login, ca_file=empty)) == (
        SourceRefused,
        f"ca_file {empty} is no PEM file; name the authority of the brokers",
    )


def test_a_topic_that_we_may_not_read_is_refused_by_name(login: KafkaConnection) -> None:
    kind, text = complaint(login, "open", "hidden")
    assert kind is SourceRefused
    assert text.startswith("topic hidden on Kafka at localhost:")
    assert text.endswith("is missing or closed to us; create it, or give fairdrift READ on it")


def test_a_right_that_is_taken_away_later_is_refused_by_name(secured: Secured, login: KafkaConnection) -> None:
    broker, _ = secured
    broker.create_topic("lent")
    let_read(broker.bootstrap, "fairdrift", "s3cret", "lent")
    source = KafkaPythonSource(login, ["lent"])
    source.bounds()
    take_right(broker.bootstrap, "fairdrift", "lent")
    with pytest.raises(SourceRefused, match="'lent'}; give fairdrift READ on the topic"):
        ask_for_bounds_for_ever(source)
    source.close()


def test_nobody_at_the_address_is_unreachable_with_the_reason() -> None:
    (port,) = free_ports(1)
    connection = KafkaConnection((f"127.0.0.1:{port}",), "PLAINTEXT", timeout_ms=300)
    assert complaint(connection) == (
        SourceUnreachable,
        f"Kafka at 127.0.0.1:{port} does not answer: KafkaConnectionError: 111 ECONNREFUSED; check addresses, "
        "protocol and login",
    )


def test_another_protocol_than_that_of_the_port_is_unreachable(login: KafkaConnection) -> None:
    (address,) = login.bootstrap_servers
    kind, text = complaint(KafkaConnection((address,), "PLAINTEXT", timeout_ms=300))
    assert (kind, text.endswith("check addresses, protocol and login")) == (SourceUnreachable, True)


def test_an_address_that_is_none_is_refused() -> None:
    kind, text = complaint(KafkaConnection(("kafka:port",), "PLAINTEXT"))
    assert (kind, text.endswith("check the kafka settings")) == (SourceRefused, True)


def test_a_broker_that_dies_is_told_by_the_bounds_and_read_on_when_it_is_back(
    secured: Secured, login: KafkaConnection
) -> None:
    broker, _ = secured
    source = KafkaPythonSource(login, ["open"])
    source.partitions()
    source.seek({("open", 0): 0})
    first = read(source, 4, max_records=4)["open", 0]
    broker.kill()
    found = offsets(first)
    while batches := source.poll(200, 100):  # what was fetched before is still good
        found += offsets(batches[0].records)
    with pytest.raises(SourceUnreachable, match="cannot give the offsets of the topics"):
        source.bounds()
    broker.start()
    broker.produce("open", [(b"k", b"new", TIME_MS)])
    found += offsets(read(source, 11 - len(found))["open", 0])
    assert found == list(range(11))
    assert source.bounds() == {("open", 0): (0, 11)}
    source.close()
