"""What must hold where the process meets others: encryption and login, tokens, the admission gate. Pure."""

import re
from collections.abc import Iterator
from typing import Final

from monitor.settings.fields import Section
from monitor.settings.rules.rule import Finding, Given, Rule, has
from monitor.settings.sections.controller import GateSettings
from monitor.settings.sections.http import LOOPBACK, HttpSettings
from monitor.settings.sections.kafka import KafkaSettings, SecuritySettings


def nothing_is_read_in_the_clear(given: Given) -> Iterator[Finding]:
    """Unless somebody decided it."""
    protocol = given.section.protocol
    if protocol in ("PLAINTEXT", "SASL_PLAINTEXT") and not given.section.insecure:
        message = f"protocol {protocol} sends health data in the clear"
        yield Finding(("protocol",), message, "use SASL_SSL or SSL, or add insecure: true")


def login_is_whole(given: Given) -> Iterator[Finding]:
    """A login has all its parts, and stands only where the protocol has one."""
    protocol = given.section.protocol
    for name in ("mechanism", "username", "password_file"):
        if not has(given.section, name):
            continue
        is_given = getattr(given.section, name) is not None
        if protocol.startswith("SASL") and not is_given:
            yield Finding((name,), f"is missing: protocol {protocol} logs in", f"add {name}")
        elif not protocol.startswith("SASL") and is_given:
            yield Finding((name,), f"protocol {protocol} has no login", f"remove it, or use SASL_{protocol}")


def servers_have_ports(given: Given) -> Iterator[Finding]:
    """A broker is named as host:port."""
    for number, server in enumerate(given.section.bootstrap_servers):
        host, _, port = server.rpartition(":")
        if not host or " " in server or not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) < 65_536:
            yield Finding(("bootstrap_servers", number), "a broker is named as host:port", "write it like kafka-0:9093")


def open_api_has_tokens(given: Given) -> Iterator[Finding]:
    """What other machines can reach asks for a token."""
    http = given.section
    missing = [name for name in ("read_file", "operate_file") if getattr(http.tokens, name) is None]
    if missing and http.api.rpartition(":")[0] not in LOOPBACK:
        message = f"other machines can reach the API on {http.api}, and tokens.{missing[0]} is missing"
        yield Finding(("api",), message, "add the tokens, or use 127.0.0.1:8464")


def ports_differ(given: Given) -> Iterator[Finding]:
    """Metrics and the API are served on ports of their own; port 0 is any."""
    (one, port), (other, same) = (at.rsplit(":", 1) for at in (given.section.telemetry, given.section.api))
    if port == same != "0" and (one == other or not one or not other):
        yield Finding(("api",), f"port {port} serves the metrics already (telemetry)", "give each a port of its own")


def gate_trusts_someone(given: Given) -> Iterator[Finding]:
    """A gate that is on can be passed."""
    if given.section.mode != "off" and not given.section.trusted_keys:
        message = f"mode {given.section.mode} without trusted_keys lets no revision pass"
        yield Finding(("mode",), message, "add trusted_keys, or use mode: off")


SECTION_RULES: Final[tuple[tuple[tuple[str, ...], type[Section], tuple[Rule, ...]], ...]] = (
    (("kafka",), KafkaSettings, ((("bootstrap_servers",), servers_have_ports),)),
    (
        ("kafka", "security"),
        SecuritySettings,
        ((("protocol", "insecure"), nothing_is_read_in_the_clear), (("protocol",), login_is_whole)),
    ),
    (
        ("http",),
        HttpSettings,
        (
            (("api", "tokens.read_file", "tokens.operate_file"), open_api_has_tokens),
            (("telemetry", "api"), ports_differ),
        ),
    ),
    (("gate",), GateSettings, ((("mode", "trusted_keys"), gate_trusts_someone),)),
)
"""Path of a section, its model, and its rules."""
