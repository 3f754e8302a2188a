"""`fairdrift audit start`: a person begins a log. Until then the controller may write it, and acts on nothing."""

from getpass import getuser
from pathlib import Path
from typing import Any

from monitor import __version__
from monitor.acting.entries import Kind
from monitor.cli.audit.opening import open_trail, signing_of
from monitor.cli.exits import Exit, Refused
from monitor.cli.output import Output, show
from monitor.cli.parts import load_settings
from monitor.controller.trail import BEGUN, Trail, TrailBroken
from monitor.ports_acting import AuditUnwritable
from monitor.settings.sections.controller import AuditSettings


def run_start(reason: str, settings: Path, now_ms: int, output: Output) -> int:
    """Begin a log, and sign its beginning; gives the exit code.

    Parameters
    ----------
    now_ms
        Wall time.

    Raises
    ------
    Refused
        if somebody has begun it, the log is broken or written by another process, or it is empty while copies outside
        tell of one of this name.
    """
    audit = load_settings(settings).audit
    if not reason.strip():
        raise Refused("--reason: say why a log begins; it is kept with your name")
    try:
        trail = open_trail(audit)
    except (AuditUnwritable, TrailBroken) as error:
        raise Refused(str(error)) from error
    try:
        return show("audit start", Exit.GOOD, begun(trail, audit, reason, now_ms), output)
    except AuditUnwritable as error:
        raise OSError(str(error)) from error
    finally:
        trail.close()


def begun(trail: Trail, audit: AuditSettings, reason: str, now_ms: int) -> dict[str, Any]:
    """Writes the entry. `Refused` if there is one."""
    if trail.is_begun:
        raise Refused(f"{audit.dir}: this log of {len(trail.entries)} entries was begun already, and a log begins once")
    signing = signing_of(audit)
    details = {
        "log": audit.name,
        BEGUN: reason,
        "key": None if signing is None else str(signing.key),
        "anchors": audit.anchor_dir is not None,
    }
    entry = trail.write(Kind.STARTED, at_ms=now_ms, actor=getuser(), code=__version__, details=details)
    trail.tick(now_ms)
    result = {"folder": str(audit.dir), **details, "entry": entry.seq, "by": entry.actor}
    return result | {"signed_to": trail.signed, "anchored_to": trail.anchored, "trouble": trail.anchor_trouble}
