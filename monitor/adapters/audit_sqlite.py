"""The audit log in one SQLite file: the store behind `ports_acting.AuditStore`.

Way of an event: step 13. Touches the disk. Write-ahead log with synchronous FULL: a line is on the disk when `append`
returns. Triggers refuse to change, remove or put in between; whoever can write the file can drop them, so they keep
honest programs honest, and the chain tells of the others. Readers (`audit_reading`) work beside the writer.
"""

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from monitor.ports_acting import AuditUnwritable

FILE: Final = "audit.sqlite"
LOCK: Final = "writer.lock"
"""Locked by whoever writes, for as long as it lives; the kernel lets go of it with the process."""

APPLICATION_ID: Final = 0x46414941  # "FAIA"
SCHEMA: Final = 1

_TABLE: Final = """
CREATE TABLE IF NOT EXISTS {name} (number INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TRIGGER IF NOT EXISTS {name}_is_added_last BEFORE INSERT ON {name}
    WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM {name})
    BEGIN SELECT RAISE(ABORT, 'the audit log only grows at its end'); END;
CREATE TRIGGER IF NOT EXISTS {name}_is_not_changed BEFORE UPDATE ON {name}
    BEGIN SELECT RAISE(ABORT, 'nothing in the audit log is changed'); END;
CREATE TRIGGER IF NOT EXISTS {name}_is_not_removed BEFORE DELETE ON {name}
    BEGIN SELECT RAISE(ABORT, 'nothing in the audit log is removed'); END;
"""
_CREATE: Final = f"""
BEGIN IMMEDIATE;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {SCHEMA};
{_TABLE.format(name="line")}
{_TABLE.format(name="checkpoint")}
CREATE TABLE IF NOT EXISTS probe (one INTEGER PRIMARY KEY CHECK (one = 1), body BLOB NOT NULL);
COMMIT;
"""


class SqliteAuditStore:
    """The lines and checkpoints of one log, open for writing: by one process at a time.

    Parameters
    ----------
    folder
        Where the file lies; made if it is not there, readable by its owner only.

    Raises
    ------
    AuditUnwritable
        if another process writes this log, the folder or file cannot be written, or the file is no audit log.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> store = SqliteAuditStore(Path(folder.name))
    >>> store.append(b"first")
    >>> list(store.lines())
    [b'first']
    >>> SqliteAuditStore(Path(folder.name))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    monitor.ports_acting.AuditUnwritable: ...: another process writes this audit log; ...
    >>> store.close()
    >>> folder.cleanup()
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._db: sqlite3.Connection | None = None
        self._lock: int | None = None
        try:
            self._lock = _locked(folder)
            self._db = _opened(self._path)
        except OSError as error:
            self.close()
            raise AuditUnwritable(_not_ours(folder, error)) from error
        except sqlite3.Error as error:
            self.close()
            raise AuditUnwritable(self._sentence(error)) from error
        except AuditUnwritable:
            self.close()
            raise

    def lines(self) -> Iterator[bytes]:
        """All lines, oldest first."""
        yield from self._bodies("line")

    def append(self, line: bytes) -> None:
        """Add a line; it is on the disk when this returns.

        After `AuditUnwritable` it is not there: it is cleared away at once, or written over by what is written next.
        Only if the disk fails to sync, clearing fails, too, *and* the machine then stops before anything is written may
        that one line be there later, whole: what it announces was not done.
        """
        self._insert("line", line)

    def checkpoints(self) -> Iterator[bytes]:
        """All signed notes, oldest first."""
        yield from self._bodies("checkpoint")

    def append_checkpoint(self, note: bytes) -> None:
        """Add a signed note, as durably as a line."""
        self._insert("checkpoint", note)

    def probe(self) -> None:
        """Store a page that is no line."""
        self._write("INSERT OR REPLACE INTO probe VALUES (1, ?)", os.urandom(4_096))

    def close(self) -> None:
        """Close the file, and let another write."""
        if self._db is not None:
            self._db.close()
            self._db = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _bodies(self, table: str) -> Iterator[bytes]:
        for (body,) in self._connection().execute(f"SELECT body FROM {table} ORDER BY number"):  # noqa: S608
            yield body

    def _insert(self, table: str, body: bytes) -> None:
        next_number = f"(SELECT coalesce(max(number), 0) + 1 FROM {table})"  # noqa: S608  (a name of our own)
        self._write(f"INSERT INTO {table} VALUES ({next_number}, ?)", body)  # noqa: S608

    def _write(self, statement: str, body: bytes) -> None:
        db = self._connection()
        try:
            db.execute(statement, (body,))  # a transaction of its own
        except sqlite3.Error as error:
            with contextlib.suppress(sqlite3.Error):
                # Of a write that failed at its very end, all may stand in the write-ahead log: a crash would find it.
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            raise AuditUnwritable(self._sentence(error)) from error

    def _connection(self) -> sqlite3.Connection:
        if self._db is None:
            raise AuditUnwritable(f"{self._path}: this audit log was closed")
        return self._db

    def _sentence(self, error: sqlite3.Error) -> str:
        return (
            f"{self._path}: the audit log takes no line ({error}), so nothing is done; "
            "check free space, mount and rights of its folder"
        )


def _locked(folder: Path) -> int:
    """Makes the folder, and takes the writer's place in it."""
    is_new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise
    if is_new:
        _sync(folder.parent)
    return lock


def _opened(path: Path) -> sqlite3.Connection:
    is_new = not path.exists()
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    db = sqlite3.connect(path, isolation_level=None, timeout=2, check_same_thread=False)
    try:
        (application,) = db.execute("PRAGMA application_id").fetchone()
        (schema,) = db.execute("PRAGMA user_version").fetchone()
        (things,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if (application, schema) != (APPLICATION_ID, SCHEMA) and (application, schema, things) != (0, 0, 0):
            raise AuditUnwritable(f"{path}: is no audit log of schema {SCHEMA}; give this one its own audit.dir")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        if not things:
            db.executescript(_CREATE)
        if is_new:
            _sync(path.parent)
    except BaseException:
        db.close()
        raise
    return db


def _sync(folder: Path) -> None:
    """The folder's own list of files on the disk: else a power cut may lose a file that was synced."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _not_ours(folder: Path, error: OSError) -> str:
    if isinstance(error, BlockingIOError):
        return f"{folder}: another process writes this audit log; stop it, or give this one its own audit.dir"
    return f"{folder}: the audit log cannot be opened ({error.strerror}); check audit.dir, its mount and its rights"
