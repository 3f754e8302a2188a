"""A bundle that shows one entry to be in the log, to somebody who holds nothing but the public key.

Way of an event: beside it; `audit prove`. Pure.
"""

from collections.abc import Sequence

import msgspec

from monitor.acting.audit.checkpoint import Checkpoint, read_checkpoint
from monitor.acting.audit.form import BadLine, read_line
from monitor.acting.audit.merkle import leaf_hash, root_of
from monitor.acting.audit.notes import Check, PublicKey
from monitor.acting.audit.proofs import inclusion_proof, is_included
from monitor.acting.entries import Entry


class NotProven(ValueError):
    """A bundle that does not show what it says."""


class Bundle(msgspec.Struct, frozen=True):
    """One line, its place (from 0), the hashes that lead to the root, and the signed checkpoint with that root."""

    line: bytes
    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes


def prove(lines: Sequence[bytes], seq: int, note: bytes, checkpoint: Checkpoint) -> Bundle:
    """The bundle for an entry, under a checkpoint that covers it.

    Parameters
    ----------
    lines
        The log from its first line on, at least as far as the checkpoint.
    seq
        Number of the entry, from 1.
    note, checkpoint
        The signed note, and what it says.

    Raises
    ------
    ValueError
        if the checkpoint does not cover the entry, or is not of these lines.
    """
    leaves = [leaf_hash(line) for line in lines[: checkpoint.size]]
    if not 1 <= seq <= checkpoint.size:
        raise ValueError(f"the checkpoint covers entries 1 to {checkpoint.size}, not {seq}")
    if len(leaves) < checkpoint.size or root_of(leaves) != checkpoint.root:
        raise ValueError("the checkpoint is not of this log: verify it first")
    return Bundle(lines[seq - 1], seq - 1, inclusion_proof(leaves, seq - 1), note)


def proven(bundle: Bundle, origin: str, key: PublicKey, check: Check) -> Entry:
    """The entry that a bundle shows to be in the log.

    Raises
    ------
    NotProven
        if the path does not lead to the checkpoint's root, or the line is not the entry of that place.
    BadNote
        if the checkpoint is not signed by the key, or is of another log.
    """
    told = read_checkpoint(bundle.checkpoint, origin, key, check)
    if not is_included(leaf_hash(bundle.line), bundle.index, told.size, bundle.path, told.root):
        raise NotProven("the hashes do not lead from the line to the checkpoint")
    try:
        entry, _ = read_line(bundle.line)
    except BadLine as error:
        raise NotProven(f"the line: {error}") from error
    if entry.seq != bundle.index + 1:
        raise NotProven("the line is not the entry of that place")
    return entry
