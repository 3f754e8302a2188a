"""Whether a log is whole, and if not, where: edits, cut tails, swaps, rewrites.

Way of an event: beside it; `audit verify`, offline. Pure. The chain locates what was changed without care; the tree and
the checkpoints find what was changed with care; what lies after the last checkpoint outside is only the chain's word.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from monitor.acting.audit.checkpoint import Checkpoint, read_checkpoint
from monitor.acting.audit.form import START, BadLine, hash_of, read_line
from monitor.acting.audit.merkle import Frontier, leaf_hash
from monitor.acting.audit.notes import BadNote, Check, PublicKey
from monitor.acting.entries import Entry, Kind
from monitor.acting.policy import Signal

CANNOT_PROVE: Final = (
    "that the inputs and the clocks were true; that the holder of the key rewrote or withheld nothing since the last "
    "checkpoint outside; what happened while the controller was down; that a name was that person; that a model is fair"
)

What = Literal["unreadable", "misplaced", "changed", "rewritten", "missing", "checkpoint", "no_intent"]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something is wrong with entries `first` to `last` (numbers from 1); 0: with a checkpoint alone."""

    first: int
    last: int
    what: What
    why: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a log is worth.

    Parameters
    ----------
    size, root
        Of the lines as they are.
    findings
        By place; empty for a whole log.
    signed, anchored
        Number of entries under a good checkpoint, and under one from outside. What lies behind is unproven.
    """

    size: int
    root: bytes
    findings: tuple[Finding, ...]
    signed: int
    anchored: int
    cannot_prove: str = CANNOT_PROVE

    @property
    def first_bad(self) -> int | None:
        """Number of the first entry that is in doubt; None if none is (a checkpoint may be)."""
        return next((one.first for one in self.findings if one.first > 0), None)


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom the reader trusts: the log's name, the key, how to check it."""

    origin: str
    key: PublicKey
    check: Check


def verify(
    lines: Sequence[bytes],
    notes: Sequence[bytes] = (),
    anchors: Sequence[bytes] = (),
    trust: Trust | None = None,
) -> Report:
    """All that is wrong with a log.

    Parameters
    ----------
    lines
        The log from its first line on, without newlines.
    notes, anchors
        Checkpoints kept beside the log, and copies from outside, in any order.
    trust
        None: no key is at hand, so checkpoints tell nothing; only the chain is looked at.
    """
    findings: list[Finding] = []
    entries = _read(lines, findings)
    findings += _links(lines, entries)
    findings += _without_intent([entry for entry, _ in entries if entry is not None])
    roots = _roots(lines)
    signed = anchored = 0
    if trust is not None:
        signed, anchored = (
            _covered(told, roots, trust, findings, name) for told, name in ((notes, "beside"), (anchors, "outside"))
        )
    unique = tuple(sorted(set(findings)))
    return Report(len(lines), roots[-1], unique, signed=max(signed, anchored), anchored=anchored)


Read = tuple[Entry | None, str | None]


def _read(lines: Sequence[bytes], findings: list[Finding]) -> list[Read]:
    read: list[Read] = []
    for seq, line in enumerate(lines, start=1):
        try:
            entry, previous = read_line(line)
        except BadLine as error:
            findings.append(Finding(seq, seq, "unreadable", str(error)))
            read.append((None, None))
            continue
        read.append((entry, previous))
        if entry.seq != seq:
            findings.append(Finding(seq, seq, "misplaced", f"entry {entry.seq} stands where {seq} should"))
    return read


def _links(lines: Sequence[bytes], read: Sequence[Read]) -> list[Finding]:
    """Where a line does not name the one before it; next to each other they are one finding."""
    named = [previous for _, previous in read]
    broken = [0] if named and named[0] not in (START, None) else []
    broken += [seq for seq, line in enumerate(lines[:-1], start=1) if named[seq] not in (hash_of(line), None)]
    runs: list[list[int]] = []
    for seq in broken:
        if runs and runs[-1][-1] == seq - 1:
            runs[-1].append(seq)
        else:
            runs.append([seq])
    return [
        Finding(max(run[0], 1), max(run[-1], 1), "changed", "the next entry was written after another one than this")
        for run in runs
    ]


def _without_intent(entries: Sequence[Entry]) -> list[Finding]:
    """Patches that were accepted without an intent of the same plan before them."""
    intended: set[tuple[str, str]] = set()
    found = []
    for entry in entries:
        name = entry.incident, entry.plan
        if entry.kind is Kind.INTENT:
            intended.add(name)
        elif entry.kind is Kind.PATCHED and entry.signal is Signal.ACCEPTED and name not in intended:
            found.append(Finding(entry.seq, entry.seq, "no_intent", "patched without an intent written before"))
    return found


def _roots(lines: Sequence[bytes]) -> list[bytes]:
    """Root of the log at every size from 0 on."""
    grown = Frontier()
    roots = [grown.root]
    for line in lines:
        grown = grown.append(leaf_hash(line))
        roots.append(grown.root)
    return roots


def _covered(notes: Sequence[bytes], roots: Sequence[bytes], trust: Trust, findings: list[Finding], where: str) -> int:
    """Size of the largest checkpoint that holds; what does not hold is a finding between the last good one and it."""
    told: list[Checkpoint] = []
    for number, note in enumerate(notes, start=1):
        try:
            told.append(read_checkpoint(note, trust.origin, trust.key, trust.check))
        except BadNote as error:
            findings.append(Finding(0, 0, "checkpoint", f"checkpoint {number} {where} the log: {error}"))
    told.sort(key=lambda one: one.size)
    for one, other in pairwise(told):
        if one.size == other.size and one.root != other.root:
            findings.append(Finding(0, 0, "checkpoint", f"two signed roots {where} the log for one size"))
    good = 0
    for one in told:
        size = len(roots) - 1
        if one.size > size:
            findings.append(Finding(size + 1, one.size, "missing", f"a checkpoint {where} the log covers them"))
        elif roots[one.size] == one.root:
            good = one.size
        else:
            why = f"the checkpoint of {one.size} entries {where} the log has another root"
            findings.append(Finding(good + 1, one.size, "rewritten", why))
            break
    return good
