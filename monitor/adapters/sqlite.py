"""Durable state in one SQLite file: the store behind `ports.StateStore`.

Way of an event: step 5. Touches the disk. Write-ahead log with synchronous NORMAL: a power cut loses the last commits,
state and offsets *together*, and the log is read again from there.
"""

import sqlite3
from pathlib import Path
from typing import Final

from monitor.ports import StateCorrupt, Stored

APPLICATION_ID: Final = 0x46414952  # "FAIR"
SCHEMA: Final = 1

_CREATE: Final = """
CREATE TABLE IF NOT EXISTS change (seq INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS slice (number INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS cycle (one INTEGER PRIMARY KEY CHECK (one = 1), first_seq INTEGER NOT NULL);
INSERT OR IGNORE INTO cycle VALUES (1, 1);
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
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._db: sqlite3.Connection | None = None

    def load(self) -> Stored | None:
        """Everything committed. `StateCorrupt` for a file that is damaged, foreign or of another schema."""
        try:
            db = self._connection()
            (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise StateCorrupt(f"{self._path}: {verdict}")
            changes = [body for (body,) in db.execute("SELECT body FROM change ORDER BY seq")]
            slices = [body for (body,) in db.execute("SELECT body FROM slice ORDER BY number")]
        except sqlite3.OperationalError as error:
            raise OSError(self._sentence(error)) from error
        except sqlite3.DatabaseError as error:
            raise StateCorrupt(f"{self._path}: {error}") from error
        return Stored(slices, changes) if changes else None

    def commit(self, change: bytes, snapshot: tuple[int, bytes] | None = None, closes_cycle: bool = False) -> None:
        """Append one change, and replace one slice, in one transaction."""
        try:
            db = self._connection()
            with db:
                db.execute("BEGIN IMMEDIATE")
                seq = db.execute("INSERT INTO change (body) VALUES (?)", (change,)).lastrowid
                if snapshot is not None:
                    db.execute("INSERT OR REPLACE INTO slice VALUES (?, ?)", snapshot)
                if closes_cycle:
                    db.execute("DELETE FROM change WHERE seq < (SELECT first_seq FROM cycle) AND seq < ?", (seq,))
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
        self._path.touch(mode=0o600)
        db = sqlite3.connect(self._path, isolation_level=None, timeout=2)
        try:
            (application,) = db.execute("PRAGMA application_id").fetchone()
            (schema,) = db.execute("PRAGMA user_version").fetchone()
            if (application, schema) not in ((0, 0), (APPLICATION_ID, SCHEMA)):
                raise StateCorrupt(f"{self._path}: not a state file of schema {SCHEMA}")
            db.execute("PRAGMA locking_mode = EXCLUSIVE")
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("PRAGMA auto_vacuum = FULL")
            db.executescript(_CREATE)
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {SCHEMA}")
        except BaseException:
            db.close()
            raise
        return db

    def _sentence(self, error: sqlite3.Error) -> str:
        if "locked" in str(error):
            return f"{self._path}: another process uses this state file; stop it, or give this one its own state.dir"
        return f"{self._path}: cannot store the state ({error}); check free space and rights of its folder"
