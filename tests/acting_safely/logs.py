"""An audit log with its checkpoints, to be tampered with."""

from dataclasses import dataclass, field

import msgspec

from monitor.acting.audit.checkpoint import signed_checkpoint
from monitor.acting.audit.form import START, hash_of, line_of, read_line
from monitor.acting.audit.merkle import Frontier, leaf_hash
from monitor.acting.audit.verify import Report, Trust, verify
from monitor.acting.entries import Entry, Kind
from tests.acting_safely.keys import Key, ed25519_check

ORIGIN = "wards.example/fairdrift"
KEY = Key("fairdrift", 1)
TRUST = Trust(ORIGIN, KEY.public, ed25519_check)


@dataclass
class Log:
    """Lines, checkpoints beside them, and copies outside."""

    lines: list[bytes] = field(default_factory=list)
    notes: list[bytes] = field(default_factory=list)
    anchors: list[bytes] = field(default_factory=list)

    def checkpoint(self, key: Key = KEY) -> bytes:
        return signed_checkpoint(ORIGIN, frontier(self.lines), key.public, key.sign)

    def append(self, entry: Entry) -> None:
        self.lines.append(line_of(entry, hash_of(self.lines[-1]) if self.lines else START))

    def verify(self) -> Report:
        return verify(self.lines, self.notes, self.anchors, TRUST)


def frontier(lines: list[bytes]) -> Frontier:
    grown = Frontier()
    for line in lines:
        grown = grown.append(leaf_hash(line))
    return grown


def log_of(size: int, every: int = 4) -> Log:
    """A whole log; every so many entries a checkpoint, copied outside."""
    log = Log()
    for seq in range(1, size + 1):
        log.append(Entry(seq=seq, at_ms=seq * 1_000, kind=Kind.JUDGED, actor="fairdrift", details={"log_e": seq / 7}))
        if seq % every == 0:
            log.notes.append(log.checkpoint())
            log.anchors.append(log.notes[-1])
    return log


def edited(line: bytes, **fields: object) -> bytes:
    """The same line with another content, its place in the chain kept."""
    entry, previous = read_line(line)
    return line_of(msgspec.structs.replace(entry, **fields), previous)


def relinked(lines: list[bytes]) -> list[bytes]:
    """The lines chained anew, as somebody would who rewrites with care."""
    found: list[bytes] = []
    for line in lines:
        entry, _ = read_line(line)
        found.append(line_of(entry, hash_of(found[-1]) if found else START))
    return found
