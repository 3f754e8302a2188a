"""How to reach a Kafka cluster, and what to say when it cannot be reached.

Before step 1: `kafka_python` opens its clients here. Touches the network.
"""

import logging
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from monitor.adapters.kafka_library import KafkaNetClient, errors
from monitor.ports import SourceRefused, SourceUnreachable

REFUSALS: Final = (
    errors.AuthorizationError,
    errors.SaslAuthenticationFailedError,
    errors.UnsupportedSaslMechanismError,
    errors.IllegalSaslStateError,
    errors.UnsupportedCodecError,
    errors.CorruptRecordError,
    errors.UnsupportedVersionError,
    errors.KafkaConfigurationError,
    errors.InvalidTopicError,
    ssl.SSLCertVerificationError,
)
"""What waiting does not mend."""


@dataclass(frozen=True, slots=True)
class KafkaConnection:
    """Where a cluster is, and who we are.

    Parameters
    ----------
    bootstrap_servers
        Brokers to ask first, ``host:port`` each.
    security_protocol
        ``SASL_SSL``, ``SSL``, ``SASL_PLAINTEXT`` or ``PLAINTEXT``.
    sasl_mechanism, username, password
        The login; None without SASL.
    ca_file
        PEM file of the authorities that may vouch for the brokers; None: those of the system.
    client_id
        How the brokers' logs name us.
    timeout_ms
        Longest wait for a connection, or for an answer that is not records.
    api_version
        Protocol of the brokers; None: they are asked. The embedded broker needs ``(2, 3)``.

    Examples
    --------
    >>> KafkaConnection(("kafka-0:9093",), "SASL_SSL", "SCRAM-SHA-512", "fairdrift", "secret").username
    'fairdrift'
    >>> "secret" in repr(KafkaConnection(("kafka-0:9093",), password="secret"))
    False
    """

    bootstrap_servers: tuple[str, ...]
    security_protocol: str = "SSL"
    sasl_mechanism: str | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    client_id: str = "fairdrift"
    timeout_ms: int = 10_000
    api_version: tuple[int, ...] | None = None

    @property
    def servers(self) -> str:
        """The brokers, as a sentence names them."""
        return ", ".join(self.bootstrap_servers)

    def open(self, make: Callable[..., Any], **settings: object) -> Any:
        """Connect a client of kafka-python: `make` is its class, `settings` go to it.

        Raises
        ------
        SourceUnreachable
            if no broker answers in `timeout_ms`.
        SourceRefused
            if the brokers refuse the login, we refuse their certificate, or the settings cannot be used.
        """
        made: list[Any] = []

        def net_client(**configs: object) -> Any:
            made.append(KafkaNetClient(**configs))
            return made[-1]

        with heard() as reasons:
            try:
                return make(kafka_client=net_client, **self._settings(), **settings)
            except (errors.KafkaError, ValueError) as error:
                # The constructor that failed leaves its input-output thread running.
                for client in made:
                    client.close()
                raise self._opening_failed(error, reasons) from error

    def _settings(self) -> dict[str, object]:
        return {
            "bootstrap_servers": list(self.bootstrap_servers),
            "client_id": self.client_id,
            "security_protocol": self.security_protocol,
            "ssl_context": self._ssl_context() if self.security_protocol.endswith("SSL") else None,
            "sasl_mechanism": self.sasl_mechanism,
            "sasl_plain_username": self.username,
            "sasl_plain_password": self.password,
            "api_version": self.api_version,
            "bootstrap_timeout_ms": self.timeout_ms,
            "request_timeout_ms": self.timeout_ms,
            # The default, 30 s, is how long a broker that came back would stay unnoticed.
            "reconnect_backoff_max_ms": 1_000,
        }

    def _ssl_context(self) -> ssl.SSLContext:
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
        except OSError as error:  # an ssl.SSLError is one
            reason = "is no PEM file" if isinstance(error, ssl.SSLError) else f"cannot be read ({error.strerror})"
            raise SourceRefused(f"ca_file {self.ca_file} {reason}; name the authority of the brokers") from error
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    def _opening_failed(self, error: Exception, reasons: list[BaseException]) -> Exception:
        for reason in reasons:
            if is_refusal(reason):
                what_to_do = "check protocol, login, ca_file and the brokers' names"
                return SourceRefused(f"Kafka at {self.servers} cannot be used: {reason}; {what_to_do}")
        if isinstance(error, errors.KafkaTimeoutError):
            # A refusal of the login is here, too, if the broker hung up so soon that its answer was not read.
            why = f": {reasons[0]}" if reasons else ""
            return SourceUnreachable(
                f"Kafka at {self.servers} does not answer{why}; check addresses, protocol and login"
            )
        return SourceRefused(f"Kafka at {self.servers} cannot be used: {error}; check the kafka settings")

    @contextmanager
    def asking(self, for_what: str) -> Iterator[None]:
        """Turn an error of the library into one of the port, with its reason, once and here.

        Raises
        ------
        SourceRefused
            for what waiting does not mend.
        SourceUnreachable
            for all else.
        """
        with heard() as reasons:
            try:
                yield
            except errors.KafkaError as error:
                what = f"Kafka at {self.servers} cannot give {for_what}: {error}"
                if is_refusal(error):
                    raise SourceRefused(what + self._remedy(error)) from error
                raise SourceUnreachable(what + (f" ({reasons[0]})" if reasons else "")) from error

    def _remedy(self, error: Exception) -> str:
        if isinstance(error, errors.AuthorizationError):
            return f"; give {self.username or 'our login'} READ on the topic"
        if isinstance(error, errors.UnsupportedCodecError):
            return "; install the package that unpacks it (lz4, zstandard or python-snappy), or let producers use gzip"
        return ""


def is_refusal(error: BaseException | None) -> bool:
    """Whether the error, or one that led to it, is among those that waiting does not mend.

    >>> is_refusal(errors.TopicAuthorizationFailedError("t")), is_refusal(errors.KafkaTimeoutError())
    (True, False)
    """
    while error is not None:
        if isinstance(error, REFUSALS):
            return True
        error = error.__cause__ or error.__context__
    return False


class _Ear(logging.Handler):
    """Keeps the errors that the library only logs: the first of each kind, in order."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.reasons: list[BaseException] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the errors among the arguments of a log line."""
        known = {type(reason) for reason in self.reasons}
        for argument in record.args if isinstance(record.args, tuple) else ():
            if isinstance(argument, BaseException) and type(argument) not in known:
                self.reasons.append(argument)


@contextmanager
def heard() -> Iterator[list[BaseException]]:
    """The errors that kafka-python logs meanwhile: why a connection fails stands in its log alone."""
    ear, log = _Ear(), logging.getLogger("kafka")
    log.addHandler(ear)
    try:
        yield ear.reasons
    finally:
        log.removeHandler(ear)
