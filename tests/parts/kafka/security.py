"""SASL_SSL with SCRAM, and ACLs, for `KafkaBroker(secure=...)`; certificates are made by the program openssl."""

from dataclasses import dataclass
from pathlib import Path

from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from tests.parts.cache import run

_LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
_AUTHORITY = "/CN=authority of the tests"


@dataclass(frozen=True, slots=True)
class Secure:
    """Settings of the broker's secure listener, and the PEM file that its clients trust."""

    settings: dict[str, object]
    ca_file: Path


def scram_over_tls(home: Path) -> Secure:
    """Make an authority and a certificate for localhost in the folder `home`."""
    home.mkdir(parents=True, exist_ok=True)
    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    authority = ("-x509", "-days", "2", "-subj", _AUTHORITY, "-keyout", "ca.key", "-out", "ca.pem")
    run("openssl", "req", *new_key, *authority, folder=home)
    names = ("-addext", "subjectAltName=DNS:localhost", "-subj", "/CN=localhost")
    run("openssl", "req", *new_key, *names, "-keyout", "server.key", "-out", "server.csr", folder=home)
    by = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-copy_extensions", "copy", "-days", "2")
    run("openssl", "x509", "-req", "-in", "server.csr", *by, "-out", "server.crt", folder=home)
    # Kafka wants key and certificates in one file, the key as PKCS#8, which is how `openssl req` writes it.
    parts = [(home / name).read_text(encoding="utf-8") for name in ("server.key", "server.crt", "ca.pem")]
    (home / "server.pem").write_text("".join(parts), encoding="utf-8")
    listener = "listener.name.secure."
    settings: dict[str, object] = {
        "sasl.enabled.mechanisms": "SCRAM-SHA-256,SCRAM-SHA-512",
        f"{listener}scram-sha-256.sasl.jaas.config": _LOGIN,
        f"{listener}scram-sha-512.sasl.jaas.config": _LOGIN,
        f"{listener}ssl.keystore.type": "PEM",
        f"{listener}ssl.keystore.location": home / "server.pem",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
        "allow.everyone.if.no.acl.found": "false",
    }
    return Secure(settings, home / "ca.pem")


def let_read(bootstrap: str, user: str, password: str, topic: str) -> None:
    """Give a login the right to read one topic and nothing else."""
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    scram = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4_096)
    changes = [UserScramCredentialUpsertion(user, scram, password.encode())]
    for done in admin.alter_user_scram_credentials(changes).values():
        done.result(30)
    where = (ResourceType.TOPIC, topic, ResourcePatternType.LITERAL)
    right = AclBinding(*where, f"User:{user}", "*", AclOperation.READ, AclPermissionType.ALLOW)
    for done in admin.create_acls([right]).values():
        done.result(30)


def take_right(bootstrap: str, user: str, topic: str) -> None:
    """Take away every right of a login on a topic."""
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    where = (ResourceType.TOPIC, topic, ResourcePatternType.LITERAL)
    rights = AclBindingFilter(*where, f"User:{user}", None, AclOperation.ANY, AclPermissionType.ANY)
    for done in admin.delete_acls([rights]).values():
        done.result(30)
