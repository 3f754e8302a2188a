"""The contract in memory and on SQLite, and what a file alone must stand: crashes, damage, strangers, a full disk."""

import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor.adapters.memory import MemoryStateStore
from monitor.adapters.sqlite import APPLICATION_ID, SCHEMA, SqliteStateStore
from monitor.ports import StateCorrupt, StateStore, Stored
from tests.ports.state_store_contract import Partition, StateStoreContract, restored

SLICES = 5


class TestMemory(StateStoreContract):
    @pytest.fixture
    def store(self) -> StateStore:
        return MemoryStateStore()


class TestSqlite(StateStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[StateStore]:
        store = SqliteStateStore(tmp_path / "state" / "partition-0.sqlite")
        yield store
        store.close()

    def test_another_process_finds_what_one_stored(self, store: StateStore, tmp_path: Path) -> None:
        store.commit(b"change", (3, b"slice"))
        store.close()
        again = SqliteStateStore(tmp_path / "state" / "partition-0.sqlite")
        assert again.load() == Stored([b"slice"], [b"change"])
        again.close()

    def test_a_commit_that_fails_halfway_leaves_nothing(self, store: StateStore) -> None:
        store.commit(b"before")
        with pytest.raises(OverflowError):  # SQLite has no such number: the change goes in, the slice does not
            store.commit(b"half", (1 << 63, b"slice"))
        assert store.load() == Stored([], [b"before"])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with some cycles of commits."""
    path = tmp_path / "partition-0.sqlite"
    store, partition, draw = SqliteStateStore(path), Partition(SLICES), random.Random(1)
    for _ in range(40):
        partition.commit(store, draw)
    store.close()
    return path


def python(code: str, *arguments: object) -> "subprocess.Popen[str]":
    """Another process that runs `code`."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


COMMITTING = """
import random, sys
from pathlib import Path
from monitor.adapters.sqlite import SqliteStateStore
from tests.ports.state_store_contract import Partition

store, partition, draw = SqliteStateStore(Path(sys.argv[1])), Partition(5), random.Random(int(sys.argv[2]))
while True:
    partition.commit(store, draw)
    print(sum(partition.values.values()) // 2, flush=True)
"""


@pytest.mark.parametrize("seed", range(6))
def test_after_a_kill_in_the_middle_of_commits_some_prefix_is_there_whole(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "partition-0.sqlite"
    child = python(COMMITTING, path, seed)
    assert child.stdout is not None
    for _ in range(random.Random(seed).randrange(20, 300)):
        child.stdout.readline()
    child.send_signal(signal.SIGKILL)
    told = child.communicate()[0].split()
    store = SqliteStateStore(path)
    stored = store.load()
    store.close()
    assert stored is not None
    found = restored(stored, SLICES)
    count = sum(found.values()) // 2
    # What was told was committed; at most one commit more was done and not told.
    assert told == [] or count in {int(told[-1]), int(told[-1]) + 1}
    replayed, draw, scratch = Partition(SLICES), random.Random(seed), MemoryStateStore()
    for _ in range(count):
        replayed.commit(scratch, draw)
    assert found == replayed.values


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4_096)
        file.write(os.urandom(8_192))


def flip_one_bit_of_a_change(path: Path) -> None:
    with sqlite3.connect(path) as db:
        ((body,),) = db.execute("SELECT body FROM change ORDER BY seq DESC LIMIT 1")
    db.close()
    file = bytearray(path.read_bytes())
    file[file.index(body)] ^= 1
    path.write_bytes(file)


def scribble(path: Path) -> None:
    path.write_bytes(b"not a database, but long enough to be looked at\n" * 100)


def another_schema(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    db.close()


def another_application(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE photo (id INTEGER PRIMARY KEY)")
    db.close()


@pytest.mark.parametrize(
    "harm", [cut, overwrite, flip_one_bit_of_a_change, scribble, another_schema, another_application]
)
def test_a_file_that_cannot_be_trusted_is_corrupt_and_can_be_cleared(path: Path, harm: Callable[[Path], None]) -> None:
    harm(path)
    store = SqliteStateStore(path)
    with pytest.raises(StateCorrupt, match=r"partition-0\.sqlite: "):
        store.load()
    store.clear()
    assert store.load() is None
    store.commit(b"new")
    assert store.load() == Stored([], [b"new"])
    store.close()


def test_a_foreign_database_is_not_touched(path: Path) -> None:
    another_application(path)
    before = path.read_bytes()
    store = SqliteStateStore(path)
    with pytest.raises(StateCorrupt):
        store.load()
    store.close()
    assert path.read_bytes() == before


def test_a_file_that_a_crash_left_before_it_was_made_whole_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "partition-0.sqlite"
    path.touch()
    store = SqliteStateStore(path)
    assert store.load() is None
    store.close()


def test_a_file_in_use_by_another_process_is_refused_in_one_sentence(path: Path) -> None:
    child = python(COMMITTING, path, 1)
    assert child.stdout is not None
    child.stdout.readline()
    store = SqliteStateStore(path)
    for use in (store.load, lambda: store.commit(b"mine")):
        with pytest.raises(OSError, match=r"another process uses this state file; stop it, or give this one its own"):
            use()
    child.kill()
    child.communicate()
    assert store.load() is not None
    store.close()


def test_a_folder_closed_to_us_is_refused_in_one_sentence(as_nobody: Path) -> None:
    as_nobody.chmod(0o500)
    with pytest.raises(OSError, match=r"partition-0\.sqlite: cannot be written \(Permission denied\); check rights"):
        SqliteStateStore(as_nobody / "partition-0.sqlite").load()
    with pytest.raises(OSError, match=r"state: cannot be made \(Permission denied\); change state\.dir"):
        SqliteStateStore(as_nobody / "state" / "partition-0.sqlite")


ON_A_FULL_DISK = """
import resource, sys
from pathlib import Path
from monitor.adapters.sqlite import SqliteStateStore

resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
store = SqliteStateStore(Path(sys.argv[1]))
count = 0
try:
    while True:
        store.commit(b"%d" % count + b" " * 10_000)
        count += 1
except OSError as error:
    print(count, error)
"""


def test_what_a_full_disk_refuses_is_not_stored_and_the_rest_is(tmp_path: Path) -> None:
    path = tmp_path / "partition-0.sqlite"
    count, _, complaint = python(ON_A_FULL_DISK, path).communicate()[0].partition(" ")
    assert complaint.startswith(f"{path}: cannot store the state (")
    assert complaint.endswith("); check free space and rights of its folder\n")
    store = SqliteStateStore(path)
    stored = store.load()
    store.close()
    assert stored is not None
    assert [int(change) for change in stored.changes] == list(range(int(count)))
    assert int(count) > 3


def test_only_the_owner_may_read_the_state(tmp_path: Path) -> None:
    store = SqliteStateStore(tmp_path / "state" / "partition-0.sqlite")
    store.commit(b"small cells")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "state").iterdir()}
    store.close()
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_what_was_dropped_gives_its_room_back(tmp_path: Path) -> None:
    path = tmp_path / "partition-0.sqlite"
    store = SqliteStateStore(path)
    for number in range(200):
        store.commit(b" " * 50_000, (number % 4, b"s"), closes_cycle=number % 4 == 3)
    store.close()
    # At most two cycles of four changes are kept: 400 kB of the 10 MB that were written.
    assert path.stat().st_size < 1_000_000


def test_the_mark_of_our_files_is_readable_from_outside(path: Path) -> None:
    # The program `file` shows bytes 68 to 71 of a SQLite file as its application id.
    assert path.read_bytes()[68:72] == APPLICATION_ID.to_bytes(4, "big") == b"FAIR"
