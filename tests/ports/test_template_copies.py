"""Copies of templates on the disk: whole or not there, for nobody but their owner, and honest about damage."""

import stat
from pathlib import Path

import pytest

from monitor.adapters.template_copies import TemplateCopies
from monitor.ports_acting import AuditUnwritable

NAME, TEMPLATE = "sha256:" + "a" * 64, {"spec": {"containers": [{"env": [{"name": "PASSWORD", "value": "hunter2"}]}]}}


def test_what_is_kept_is_there_for_the_next_process(tmp_path: Path) -> None:
    TemplateCopies(tmp_path / "templates").keep(NAME, TEMPLATE)
    assert TemplateCopies(tmp_path / "templates").all() == {NAME: TEMPLATE}


def test_nobody_but_the_owner_can_read_it(tmp_path: Path) -> None:
    TemplateCopies(tmp_path / "templates").keep(NAME, TEMPLATE)
    modes = [
        stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "templates", *(tmp_path / "templates").iterdir())
    ]
    assert modes == [0o700, 0o600]


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff"], ids=["empty", "cut", "no template", "no text"])
def test_a_damaged_copy_is_left_out_and_the_others_are_read(tmp_path: Path, damage: bytes) -> None:
    copies = TemplateCopies(tmp_path)
    copies.keep(NAME, TEMPLATE)
    (tmp_path / f"sha256-{'b' * 64}.json").write_bytes(damage)
    (tmp_path / f"sha256-{'c' * 64}.part").write_bytes(b"{}")
    assert copies.all() == {NAME: TEMPLATE}


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    copies = TemplateCopies(tmp_path / "templates")
    (tmp_path / "templates").rmdir()
    with pytest.raises(AuditUnwritable, match="make room"):
        copies.keep(NAME, TEMPLATE)
    (tmp_path / "file").write_text("")
    with pytest.raises(AuditUnwritable):
        TemplateCopies(tmp_path / "file")
