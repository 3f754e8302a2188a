"""The audit log is read beside its writer, from copies, and where it is damaged; reading changes nothing."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.adapters.audit_reading import kept
from monitor.adapters.audit_sqlite import FILE, SqliteAuditStore
from tests.ports.audit_files import WRITING, line_of, log_in, python


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


def test_a_reader_that_takes_its_time_holds_no_line_up(tmp_path: Path) -> None:
    folder = log_in(tmp_path / "audit")
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
