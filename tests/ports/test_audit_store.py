"""The contract in memory and on SQLite, and what a file alone must stand: kills, full disks, strangers, force."""

import os
import random
import resource
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor.adapters.audit_reading import AuditUnreadable, Kept, kept
from monitor.adapters.audit_sqlite import APPLICATION_ID, FILE, LOCK, SqliteAuditStore
from monitor.ports_acting import AuditStore, AuditUnwritable
from monitor.simulating.audit import MemoryAuditStore
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
    """A log of three lines and a checkpoint."""
    folder = tmp_path / "audit"
    store = SqliteAuditStore(folder)
    for line in (b"one", b"two", b"three"):
        store.append(line)
    store.append_checkpoint(b"note")
    store.close()
    return folder


WHOLE = Kept([b"one", b"two", b"three"], [b"note"])


def python(code: str, *arguments: object, **env: str) -> "subprocess.Popen[str]":
    """Another process that runs `code`."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env={**os.environ, **env})


WRITING = """
import sys
from pathlib import Path
from monitor.adapters.audit_sqlite import SqliteAuditStore
from tests.ports.test_audit_store import line_of

store, number = SqliteAuditStore(Path(sys.argv[1])), 0
while True:
    number += 1
    store.append(line_of(number))
    print(number, flush=True)
"""


def line_of(number: int) -> bytes:
    """A line of up to some pages, always the same for a number."""
    return f"{number}:".encode() + random.Random(number).randbytes(random.Random(-number).randrange(20_000))


@pytest.mark.parametrize("seed", range(12))
def test_after_a_kill_the_lines_on_the_disk_are_a_prefix_and_whole(tmp_path: Path, seed: int) -> None:
    child = python(WRITING, tmp_path / "audit")
    assert child.stdout is not None
    draw = random.Random(seed)
    for _ in range(draw.randrange(1, 120)):
        child.stdout.readline()
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(timeout=draw.random() / 200)  # somewhere inside a line
    child.send_signal(signal.SIGKILL)
    told = child.communicate()[0].split()
    lines = kept(tmp_path / "audit").lines
    assert lines == [line_of(number) for number in range(1, len(lines) + 1)]
    # What was told was stored; at most one more was stored and not told.
    assert told == [] or len(lines) in {int(told[-1]), int(told[-1]) + 1}
    store = SqliteAuditStore(tmp_path / "audit")
    store.append(b"after")
    assert list(store.lines()) == [*lines, b"after"]
    store.close()


FAILING_SYNC = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
static void tell(int handle) {
    const char *name = getenv("SYNC_TOLD_TO");
    char link[64], path[4096];
    if (name == NULL) return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    ssize_t length = readlink(link, path, sizeof path);
    FILE *file = fopen(name, "a");
    fprintf(file, "%.*s\\n", (int) length, path);
    fclose(file);
}
static int fails(void) {
    const char *name = getenv("SYNC_FAILS_IF");
    return name != NULL && access(name, F_OK) == 0 && (getenv("ONCE") == NULL || unlink(name) == 0);
}
int fsync(int handle) {
    tell(handle);
    if (fails()) { errno = EIO; return -1; }
    return ((int (*)(int)) dlsym(RTLD_NEXT, "fsync"))(handle);
}
int fdatasync(int handle) {
    tell(handle);
    if (fails()) { errno = EIO; return -1; }
    return ((int (*)(int)) dlsym(RTLD_NEXT, "fdatasync"))(handle);
}
"""

ON_A_DISK_THAT_FAILS = """
import os, signal, sys
from pathlib import Path
from monitor.adapters.audit_sqlite import SqliteAuditStore
from monitor.ports_acting import AuditUnwritable

store, fails = SqliteAuditStore(Path(sys.argv[1])), Path(os.environ["SYNC_FAILS_IF"])
store.append(b"one")
fails.touch()
try:
    store.append(b"two")
    print("stored", flush=True)
except AuditUnwritable as error:
    print(error, flush=True)
if sys.argv[2] == "goes on":
    fails.unlink(missing_ok=True)
    store.append(b"three")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def failing_sync(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A library that, loaded before the C library's, refuses to sync while a file is there."""
    if shutil.which("cc") is None:
        pytest.skip("no C compiler: a disk that refuses to sync cannot be played")
    folder = tmp_path_factory.mktemp("sync")
    (folder / "sync.c").write_text(FAILING_SYNC)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", folder / "sync.so", folder / "sync.c", "-ldl"], check=True)
    return str(folder / "sync.so")


@pytest.mark.parametrize(
    ("how", "then", "left"),
    [
        ({"ONCE": "1"}, "ends", [b"one"]),
        ({"ONCE": "1"}, "goes on", [b"one", b"three"]),
        ({}, "goes on", [b"one", b"three"]),
    ],
    ids=["once, then killed", "once, then written on", "for a while, then written on"],
)
def test_a_line_the_disk_did_not_sync_is_unwritable_and_never_comes_back(
    tmp_path: Path, failing_sync: str, how: dict[str, str], then: str, left: list[bytes]
) -> None:
    names = {"LD_PRELOAD": failing_sync, "SYNC_FAILS_IF": str(tmp_path / "fails"), **how}
    said, complaint = python(ON_A_DISK_THAT_FAILS, tmp_path / "audit", then, **names).communicate()
    assert "the audit log takes no line (disk I/O error), so nothing is done" in said, complaint
    assert kept(tmp_path / "audit").lines == left


MAKING = """
import sys
from pathlib import Path
from monitor.adapters.audit_sqlite import SqliteAuditStore
SqliteAuditStore(Path(sys.argv[1]))
"""


def test_the_folder_of_a_new_log_and_the_one_it_lies_in_are_synced(tmp_path: Path, failing_sync: str) -> None:
    told = tmp_path / "told"
    child = python(MAKING, tmp_path / "audit", LD_PRELOAD=failing_sync, SYNC_TOLD_TO=str(told))
    complaint = child.communicate()[1]
    assert child.returncode == 0, complaint
    assert {str(tmp_path), str(tmp_path / "audit")} <= set(told.read_text().split())


def test_reading_changes_no_byte_of_a_copy(tmp_path: Path) -> None:
    store = SqliteAuditStore(tmp_path / "audit")
    store.append(b"one")  # it is in the write-ahead log alone
    copy = tmp_path / "copy"
    copy.mkdir()
    for side in ("", "-wal"):
        shutil.copyfile(tmp_path / "audit" / f"{FILE}{side}", copy / f"{FILE}{side}")
    store.close()
    before = {path.name: path.read_bytes() for path in copy.iterdir()}
    assert kept(copy).lines == [b"one"]
    assert {name: (copy / name).read_bytes() for name in before} == before


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


def test_it_is_read_while_it_is_written_and_after_the_writer_was_killed(tmp_path: Path) -> None:
    child = python(WRITING, tmp_path / "audit")
    assert child.stdout is not None
    for _ in range(3):
        told = int(child.stdout.readline())
        lines = kept(tmp_path / "audit").lines
        assert lines == [line_of(number) for number in range(1, len(lines) + 1)]
        assert len(lines) >= told
    child.kill()
    child.communicate()
    assert len(kept(tmp_path / "audit").lines) >= told


def test_a_reader_that_takes_its_time_holds_no_line_up(folder: Path) -> None:
    db = sqlite3.connect(f"file:{folder / FILE}?mode=ro", uri=True, isolation_level=None)
    db.execute("BEGIN")
    assert db.execute("SELECT count(*) FROM line").fetchone() == (3,)
    store = SqliteAuditStore(folder)
    store.append(b"four")
    assert db.execute("SELECT count(*) FROM line").fetchone() == (3,)
    db.close()
    assert list(store.lines())[-1] == b"four"
    store.close()


def test_a_copy_taken_from_a_dead_process_is_read_where_nothing_can_be_written(as_nobody: Path) -> None:
    store = SqliteAuditStore(as_nobody / "audit")
    store.append(b"one")  # it is in the write-ahead log alone
    copy = as_nobody / "copy"
    copy.mkdir()
    for side in ("", "-wal"):
        shutil.copyfile(as_nobody / "audit" / f"{FILE}{side}", copy / f"{FILE}{side}")
    store.close()
    copy.chmod(0o500)
    assert kept(copy).lines == [b"one"]
    assert sorted(path.name for path in copy.iterdir()) == [FILE, f"{FILE}-wal"], "it was read, not touched"
    copy.chmod(0o700)


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


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def overwrite_what_follows(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2 // 4_096 * 4_096)
        file.write(b"\xff" * 40_960)


@pytest.mark.parametrize(("harm", "least"), [(cut, 0), (overwrite_what_follows, 20)])
def test_of_a_damaged_file_what_lies_before_the_damage_is_given(
    tmp_path: Path, harm: Callable[[Path], None], least: int
) -> None:
    store = SqliteAuditStore(tmp_path)
    for number in range(1, 200):
        store.append(line_of(number)[:3_000])
    store.close()
    harm(tmp_path / FILE)
    found = kept(tmp_path)
    assert found.damage == "database disk image is malformed"
    assert least <= len(found.lines) < 199
    assert list(found.lines) == [line_of(number)[:3_000] for number in range(1, len(found.lines) + 1)]


def test_the_mark_of_our_files_is_readable_from_outside(folder: Path) -> None:
    # The program `file` shows bytes 68 to 71 of a SQLite file as its application id.
    assert (folder / FILE).read_bytes()[68:72] == APPLICATION_ID.to_bytes(4, "big") == b"FAIA"
