"""Copies of checkpoints in a folder elsewhere: each a new file, none ever written again."""

import stat
from pathlib import Path

import pytest

from monitor.adapters.anchors import AnchorFolder
from monitor.ports_acting import AnchorUnreachable

NAME = "wards.example/fairdrift"


def test_each_copy_is_a_new_file_and_they_come_by_size(tmp_path: Path) -> None:
    anchors = AnchorFolder(tmp_path, NAME)
    for size in (9, 1_000, 10):
        anchors.put(b"note %d" % size, size)
    assert list(anchors.notes()) == [b"note 9", b"note 10", b"note 1000"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o444}


def test_the_same_copy_again_changes_nothing_and_another_of_that_size_is_another_file(tmp_path: Path) -> None:
    anchors = AnchorFolder(tmp_path, NAME)
    anchors.put(b"note", 3)
    before = [(path, path.stat().st_mtime_ns) for path in anchors.files()]
    anchors.put(b"note", 3)
    assert [(path, path.stat().st_mtime_ns) for path in anchors.files()] == before
    anchors.put(b"a second story", 3)
    assert sorted(anchors.notes()) == [b"a second story", b"note"]


def test_a_copy_that_somebody_changed_is_not_mended(tmp_path: Path) -> None:
    anchors = AnchorFolder(tmp_path, NAME)
    anchors.put(b"note", 3)
    (path,) = anchors.files()
    path.chmod(0o600)
    path.write_bytes(b"forged")
    anchors.put(b"note", 3)
    assert list(anchors.notes()) == [b"forged"], "to mend it would hide it"


def test_several_logs_share_a_folder(tmp_path: Path) -> None:
    AnchorFolder(tmp_path, NAME).put(b"ours", 1)
    AnchorFolder(tmp_path, "another").put(b"theirs", 1)
    (tmp_path / "README").write_text("of the mount")
    assert list(AnchorFolder(tmp_path, NAME).notes()) == [b"ours"]


def test_a_folder_that_is_missing_is_not_made(tmp_path: Path) -> None:
    anchors = AnchorFolder(tmp_path / "mount", NAME)
    with pytest.raises(
        AnchorUnreachable, match=r"cannot be made \(No such file or directory\); check audit\.anchor_dir"
    ):
        anchors.put(b"note", 1)
    with pytest.raises(AnchorUnreachable, match=r"cannot be read \(No such file or directory\)"):
        list(anchors.notes())
    assert not (tmp_path / "mount").exists()


def test_a_folder_closed_to_us_is_told(as_nobody: Path) -> None:
    as_nobody.chmod(0o500)
    with pytest.raises(AnchorUnreachable, match=r"cannot be made \(Permission denied\).*is it mounted, may we write"):
        AnchorFolder(as_nobody, NAME).put(b"note", 1)
