"""Section `kafka`: where events come from, and how the connection is secured. Pure."""

from typing import Literal

from monitor.settings.fields import FilePath, Many, Section, Text, setting

Protocol = Literal["SASL_SSL", "SSL", "SASL_PLAINTEXT", "PLAINTEXT"]
Mechanism = Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"]


class SecuritySettings(Section):
    """How the connection to Kafka is encrypted and who we are."""

    protocol: Protocol = setting(
        "Encryption and login.", default="SSL", why="A forgotten line must not send health data in the clear."
    )
    mechanism: Mechanism | None = setting(
        "How the login is proven; must be given with a SASL protocol.",
        default=None,
        why="Which one the broker takes cannot be guessed.",
    )
    username: Text | None = setting("Name of the login.", default=None, why="Without SASL there is none.")
    password_file: FilePath | None = setting(
        "File whose content is the password.",
        default=None,
        why="Without SASL there is none; a secret never stands here.",
    )
    ca_file: FilePath | None = setting(
        "PEM file of the authorities that may vouch for the brokers.",
        default=None,
        why="The system's own authorities are asked.",
    )
    insecure: bool = setting(
        "Accept a protocol without encryption.",
        default=False,
        why="Events are protected health data: reading them in the clear must be somebody's decision.",
    )


class KafkaSettings(Section):
    """The Kafka cluster."""

    bootstrap_servers: Many[Text] = setting("Brokers to ask first, `host:port` each.", min_length=1)
    client: Literal["kafka_python", "confluent"] = setting(
        "Client library.",
        default="kafka_python",
        why="It needs no native library; `confluent` is faster and an extra of the installation.",
    )
    security: SecuritySettings = setting("Encryption and login.", default=SecuritySettings)
