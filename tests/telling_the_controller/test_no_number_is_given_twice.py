"""Numbers of records outlive the process: no restart gives one of them again, and a lost file says so by its name."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.adapters.feed_numbers import BLOCK, FileNumbers

GIVES = """
import sys
from pathlib import Path
from monitor.adapters.feed_numbers import FileNumbers
numbers = FileNumbers(Path(sys.argv[1]))
while True:
    print(numbers.take(40_000), flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "feed.json"


def test_numbers_follow_each_other(path: Path) -> None:
    numbers = FileNumbers(path)
    assert [numbers.take(count) for count in (0, 3, 0, 1, 2 * BLOCK, 5)] == [1, 1, 4, 4, 5, 5 + 2 * BLOCK]


def test_a_restart_gives_none_of_them_again(path: Path) -> None:
    given: set[int] = set()
    for _ in range(5):
        numbers = FileNumbers(path)
        for count in (1, 7, BLOCK):
            first = numbers.take(count)
            assert given.isdisjoint(range(first, first + count))
            given.update(range(first, first + count))


def test_nor_does_one_after_a_kill(path: Path) -> None:
    highest = 0
    for _ in range(3):
        child = subprocess.Popen([sys.executable, "-c", GIVES, path], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        first = int(child.stdout.readline())
        assert first > highest
        for _ in range(20):
            highest = int(child.stdout.readline())
        child.send_signal(signal.SIGKILL)
        highest = max([highest, *map(int, filter(None, child.stdout.read().split("\n")[:-1]))]) + 40_000 - 1
        child.wait()
        child.stdout.close()
    assert FileNumbers(path).take(1) > highest


def test_the_history_keeps_its_name(path: Path) -> None:
    assert FileNumbers(path).source == FileNumbers(path).source


def test_a_lost_file_begins_another_history(path: Path) -> None:
    before = FileNumbers(path).source
    path.unlink()
    after = FileNumbers(path)
    assert (after.take(1), after.source != before) == (1, True)


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b'{"source":"a"}',
        b'{"source":"","free":7}',
        b'{"source":"a","free":0}',
        b'{"source":"a","free":"7"}',
        b'{"source":"a","free":7,"more":1}',
    ],
)
def test_a_damaged_file_begins_another_history(path: Path, damage: bytes) -> None:
    before = FileNumbers(path).source
    path.write_bytes(damage)
    after = FileNumbers(path)
    assert after.source not in (before, "a", "")
    assert after.take(1) == 1


def test_only_its_owner_reads_it(path: Path) -> None:
    FileNumbers(path)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_disk_that_refuses_gives_no_number_and_then_the_next(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = FileNumbers(path)
    numbers.take(BLOCK)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(OSError, match=r"feed\.json: cannot keep the numbers of the verdict feed \(No space left"):
            numbers.take(1)
    assert json.loads(path.read_text())["free"] == BLOCK + 1, "the file is as it was"
    assert numbers.take(1) == BLOCK + 1
    assert json.loads(path.read_text())["free"] > BLOCK + 1


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    with pytest.raises(OSError, match="check its disk and rights"):
        FileNumbers(tmp_path / "state" / "feed.json")


def test_what_a_crash_left_half_written_is_not_read(path: Path) -> None:
    numbers = FileNumbers(path)
    path.with_name("feed.json.new").write_bytes(b'{"sou')
    again = FileNumbers(path)
    assert (again.source, again.take(1)) == (numbers.source, BLOCK + 1)
    assert os.listdir(path.parent) == ["feed.json"]  # noqa: PTH208
