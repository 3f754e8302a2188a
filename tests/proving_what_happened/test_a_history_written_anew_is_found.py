"""T29, keys: a history written anew, with another key or by the holder of the right one, is found outside."""

from pathlib import Path

import pytest

from monitor.acting.audit.checkpoint import signed_checkpoint
from monitor.acting.audit.notes import PublicKey
from monitor.adapters.signing import Signer
from tests.acting_safely.logs import edited, frontier, relinked
from tests.proving_what_happened.files import NAME, Place, place, private_key, written


@pytest.fixture
def kept(tmp_path: Path) -> Place:
    """Twelve entries; checkpoints over 4, 8 and 12 beside and outside."""
    return written(place(tmp_path))


def rewrite_with_another_key(kept: Place) -> None:
    """Whoever took the machine: another history, signed anew with a key of their own, which the settings now name."""
    (kept.folder / "audit.key").unlink()
    private_key(kept.folder / "audit.key", 2)
    for path in kept.log.iterdir():
        path.unlink()
    hidden = kept.anchors.rename(kept.folder / "hidden")
    kept.anchors.mkdir()
    public = kept.public.read_text()
    written(kept, entries=20, actor="somebody")
    kept.public.write_text(public)
    for path in kept.anchors.iterdir():
        path.unlink()
    kept.anchors.rmdir()
    hidden.rename(kept.anchors)


def test_a_swapped_key_is_found_by_who_holds_the_right_one(kept: Place) -> None:
    rewrite_with_another_key(kept)
    code, said = kept.verify("--key", kept.public)
    assert code == 3
    assert {one["what"] for one in said["findings"]} >= {"checkpoint", "rewritten"}
    assert any("beside the log: it is not signed by wards.example/fairdrift+" in one["why"] for one in said["findings"])


def test_a_swapped_key_is_found_by_the_copies_outside_too(kept: Place) -> None:
    rewrite_with_another_key(kept)
    code, said = kept.verify()  # by the key that the settings name now
    assert code == 3
    assert [one["why"].partition(": ")[0] for one in said["findings"]] == [
        f"checkpoint {number} outside the log" for number in (1, 2, 3)
    ]


def test_a_rewrite_by_the_holder_of_the_key_is_found_by_the_copies_outside_alone(kept: Place) -> None:
    signer = Signer(kept.folder / "audit.key")
    lines = kept.lines()
    lines[5] = edited(lines[5], actor="somebody")
    lines = relinked(lines)
    kept.put(lines)
    kept.sql("DELETE FROM checkpoint")
    key = PublicKey(NAME, signer.public)
    for number, size in enumerate((4, 8, 12), start=1):
        note = signed_checkpoint(NAME, frontier(lines[:size]), key, signer.sign)
        kept.sql(f"INSERT INTO checkpoint VALUES ({number}, x'{note.hex()}')")
    alone, _ = kept.verify("--dir", kept.log, "--key", kept.public, "--name", NAME)
    code, said = kept.verify()
    assert (alone, code) == (0, 3)
    assert [(one["first"], one["last"], one["what"]) for one in said["findings"]] == [(5, 8, "rewritten")]
