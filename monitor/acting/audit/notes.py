"""Signed notes: a text for people, and below it who vouches for it.

Way of an event: step 13. Pure: how to sign and to check Ed25519 is handed in, so no key comes into this room.

References
----------
C2SP, signed-note (https://c2sp.org/signed-note): form of the note, of the key and of its identity.
"""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

Sign = Callable[[bytes], bytes]
"""Message -> its Ed25519 signature (64 bytes)."""

Check = Callable[[bytes, bytes, bytes], bool]
"""Public key (32 bytes), signature, message -> whether the signature is the key's."""

ED25519: Final = b"\x01"
_DASH: Final = "— "  # an em dash and a space begin each signature


class BadNote(ValueError):
    """A text that is no signed note, or is not signed by the key that it should be."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Who may sign: a name, and the 32 bytes of the key.

    Raises
    ------
    ValueError
        for a name with white space or a plus sign, or a key of another length.
    """

    name: str
    key: bytes

    def __post_init__(self) -> None:
        if not self.name or "+" in self.name or any(letter.isspace() for letter in self.name):
            raise ValueError("the name of a key is not empty and holds neither white space nor a plus sign")
        if len(self.key) != 32:
            raise ValueError(f"an Ed25519 key has 32 bytes, not {len(self.key)}")

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.key).digest()[:4]

    def __str__(self) -> str:
        """As it is handed to those who check.

        >>> str(PublicKey("fairdrift", bytes(32)))
        'fairdrift+b84cb5cc+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
        """
        return f"{self.name}+{self.id.hex()}+{b64encode(ED25519 + self.key).decode()}"

    @classmethod
    def read(cls, text: str) -> "PublicKey":
        """The key that `str` wrote. ValueError if it is none, or its identity is not its own."""
        name, _, rest = text.strip().partition("+")
        told, _, encoded = rest.partition("+")
        raw = b64decode(encoded, validate=True)
        if raw[:1] != ED25519:
            raise ValueError("it is no Ed25519 key")
        key = cls(name, raw[1:])
        if key.id.hex() != told:
            raise ValueError("the identity in it is not that of the key in it")
        return key


def sign_note(text: str, key: PublicKey, sign: Sign) -> bytes:
    """A text with a signature below. ValueError unless it ends with a newline."""
    if not text.endswith("\n"):
        raise ValueError("a note ends with a newline")
    signature = b64encode(key.id + sign(text.encode())).decode()
    return f"{text}\n{_DASH}{key.name} {signature}\n".encode()


def open_note(note: bytes, key: PublicKey, check: Check) -> str:
    """The text of a note, if the key signed it.

    Signatures of others are ignored, as witnesses add theirs.

    Raises
    ------
    BadNote
        if it is no note, or no signature in it is this key's.
    """
    try:
        whole = note.decode()
    except UnicodeDecodeError as error:
        raise BadNote("it is not text") from error
    text, gap, below = whole.rpartition("\n\n")
    if not gap or not below.endswith("\n"):
        raise BadNote("it has no signatures below it")
    text += "\n"
    for line in below.splitlines():
        if not line.startswith(_DASH):
            raise BadNote("a line below it is no signature")
        name, _, encoded = line.removeprefix(_DASH).partition(" ")
        try:
            raw = b64decode(encoded, validate=True)
        except NotBase64 as error:
            raise BadNote("a signature is not base64") from error
        if name == key.name and raw[:4] == key.id and check(key.key, raw[4:], text.encode()):
            return text
    raise BadNote(f"it is not signed by {key.name}+{key.id.hex()}")
