"""Ed25519: the operator's key signs, and anybody's copy of its public half checks.

Way of an event: step 13, at checkpoints; `audit verify`. Touches the key files. What is signed: `acting.audit.notes`.
"""

import stat
from base64 import b64decode
from binascii import Error as NotBase64
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

MAKE: Final = "make one with: openssl genpkey -algorithm ed25519 -out audit.key"


class BadKey(Exception):
    """A file that holds no usable key. The message says what to do, and nothing of what is in it."""


class Signer:
    """A private key that signs, read from a file once.

    Parameters
    ----------
    path
        PEM (PKCS 8, not encrypted), or the 32 bytes of the key themselves. Nobody but its owner may read it.

    Raises
    ------
    BadKey
        if the file cannot be read, others may read it, or it holds no Ed25519 key.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = Path(folder.name) / "audit.key"
    >>> path.touch(mode=0o600)
    >>> path.write_bytes(bytes(32))
    32
    >>> signer = Signer(path)
    >>> is_signed_by(signer.public, signer.sign(b"a note"), b"a note")
    True
    >>> path.chmod(0o644)
    >>> Signer(path)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    monitor.adapters.signing.BadKey: ...audit.key: others than its owner may read this private key; run: chmod 600 ...
    >>> folder.cleanup()
    """

    def __init__(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                mode = path.stat().st_mode
                body = file.read(65_536)
        except OSError as error:
            raise BadKey(f"{path}: the private key cannot be read ({error.strerror}); {MAKE}") from error
        if stat.S_IMODE(mode) & 0o077:
            raise BadKey(f"{path}: others than its owner may read this private key; run: chmod 600 {path}")
        self._key = _private(path, body)
        self.public = self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The signature, 64 bytes."""
        return self._key.sign(message)


def is_signed_by(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether a signature of a message is that of the key with this public half (32 bytes)."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def public_key_of(path: Path) -> bytes:
    """The 32 bytes of a public key: of a PEM file (SubjectPublicKeyInfo), or of a note's key (`name+id+base64`).

    Raises
    ------
    BadKey
        for anything else; also for a private key, which nobody who checks should hold.
    """
    try:
        body = path.read_bytes()[:65_536]
    except OSError as error:
        raise BadKey(f"{path}: the public key cannot be read ({error.strerror})") from error
    if b"PRIVATE KEY" in body:
        made = f"openssl pkey -in {path} -pubout -out audit.pub"
        raise BadKey(f"{path}: is a private key; whoever checks needs only its public half: {made}")
    if body.startswith(b"-----BEGIN"):
        try:
            key = load_pem_public_key(body)
        except (ValueError, UnsupportedAlgorithm) as error:
            raise BadKey(f"{path}: is no public key in PEM") from error
        if not isinstance(key, Ed25519PublicKey):
            raise BadKey(f"{path}: is a public key, but not of Ed25519")
        return key.public_bytes_raw()
    try:
        return _of_note(body.decode().strip())
    except ValueError as error:
        raise BadKey(f"{path}: holds no public key of Ed25519, neither in PEM nor as name+id+key") from error


def _of_note(text: str) -> bytes:
    try:
        raw = b64decode(text.split("+", 2)[2], validate=True)
    except (IndexError, NotBase64) as error:
        raise ValueError("no key of a note") from error
    if len(raw) != 33 or raw[0] != 1:
        raise ValueError("no Ed25519 key")
    return raw[1:]


def _private(path: Path, body: bytes) -> Ed25519PrivateKey:
    if len(body) == 32:
        return Ed25519PrivateKey.from_private_bytes(body)
    try:
        key = load_pem_private_key(body, password=None)
    except TypeError as error:
        raise BadKey(f"{path}: is encrypted; keep it as a secret that is not, readable by its owner only") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadKey(f"{path}: holds no private key, neither in PEM nor of 32 bytes; {MAKE}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BadKey(f"{path}: is a private key, but not of Ed25519; {MAKE}")
    return key
