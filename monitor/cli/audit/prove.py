"""`fairdrift audit prove SEQ`: one entry, and what shows a stranger that it is in the log."""

import json
from pathlib import Path
from typing import Any

from monitor.acting.audit.checkpoint import Checkpoint, read_checkpoint
from monitor.acting.audit.notes import BadNote
from monitor.acting.audit.prove import prove
from monitor.acting.audit.verify import Trust
from monitor.cli.audit.held import Held, Where, held
from monitor.cli.audit.verify import exit_of, told
from monitor.cli.audit.written import write_owned
from monitor.cli.exits import Exit, Refused
from monitor.cli.output import Output, show

VERSION = 1


def run_prove(seq: int, out: Path | None, where: Where, output: Output) -> int:
    """Prove; gives the exit code: 3 if the log is not whole, then nothing is proven.

    Raises
    ------
    Refused
        if there is no such entry, no key, or no checkpoint over the entry yet.
    """
    log = held(where)
    if log.trust is None:
        raise Refused("a proof rests on a checkpoint, and that on a key: name the public key with --key")
    report = log.verified()
    if report.findings:
        return show("audit prove", exit_of(report), told(log, report), output)
    if not 1 <= seq <= report.size:
        raise Refused(f"there is no entry {seq}: the log has entries 1 to {report.size}")
    proof = proof_of(log, log.trust, seq)
    if out is not None:
        write_owned(out, (json.dumps(proof, ensure_ascii=False, indent=2) + "\n").encode())
    return show("audit prove", Exit.GOOD, proof, output)


def proof_of(log: Held, trust: Trust, seq: int) -> dict[str, Any]:
    """The proof, under the smallest checkpoint that covers the entry. `Refused` if none does."""
    over = [one for one in checkpoints(log, trust) if one[0].size >= seq]
    if not over:
        raise Refused(
            f"entry {seq} is under no checkpoint yet; one is signed within a minute while the controller runs"
        )
    told_by, note = min(over, key=lambda one: one[0].size)
    bundle = prove(log.kept.lines, seq, note, told_by)
    return {
        "v": VERSION,
        "log": trust.origin,
        "key": str(trust.key),
        "seq": seq,
        "line": bundle.line.decode(),
        "path": [one.hex() for one in bundle.path],
        "checkpoint": note.decode(),
    }


def checkpoints(log: Held, trust: Trust) -> list[tuple[Checkpoint, bytes]]:
    """Every checkpoint that the key signed, beside the log and outside, once."""
    found: dict[bytes, Checkpoint] = {}
    for note in (*log.kept.notes, *(log.anchors or ())):
        try:
            found[note] = read_checkpoint(note, trust.origin, trust.key, trust.check)
        except BadNote:
            continue  # `verified` has told of it
    return [(one, note) for note, one in found.items()]
