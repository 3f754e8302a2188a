"""Durable state in one SQLite file: the store behind `ports.StateStore`.

Way of an event: step 5. Touches the disk. Write-ahead log with synchronous NORMAL: a power cut loses the last commits,
state and offsets *together*, and the log is read again from there.
"""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from zlib import crc32

from monitor.ports import StateCorrupt, Stored

APPLICATION_ID: Final = 0x46414952  # "FAIR"
SCHEMA: Final = 1

_MARK: Final = f"BEGIN IMMEDIATE; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA};"
_CREATE: Final = """
CREATE TABLE IF NOT EXISTS change (seq INTEGER PRIMARY KEY AUTOINCREMENT, crc INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS slice (number INTEGER PRIMARY KEY, crc INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS cycle (one INTEGER PRIMARY KEY CHECK (one = 1), first_seq INTEGER NOT NULL);
INSERT OR IGNORE INTO cycle VALUES (1, 1);
COMMIT;
"""


class SqliteStateStore:
    """The state of one partition number (or of the judge) in one file, used by one process at a time.

    Parameters
    ----------
    path
        The file; its folder is made, readable by its owner only: the state holds small cells.

    Raises
    ------
    OSError
        if the folder cannot be written, the disk refuses, or another process uses the file.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> store = SqliteStateStore(Path(folder.name) / "partition-0.sqlite")
    >>> store.load() is None
    True
    >>> store.commit(b"first")
    >>> store.load().changes
    [b'first']
    >>> store.close()
    >>> folder.cleanup()
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise OSError(f"{path.parent}: cannot be made ({error.strerror}); change state.dir") from error
        self._db: sqlite3.Connection | None = None

    def load(self) -> Stored | None:
        """Everything committed. `StateCorrupt` for a file that is damaged, foreign or of another schema."""
        try:
            db = self._connection()
            (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise StateCorrupt(f"{self._path}: {verdict}")
            changes = self._whole(db.execute("SELECT seq, crc, body FROM change ORDER BY seq"))
            slices = self._whole(db.execute("SELECT number, crc, body FROM slice ORDER BY number"))
        except sqlite3.OperationalError as error:
            raise OSError(self._sentence(error)) from error
        except sqlite3.DatabaseError as error:
            raise StateCorrupt(f"{self._path}: {error}") from error
        return Stored(slices, changes) if changes else None

    def _whole(self, rows: Iterable[tuple[int, int, bytes]]) -> list[bytes]:
        """The bodies, each as it was stored: SQLite checks its pages' structure, and not what lies in them."""
        bodies = []
        for number, crc, body in rows:
            if crc32(body) != crc:
                raise StateCorrupt(f"{self._path}: blob {number} is not what was stored")
            bodies.append(body)
        return bodies

    def commit(self, change: bytes, snapshot: tuple[int, bytes] | None = None, closes_cycle: bool = False) -> None:
        """Append one change, and replace one slice, in one transaction."""
        try:
            db = self._connection()
            with db:
                db.execute("BEGIN IMMEDIATE")
                seq = db.execute("INSERT INTO change (crc, body) VALUES (?, ?)", (crc32(change), change)).lastrowid
                if snapshot is not None:
                    number, body = snapshot
                    db.execute("INSERT OR REPLACE INTO slice VALUES (?, ?, ?)", (number, crc32(body), body))
                if closes_cycle:
                    db.execute("DELETE FROM change WHERE seq < (SELECT first_seq FROM cycle)")
                    db.execute("UPDATE cycle SET first_seq = ? + 1", (seq,))
        except sqlite3.Error as error:
            raise OSError(self._sentence(error)) from error

    def clear(self) -> None:
        """Forget everything: the file is deleted."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def _connection(self) -> sqlite3.Connection:
        if self._db is None:
            self._db = self._open()
        return self._db

    def _open(self) -> sqlite3.Connection:
        try:
            self._path.touch(mode=0o600)
        except OSError as error:
            raise OSError(f"{self._path}: cannot be written ({error.strerror}); check rights of its folder") from error
        db = sqlite3.connect(self._path, isolation_level=None, timeout=2)
        try:
            (application,) = db.execute("PRAGMA application_id").fetchone()
            (schema,) = db.execute("PRAGMA user_version").fetchone()
            (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if (application, schema) != (APPLICATION_ID, SCHEMA) and (application, schema, tables) != (0, 0, 0):
                raise StateCorrupt(f"{self._path}: not a state file of schema {SCHEMA}")
            # Before anything is written, else it has no effect.
            db.execute("PRAGMA auto_vacuum = FULL")
            db.execute("PRAGMA locking_mode = EXCLUSIVE")
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            db.executescript(_MARK + _CREATE)
        except BaseException:
            db.close()
            raise
        return db

    def _sentence(self, error: sqlite3.Error) -> str:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            return f"{self._path}: another process uses this state file; stop it, or give this one its own state.dir"
        return f"{self._path}: cannot store the state ({error}); check free space and rights of its folder"
