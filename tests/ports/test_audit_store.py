"""The contract in memory and on SQLite, and what a file alone must stand: full disks, strangers, force."""

import os
import resource
import sqlite3
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor.adapters.audit_reading import AuditUnreadable, kept
from monitor.adapters.audit_sqlite import APPLICATION_ID, FILE, LOCK, SqliteAuditStore
from monitor.ports_acting import AuditStore, AuditUnwritable
from monitor.simulating.audit import MemoryAuditStore
from tests.ports.audit_files import WHOLE, log_in
from tests.ports.audit_store_contract import Again, AuditStoreContract


class TestMemory(AuditStoreContract):
    @pytest.fixture
    def store(self) -> MemoryAuditStore:
        return MemoryAuditStore()

    @pytest.fixture
    def again(self, store: MemoryAuditStore) -> Again:
        return lambda: MemoryAuditStore(store)

    @pytest.fixture
    def fill(self, store: MemoryAuditStore) -> Callable[[bool], None]:
        def told(is_full: bool) -> None:
            store.is_full = is_full

        return told


class TestSqlite(AuditStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[AuditStore]:
        store = SqliteAuditStore(tmp_path / "audit")
        yield store
        store.close()

    @pytest.fixture
    def again(self, tmp_path: Path) -> Again:
        return lambda: SqliteAuditStore(tmp_path / "audit")

    @pytest.fixture
    def fill(self) -> Iterator[Callable[[bool], None]]:
        """No file may grow beyond one page: the kernel then refuses as a full disk does."""
        before = resource.getrlimit(resource.RLIMIT_FSIZE)

        def told(is_full: bool) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, before[1]) if is_full else before)

        yield told
        told(False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return log_in(tmp_path / "audit")


def by_force(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as db:
        db.execute(statement)
    db.close()


@pytest.mark.parametrize("table", ["line", "checkpoint"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {} SET body = x'00'",
        "UPDATE {} SET number = number + 10",
        "DELETE FROM {}",
        "DELETE FROM {} WHERE number = (SELECT max(number) FROM {})",
        "INSERT OR REPLACE INTO {} VALUES (1, x'00')",
        "INSERT INTO {} VALUES (9, x'00')",
        "INSERT INTO {} VALUES (0, x'00')",
        "REPLACE INTO {} SELECT number, x'00' FROM {}",
    ],
)
def test_nothing_is_changed_removed_or_put_in_between(folder: Path, table: str, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="the audit log"):
        by_force(folder / FILE, statement.replace("{}", table))
    assert kept(folder) == WHOLE


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        store = SqliteAuditStore(tmp_path / "audit")
        store.append(b"one")
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "audit").iterdir()}
        store.close()
    finally:
        os.umask(mask)
    assert set(modes) == {FILE, f"{FILE}-wal", f"{FILE}-shm", LOCK}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "audit").stat().st_mode) == 0o700


def test_a_folder_closed_to_us_is_refused_in_one_sentence(as_nobody: Path) -> None:
    as_nobody.chmod(0o500)
    with pytest.raises(
        AuditUnwritable, match=r"audit: the audit log cannot be opened \(Permission denied\); check aud"
    ):
        SqliteAuditStore(as_nobody / "audit")
    with pytest.raises(AuditUnwritable, match=r"the audit log cannot be opened \(Permission denied\)"):
        SqliteAuditStore(as_nobody)


def test_a_file_that_may_only_be_read_is_refused(as_nobody: Path) -> None:
    SqliteAuditStore(as_nobody).close()
    (as_nobody / FILE).chmod(0o400)
    with pytest.raises(AuditUnwritable, match=r"the audit log cannot be opened \(Permission denied\)"):
        SqliteAuditStore(as_nobody)


def another_application(path: Path) -> None:
    path.unlink()
    by_force(path, "CREATE TABLE photo (id INTEGER PRIMARY KEY)")


def scribble(path: Path) -> None:
    path.write_bytes(b"not a database, but long enough to be looked at\n" * 100)


@pytest.mark.parametrize("harm", [another_application, scribble])
def test_a_file_of_others_is_neither_read_nor_touched(folder: Path, harm: Callable[[Path], None]) -> None:
    harm(folder / FILE)
    before = (folder / FILE).read_bytes()
    with pytest.raises(AuditUnwritable, match=r"is no audit log of schema 1|file is not a database"):
        SqliteAuditStore(folder)
    with pytest.raises(AuditUnreadable, match=r"is no audit log of fairdrift"):
        kept(folder)
    assert (folder / FILE).read_bytes() == before


def test_where_there_is_no_log_none_is_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(AuditUnreadable, match=r"no audit log can be read here \(No such file or directory\)"):
        kept(tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []


def test_the_mark_of_our_files_is_readable_from_outside(folder: Path) -> None:
    # The program `file` shows bytes 68 to 71 of a SQLite file as its application id.
    assert (folder / FILE).read_bytes()[68:72] == APPLICATION_ID.to_bytes(4, "big") == b"FAIA"
