"""Checkpoints: size and root of the log at a moment, signed, and copied to where the log's keeper cannot reach.

Way of an event: step 13, every so many entries or so much time. Pure.

References
----------
C2SP, tlog-checkpoint (https://c2sp.org/tlog-checkpoint).
"""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from typing import Final

from monitor.acting.audit.merkle import Frontier
from monitor.acting.audit.notes import BadNote, Check, PublicKey, Sign, open_note, sign_note

EVERY_ENTRIES: Final = 100
EVERY_MS: Final = 60_000
"""A checkpoint is due after so many entries, and, if any is new, after a minute: that much may be cut unseen."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log was: its name, its number of lines, the root of the tree over them."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        """The text that is signed.

        >>> print(Checkpoint("wards.example/fairdrift", 0, Frontier().root), end="")
        wards.example/fairdrift
        0
        47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
        """
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def signed_checkpoint(origin: str, log: Frontier, key: PublicKey, sign: Sign) -> bytes:
    """A checkpoint of the log as it stands, signed. ValueError for a name of several lines, or none."""
    if not origin or "\n" in origin:
        raise ValueError("a log has a name of one line")
    return sign_note(str(Checkpoint(origin, log.size, log.root)), key, sign)


def read_checkpoint(note: bytes, origin: str, key: PublicKey, check: Check) -> Checkpoint:
    """The checkpoint in a note.

    Raises
    ------
    BadNote
        if the key did not sign it, or it is of another log, or no checkpoint.
    """
    lines = open_note(note, key, check).splitlines()
    if len(lines) < 3 or lines[0] != origin:
        raise BadNote("it is no checkpoint of this log")
    size = lines[1]
    if not size.isascii() or not size.isdigit() or (size[0] == "0" and size != "0"):
        raise BadNote("it names no size")
    try:
        root = b64decode(lines[2], validate=True)
    except NotBase64 as error:
        raise BadNote("its root is not base64") from error
    if len(root) != 32:
        raise BadNote("its root is no SHA-256")
    return Checkpoint(origin, int(size), root)


def is_due(entries: int, since_ms: int, every_entries: int = EVERY_ENTRIES, every_ms: int = EVERY_MS) -> bool:
    """Whether a checkpoint is due.

    Parameters
    ----------
    entries, since_ms
        New entries, and time, since the last one.

    Examples
    --------
    >>> is_due(0, 10**9), is_due(1, 60_000), is_due(1, 59_999), is_due(100, 0)
    (False, True, False, True)
    """
    return entries >= every_entries or (entries > 0 and since_ms >= every_ms)
