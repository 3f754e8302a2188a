"""T29 on the real files by the command line: edit, cut tail, swap, key: the position is named, the tail by anchor."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monitor.acting.entries import Kind
from monitor.adapters.audit_sqlite import FILE
from monitor.controller.trail import TrailBroken
from tests.acting_safely.logs import edited, relinked
from tests.proving_what_happened.files import NAME, Place, place, written


@pytest.fixture
def kept(tmp_path: Path) -> Place:
    """Twelve entries; checkpoints over 4, 8 and 12 beside and outside."""
    return written(place(tmp_path))


def test_a_whole_log_is_whole_and_what_no_log_proves_is_said(kept: Place) -> None:
    code, said = kept.verify()
    assert (code, said["is_whole"], said["first_bad"], said["findings"]) == (0, True, None, [])
    assert (said["entries"], said["checkpoints"], said["anchors"]) == (12, 3, 3)
    assert (said["signed_to"], said["anchored_to"], said["not_shown"]) == (12, 12, [])
    assert "that a model is fair" in said["cannot_prove"]
    table = kept.run("verify")
    assert table.exit_code == 0
    assert "the log is whole" in table.stdout
    assert "that a model is fair" in " ".join(table.stdout.split())


def edit_one(kept: Place) -> None:
    lines = kept.lines()
    lines[5] = edited(lines[5], actor="somebody")
    kept.put(lines)


def edit_bytes_in_the_file(kept: Place) -> None:
    """With no database at all: six letters of entry 6, in place."""
    path = kept.log / FILE
    old = kept.lines()[5]
    body = bytearray(path.read_bytes())
    at = body.index(old)
    body[at : at + len(old)] = old.replace(b'"fairdrift"', b'"unfair!!!"')
    path.write_bytes(body)


def edit_with_care(kept: Place) -> None:
    lines = kept.lines()
    lines[5] = edited(lines[5], actor="somebody")
    kept.put(relinked(lines))


def take_one_out(kept: Place) -> None:
    kept.sql("DELETE FROM line WHERE number = 6")


def swap_two(kept: Place) -> None:
    lines = kept.lines()
    lines[5], lines[6] = lines[6], lines[5]
    kept.put(lines)


def write_text_for_bytes(kept: Place) -> None:
    kept.sql("UPDATE line SET body = 'not a line' WHERE number = 6")


def write_nothing(kept: Place) -> None:
    kept.sql("UPDATE line SET body = x'' WHERE number = 6")


@pytest.mark.parametrize(
    ("harm", "first_bad"),
    [
        (edit_one, 5),  # a checkpoint shows entries 5 to 8 to be rewritten, and the chain entry 6 to be the one
        (edit_bytes_in_the_file, 5),
        (edit_with_care, 5),
        (take_one_out, 5),
        (swap_two, 5),
        (write_text_for_bytes, 5),
        (write_nothing, 5),
    ],
)
def test_an_edit_is_found_between_two_checkpoints(kept: Place, harm: Callable[[Place], None], first_bad: int) -> None:
    harm(kept)
    code, said = kept.verify()
    assert (code, said["is_whole"], said["first_bad"]) == (3, False, first_bad)
    rewritten = [one for one in said["findings"] if one["what"] == "rewritten"]
    assert {(one["first"], one["last"]) for one in rewritten} == {(5, 8)}
    table = kept.run("verify")
    assert table.exit_code == 3
    assert f"is NOT what was written; first bad entry: {first_bad}" in table.stdout


@pytest.mark.parametrize(
    ("harm", "what", "at"),
    [
        (edit_one, "changed", {(6, 6)}),
        (edit_bytes_in_the_file, "changed", {(6, 6)}),
        (edit_with_care, "changed", set()),
        (take_one_out, "misplaced", {(6, 6), (7, 7), (8, 8), (9, 9), (10, 10), (11, 11)}),
        (swap_two, "misplaced", {(6, 6), (7, 7)}),
        (write_text_for_bytes, "unreadable", {(6, 6)}),
        (write_nothing, "unreadable", {(6, 6)}),
    ],
)
def test_an_edit_without_care_is_found_at_its_entry(
    kept: Place, harm: Callable[[Place], None], what: str, at: set[tuple[int, int]]
) -> None:
    harm(kept)
    _, said = kept.verify()
    assert {(one["first"], one["last"]) for one in said["findings"] if one["what"] == what} == at


def cut_tail(kept: Place) -> None:
    kept.sql("DELETE FROM line WHERE number > 9", "DELETE FROM checkpoint WHERE number > 2")


def test_a_cut_tail_is_found_by_the_copies_outside(kept: Place) -> None:
    cut_tail(kept)
    code, said = kept.verify()
    assert (code, said["first_bad"]) == (3, 10)
    assert said["findings"] == [
        {"first": 10, "last": 12, "what": "missing", "why": "a checkpoint outside the log covers them"}
    ]


def test_a_cut_tail_is_not_found_without_them_and_that_is_said(kept: Place) -> None:
    cut_tail(kept)
    code, said = kept.verify("--dir", kept.log, "--key", kept.public, "--name", NAME)
    assert (code, said["findings"], said["entries"]) == (0, [], 9)
    assert any("cut its tail" in one for one in said["not_shown"])


def test_a_tail_cut_without_care_is_found_by_the_checkpoints_beside(kept: Place) -> None:
    kept.sql("DELETE FROM line WHERE number > 9")
    _, said = kept.verify("--dir", kept.log, "--key", kept.public, "--name", NAME)
    assert [(one["first"], one["last"], one["what"]) for one in said["findings"]] == [(10, 12, "missing")]


def test_a_log_that_is_gone_is_refused_and_one_begun_in_its_place_is_found(kept: Place) -> None:
    for path in kept.log.iterdir():
        path.unlink()
    gone = kept.run("verify")
    assert gone.exit_code == 2
    assert "no audit log can be read here" in gone.stderr
    from monitor.adapters.audit_sqlite import SqliteAuditStore

    SqliteAuditStore(kept.log).close()
    code, said = kept.verify()
    assert (code, said["first_bad"], said["entries"]) == (3, 1, 0)


def test_a_damaged_file_is_a_finding_where_it_ends(tmp_path: Path) -> None:
    kept = written(place(tmp_path), entries=200, every=50)
    os.truncate(kept.log / FILE, (kept.log / FILE).stat().st_size // 2)
    code, said = kept.verify()
    assert code == 3
    assert any("the file is damaged from here on" in one["why"] for one in said["findings"])
    assert any(one["what"] == "missing" and one["last"] == 200 for one in said["findings"])


def test_a_changed_copy_outside_is_told_and_accuses_no_entry(kept: Place) -> None:
    path = sorted(kept.anchors.iterdir())[0]
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(b"\n4\n", b"\n3\n"))
    code, said = kept.verify()
    assert (code, said["first_bad"]) == (3, None)
    assert [one["what"] for one in said["findings"]] == ["checkpoint"]


def test_the_controller_refuses_to_go_on_with_a_log_that_was_harmed(kept: Place) -> None:
    edit_one(kept)
    with pytest.raises(TrailBroken, match=r"broken at entries 5 to 8 \(rewritten"):
        kept.open()


@pytest.mark.parametrize("with_key", [False, True])
def test_what_is_not_shown_is_said(tmp_path: Path, with_key: bool) -> None:
    kept = written(place(tmp_path, key=with_key, anchors=False), entries=10)
    code, said = kept.verify()
    assert (code, said["is_whole"], said["anchors"]) == (0, True, None)
    text = " / ".join(said["not_shown"])
    assert ("no key" in text, "entries 9 to 10: under no checkpoint" in text) == (not with_key, with_key)
    assert ("nothing outside" in text) == with_key


def test_it_is_verified_beside_a_running_controller(kept: Place) -> None:
    trail = kept.open()
    trail.write(Kind.JUDGED, at_ms=0, actor="fairdrift")
    code, said = kept.verify()
    assert (code, said["entries"], said["signed_to"]) == (0, 13, 12)
    assert said["not_shown"] == [
        "entry 13: under no checkpoint yet, only the chain speaks for it",
        "entry 13: not outside yet, the holder of the key may change it",
    ]
    trail.close()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--key", "nowhere"), "nowhere: the public key cannot be read"),
        (("--anchors", "nowhere"), "nowhere: cannot be read (No such file or directory)"),
        (("--dir", "nowhere"), "no audit log can be read here"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(kept: Place, words: Any, sentence: str) -> None:
    done = kept.run("verify", *words)
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
