"""`fairdrift audit export --period P`: entries of a period as one tar, with all that shows them to be of the log."""

import io
import tarfile
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from monitor.acting.audit.checkpoint import Checkpoint
from monitor.acting.audit.form import read_line
from monitor.acting.audit.verify import Trust
from monitor.cli.audit import check_bundle
from monitor.cli.audit.bundle import Chosen, chosen_to, files_of
from monitor.cli.audit.held import Held, Where, held, settings_of
from monitor.cli.audit.opening import signing_of
from monitor.cli.audit.period import period
from monitor.cli.audit.prove import checkpoints
from monitor.cli.audit.verify import exit_of, told
from monitor.cli.audit.written import write_owned
from monitor.cli.exits import Exit, Refused
from monitor.cli.output import Output, show

FOLDER: Final = "audit-export"
"""In the tar: it unpacks beside a log, and never into one."""


def run_export(span: str, out: Path, where: Where, output: Output) -> int:
    """Export; gives the exit code: 3 if the log is not whole, then nothing is written.

    Raises
    ------
    Refused
        if nothing happened in the period, no key is named, or the file cannot be made.
    """
    begin_ms, end_ms = period(span)
    log = held(where)
    if log.trust is None:
        raise Refused("what is exported is checked by a key: name the public key with --key")
    report = log.verified()
    if report.findings:
        return show("audit export", exit_of(report), told(log, report), output)
    chosen = _chosen(log, log.trust, begin_ms, end_ms, span)
    signing = signing_of(settings_of(where)) if where.folder is None else None
    sign = signing.sign if signing is not None and signing.key == log.trust.key else None
    files = files_of(log.kept.lines, chosen, _named(log, log.trust), log.trust.key, sign)
    files["check_bundle.py"] = Path(check_bundle.__file__).read_bytes()
    body = tarred(files)
    write_owned(out, body)
    result: dict[str, Any] = {
        "file": str(out),
        "sha256": sha256(body).hexdigest(),
        "first": chosen.first,
        "last": chosen.last,
        "checkpoints": sum(name.startswith("checkpoints/") for name in files),
        "is_signed": sign is not None,
    }
    return show("audit export", Exit.GOOD, result, output)


def tarred(files: Mapping[str, bytes]) -> bytes:
    """One tar, the same bytes for the same files."""
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in sorted(files):
            about = tarfile.TarInfo(f"{FOLDER}/{name}")
            about.size, about.mode = len(files[name]), 0o600
            tar.addfile(about, io.BytesIO(files[name]))
    return body.getvalue()


def _chosen(log: Held, trust: Trust, begin_ms: int, end_ms: int, span: str) -> Chosen:
    """From the first entry of the period to the last, and on to the next checkpoint; clocks may jump in between."""
    within = [entry.seq for entry, _ in map(read_line, log.kept.lines) if begin_ms <= entry.at_ms < end_ms]
    if not within:
        raise Refused(f"--period: no entry is of {span}; the log has {len(log.kept.lines)}")
    last = chosen_to(within[-1], [one for one, _ in checkpoints(log, trust)])
    return Chosen(within[0], last, _text(begin_ms), _text(end_ms))


def _named(log: Held, trust: Trust) -> dict[str, tuple[Checkpoint, bytes]]:
    found = {}
    for one, note in checkpoints(log, trust):
        where = "outside-" if note in (log.anchors or ()) else ""
        found[f"{where}{one.size:012}-{sha256(note).hexdigest()[:8]}.txt"] = (one, note)
    return found


def _text(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
