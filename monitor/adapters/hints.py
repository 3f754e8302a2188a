"""Hints that wait, in a small SQLite file beside the audit log: what was acknowledged to Alertmanager is not lost.

Way of an event: beside step 12. Touches the disk.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final

from monitor.ports_acting import HintsUnwritable

REMEMBERED: Final = 10_000
"""So many alerts are known again. An older one wakes once more, which does no harm."""

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS heard (fingerprint TEXT, start TEXT, UNIQUE (fingerprint, start));
CREATE TABLE IF NOT EXISTS pending (about TEXT PRIMARY KEY, number INTEGER NOT NULL);
"""


_Run = Callable[[str, tuple[str | int, ...]], sqlite3.Cursor]


class SqliteHints:
    """A `HintStore` in one file; any thread may call it.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> folder = TemporaryDirectory()
    >>> hints = SqliteHints(Path(folder.name) / "hints.sqlite")
    >>> hints.add([("f1", "t1", "readmission")]), hints.add([("f1", "t1", "readmission")])
    ({'readmission': 1}, {})
    >>> hints.done("readmission", 1)
    >>> hints.pending()
    {}
    >>> hints.close(); folder.cleanup()
    """

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, Lock()
        with self._told():
            self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=2.0)
            try:
                self._connection.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; {_TABLES}")
            except sqlite3.Error:
                self._connection.close()
                raise
        self._number = max(self.pending().values(), default=0)

    def add(self, alerts: Iterable[tuple[str, str, str]], more: Iterable[str] = ()) -> Mapping[str, int]:
        """See `HintStore`."""
        with self._lock, self._told(), self._transaction() as run:
            about = set(more)
            for fingerprint, start, of in alerts:
                if run("INSERT OR IGNORE INTO heard VALUES (?, ?)", (fingerprint, start)).rowcount:
                    about.add(of)
            run("DELETE FROM heard WHERE rowid <= (SELECT max(rowid) FROM heard) - ?", (REMEMBERED,))
            found = {of: self._number + number for number, of in enumerate(sorted(about), 1)}
            for of, number in found.items():
                run("INSERT OR REPLACE INTO pending VALUES (?, ?)", (of, number))
        self._number += len(found)
        return found

    def pending(self) -> Mapping[str, int]:
        """See `HintStore`."""
        with self._lock, self._told():
            return dict(self._connection.execute("SELECT about, number FROM pending").fetchall())

    def done(self, about: str, number: int) -> None:
        """See `HintStore`."""
        with self._lock, self._told(), self._transaction() as run:
            run("DELETE FROM pending WHERE about = ? AND number <= ?", (about, number))

    def close(self) -> None:
        """See `HintStore`."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[_Run]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection.execute
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise HintsUnwritable(
                f"hints cannot be kept in {self._path}: {error}; see to the disk, or remove a damaged file while the "
                f"process is stopped (it holds hints only)"
            ) from error
