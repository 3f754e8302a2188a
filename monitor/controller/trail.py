"""The audit log as the controller keeps it: read and verified once, then only added to, each line before the act.

In the way of an event: step 13. Touches nothing itself: the store keeps the lines, the signer holds the key, the
anchors lie elsewhere. One thread uses it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from monitor.acting.audit.checkpoint import EVERY_ENTRIES, EVERY_MS, is_due, read_checkpoint, signed_checkpoint
from monitor.acting.audit.form import START, hash_of, line_of, read_line
from monitor.acting.audit.merkle import Frontier, leaf_hash
from monitor.acting.audit.notes import Check, PublicKey, Sign
from monitor.acting.audit.verify import Finding, Report, Trust, verify
from monitor.acting.entries import Entry, Kind
from monitor.ports_acting import Anchors, AnchorUnreachable, AuditStore, AuditUnwritable

BEGUN: Final = "begun_because"
"""In the details of a `started` entry: the reason for which a person began the log."""

UNSIGNED: Final = "unsigned"
"""In the details of a `started` entry: numbers of the first and the last entry that should have been signed by then."""

LATE_MS: Final = 10 * EVERY_MS
"""Entries that span more than this were seen by many a tick that signs; without a checkpoint one was taken away."""


class TrailBroken(Exception):
    """The log is not what was written. The message says where and what to do; `findings` are all of them."""

    def __init__(self, message: str, findings: Sequence[Finding]) -> None:
        super().__init__(message)
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True)
class Signing:
    """Who signs checkpoints, and how: `key.name` is the name of the log, which stands in each of them."""

    key: PublicKey
    sign: Sign
    check: Check

    @property
    def trust(self) -> Trust:
        """What those who read the log trust."""
        return Trust(self.key.name, self.key, self.check)


class Trail:
    """The log, open for writing.

    Parameters
    ----------
    store
        Where the lines are. It is this one's to close from now on.
    signing
        None: nothing is signed, and a cut tail or a rewrite with care cannot be shown.
    anchors
        None: the holder of the key can rewrite all.

    Raises
    ------
    TrailBroken
        if the lines do not hang together, are not those of the checkpoints, or are fewer than these say. The store is
        then closed.

    Examples
    --------
    >>> from monitor.simulating.audit import MemoryAuditStore
    >>> trail = Trail(MemoryAuditStore())
    >>> trail.write(Kind.STARTED, at_ms=0, actor="fairdrift", code="0.1.0").seq
    1
    >>> [entry.kind.value for entry in trail.entries], trail.is_writable, trail.checkpoint_ms
    (['started'], True, None)
    """

    def __init__(self, store: AuditStore, signing: Signing | None = None, anchors: Anchors | None = None) -> None:
        self._store, self._signing, self._anchors = store, signing, anchors
        self._entries: list[Entry] = []
        self._last, self._grown = START, Frontier()
        self._signed = self._anchored = 0
        self._waiting: list[tuple[int, bytes]] = []
        self._is_compared = False
        self._unsigned: list[int] | None = None
        self.is_begun = False
        """Whether a person has begun this log (`fairdrift audit start`). Until then nothing may be acted on: a log that
        somebody took away looks like one that is new, and with it every budget and every condemnation is gone."""
        self.is_writable = True
        """Whether the last attempt to write succeeded; `tick` tries again."""
        self.checkpoint_ms: int | None = None
        """Wall time of the last checkpoint of this process; None before it."""
        self.anchor_trouble: str | None = None
        """Why a checkpoint has not been copied outside yet; None while all are."""
        try:
            self._load()
        except BaseException:
            store.close()
            raise

    @property
    def entries(self) -> Sequence[Entry]:
        """All entries, by rising number; it grows with every `write`. Each is as a restart would read it."""
        return self._entries

    @property
    def signed(self) -> int:
        """Number of entries under a signed checkpoint."""
        return self._signed

    @property
    def anchored(self) -> int:
        """Number of entries under a checkpoint that was copied outside."""
        return self._anchored

    def write(self, kind: Kind, *, at_ms: int, actor: str, **fields: Any) -> Entry:
        """Add an entry; it is on the disk when this returns.

        Parameters
        ----------
        at_ms
            Wall time, UTC.
        fields
            The other fields of `Entry`; `seq` is given here. Floats in `details` come back as text.

        Raises
        ------
        AuditUnwritable
            if it could not be stored: it is not there, and what it announces must not be done.
        NotCanonical
            for what has no one form. The log is as it was.
        """
        if kind is Kind.STARTED and self._unsigned is not None:
            fields = {**fields, "details": {**fields.get("details", {}), UNSIGNED: self._unsigned}}
        line = line_of(Entry(seq=len(self._entries) + 1, at_ms=at_ms, kind=kind, actor=actor, **fields), self._last)
        entry, _ = read_line(line)
        self._stored(lambda: self._store.append(line))
        self._take(entry, line)
        return entry

    def tick(self, now_ms: int) -> None:
        """Do what is due: a checkpoint, copies outside, another try to write after a failed one.

        An anchor that cannot be reached is told in `anchor_trouble`, and tried again at the next tick.

        Raises
        ------
        AuditUnwritable
            if the store still takes nothing, or not the checkpoint.
        TrailBroken
            if the copies outside can be read only now, and tell of another log than this.
        """
        if not self.is_writable:
            self._stored(self._store.probe)
        if self._signing is not None and self._is_due(now_ms):
            self._checkpoint(self._signing, now_ms)
        self._anchor()

    def close(self) -> None:
        """Let go of the store. Idempotent."""
        self._store.close()

    def _load(self) -> None:
        lines, notes = list(self._store.lines()), list(self._store.checkpoints())
        trust = None if self._signing is None else self._signing.trust
        outside = self._outside()
        report = verify(lines, notes, outside or (), trust)
        refuse_broken(report)
        for line in lines:
            self._take(read_line(line)[0], line)
        self._signed, self._anchored, self._is_compared = report.signed, report.anchored, outside is not None
        tail = self._entries[report.signed :]
        if trust is not None and tail and (len(tail) > EVERY_ENTRIES or tail[-1].at_ms - tail[0].at_ms > LATE_MS):
            self._unsigned = [tail[0].seq, tail[-1].seq]
        if trust is not None and self._anchors is not None:
            told = [(read_checkpoint(note, trust.origin, trust.key, trust.check).size, note) for note in notes]
            self._waiting = sorted(one for one in told if one[0] > self._anchored)

    def _outside(self) -> list[bytes] | None:
        """The copies outside; None if they cannot be read, which is then told."""
        try:
            return [] if self._anchors is None else list(self._anchors.notes())
        except AnchorUnreachable as error:
            self.anchor_trouble = str(error)
            return None

    def _compare(self, trust: Trust, anchors: Anchors) -> None:
        """Holds the lines against copies that could not be read at the start; what these lack is left to be copied."""
        report = verify(list(self._store.lines()), (), list(anchors.notes()), trust)
        refuse_broken(report)
        self._anchored, self._is_compared = report.anchored, True
        self._waiting = [one for one in self._waiting if one[0] > self._anchored]

    def _stored(self, work: Callable[[], None]) -> None:
        try:
            work()
        except AuditUnwritable:
            self.is_writable = False
            raise
        self.is_writable = True

    def _take(self, entry: Entry, line: bytes) -> None:
        self._entries.append(entry)
        self.is_begun = self.is_begun or (entry.kind is Kind.STARTED and BEGUN in entry.details)
        self._last, self._grown = hash_of(line), self._grown.append(leaf_hash(line))

    def _is_due(self, now_ms: int) -> bool:
        """After a start, and after a clock that was put back, entries do not wait for their minute."""
        since_ms = EVERY_MS if self.checkpoint_ms is None else now_ms - self.checkpoint_ms
        return is_due(self._grown.size - self._signed, EVERY_MS if since_ms < 0 else since_ms)

    def _checkpoint(self, signing: Signing, now_ms: int) -> None:
        note = signed_checkpoint(signing.key.name, self._grown, signing.key, signing.sign)
        self._stored(lambda: self._store.append_checkpoint(note))
        self._signed, self.checkpoint_ms = self._grown.size, now_ms
        if self._anchors is not None:
            self._waiting.append((self._signed, note))

    def _anchor(self) -> None:
        """Copies in order, so that what is outside has no hole."""
        if self._anchors is None or self._signing is None:
            return
        try:
            if not self._is_compared:
                self._compare(self._signing.trust, self._anchors)
            while self._waiting:
                size, note = self._waiting[0]
                self._anchors.put(note, size)
                self._anchored = max(self._anchored, size)
                del self._waiting[0]
        except AnchorUnreachable as error:
            self.anchor_trouble = str(error)
        else:
            self.anchor_trouble = None


def refuse_broken(report: Report) -> None:
    """`TrailBroken` if anything is wrong with a log; it names the first place in it."""
    if not report.findings:
        return
    first = next((one for one in report.findings if one.first), report.findings[0])
    span = f"entry {first.first}" if first.first == first.last else f"entries {first.first} to {first.last}"
    others = f"; {len(report.findings) - 1} more" if len(report.findings) > 1 else ""
    raise TrailBroken(
        f"the audit log is broken at {span if first.first else 'a checkpoint'} ({first.what}: {first.why}{others}; see "
        "`fairdrift audit verify`). Nobody acts on it. Keep its folder, and let a person begin another: set "
        "a new audit.dir and audit.name; then `fairdrift audit start --reason ...`; until then observe or shadow",
        report.findings,
    )
