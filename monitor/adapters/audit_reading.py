"""The audit log read and never written: beside a running controller, or in a folder that was copied.

Way of an event: beside step 13; the commands `audit ...`. Touches the disk. It takes what is in the file as it is, also
what was put there by force: `acting.audit.verify` says what it is worth.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from monitor.adapters.audit_sqlite import APPLICATION_ID, FILE

SIDES: Final = ("", "-wal", "-shm")


class AuditUnreadable(Exception):
    """There is no audit log here, or none that can be read at all. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a folder holds.

    Parameters
    ----------
    lines, notes
        By their place in the file; a file that is damaged gives those before the damage.
    damage
        What SQLite said where it could not read on; None for a file that is whole.
    """

    lines: Sequence[bytes]
    notes: Sequence[bytes]
    damage: str | None = None


def kept(folder: Path) -> Kept:
    """Everything in the log of a folder.

    Raises
    ------
    AuditUnreadable
        if there is no log, it may not be read, or it is no file of ours.
    """
    path = folder / FILE
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise AuditUnreadable(f"{path}: no audit log can be read here ({error.strerror}); name its folder") from error
    try:
        return _kept(path)
    except sqlite3.OperationalError:
        # A folder closed to writing: SQLite cannot make its index of the write-ahead log there. Read a copy.
        with tempfile.TemporaryDirectory() as copy:
            for side in SIDES[:2]:
                if (one := path.with_name(FILE + side)).exists():
                    shutil.copyfile(one, Path(copy) / one.name)
            try:
                return _kept(Path(copy) / FILE)
            except sqlite3.OperationalError as error:
                raise AuditUnreadable(f"{path}: the audit log cannot be read ({error})") from error


def _kept(path: Path) -> Kept:
    db = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, isolation_level=None, timeout=10)
    try:
        (application,) = db.execute("PRAGMA application_id").fetchone()
        if application != APPLICATION_ID:
            raise AuditUnreadable(f"{path}: is no audit log of fairdrift")
        db.execute("BEGIN")  # one moment for both
        lines, damage = _bodies(db, "line")
        notes, other = _bodies(db, "checkpoint")
        return Kept(lines, notes, damage or other)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        if path.read_bytes()[68:72] != APPLICATION_ID.to_bytes(4, "big"):
            raise AuditUnreadable(f"{path}: is no audit log of fairdrift ({error})") from error
        return Kept([], [], str(error))
    finally:
        db.close()


def _bodies(db: sqlite3.Connection, table: str) -> tuple[list[bytes], str | None]:
    bodies: list[bytes] = []
    try:
        for (body,) in db.execute(f"SELECT body FROM {table} ORDER BY number"):  # noqa: S608  (a name of our own)
            bodies.append(body if isinstance(body, bytes) else str(body).encode())
    except sqlite3.OperationalError as error:
        if not bodies and "no such table" not in str(error):
            raise
        return bodies, str(error)
    except sqlite3.DatabaseError as error:
        return bodies, str(error)
    return bodies, None
