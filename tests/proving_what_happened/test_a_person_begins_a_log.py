"""`audit start`: a log that was taken away looks like a new one, so nothing is acted on before a person begins it."""

import json
from getpass import getuser
from pathlib import Path

import pytest

from monitor.acting.entries import Kind
from monitor.adapters.audit_sqlite import FILE
from tests.proving_what_happened.files import NAME, Place, place, written


@pytest.fixture
def kept(tmp_path: Path) -> Place:
    return place(tmp_path)


def begin(kept: Place, reason: str = "first installation") -> tuple[int, str]:
    done = kept.run("start", "--reason", reason, "--output", "json")
    return done.exit_code, done.stdout or done.stderr


def test_a_new_log_is_not_begun_though_it_is_written(kept: Place) -> None:
    trail = kept.open()
    assert not trail.is_begun
    trail.write(Kind.STARTED, at_ms=0, actor="fairdrift")
    began = trail.is_begun
    trail.close()
    assert not began


def test_a_person_begins_it_with_name_and_reason_signed_and_copied_outside(kept: Place) -> None:
    code, said = begin(kept)
    assert code == 0, said
    result = json.loads(said)["result"]
    assert (result["by"], result["begun_because"], result["signed_to"], result["anchored_to"]) == (
        getuser(),
        "first installation",
        1,
        1,
    )
    trail = kept.open()
    (entry,) = trail.entries
    assert trail.is_begun
    assert (entry.kind, entry.actor, entry.details["log"]) == (Kind.STARTED, getuser(), NAME)
    assert entry.details["key"].startswith(f"{NAME}+")
    trail.close()
    assert kept.verify()[0] == 0


def test_a_log_begins_once(kept: Place) -> None:
    begin(kept)
    code, said = begin(kept)
    assert code == 2
    assert "this log of 1 entries was begun already" in said


def test_a_log_that_a_controller_wrote_in_shadow_may_be_begun(kept: Place) -> None:
    written(kept)
    assert begin(kept)[0] == 0
    trail = kept.open()
    assert (len(trail.entries), trail.is_begun) == (13, True)
    trail.write(Kind.SEEN, at_ms=1, actor="fairdrift")
    assert trail.is_begun, "whatever is written after it"
    trail.close()


@pytest.mark.parametrize("reason", ["", "  "])
def test_without_a_reason_none_is_begun(kept: Place, reason: str) -> None:
    code, said = begin(kept, reason)
    assert (code, "say why a log begins" in said) == (2, True)
    assert not (kept.log / FILE).exists()


def test_a_log_that_was_taken_away_is_not_begun_again_under_its_name(kept: Place) -> None:
    written(kept)
    for path in kept.log.iterdir():
        path.unlink()
    code, said = begin(kept, "the disk was lost")
    assert code == 2
    assert "entries 1 to 12" in said or "entries 1 to 4" in said
    assert "set a new audit.dir and audit.name" in said
    kept.settings.write_text(kept.settings.read_text().replace(NAME, f"{NAME}/2"))
    assert begin(kept, "the disk was lost")[0] == 0


def test_while_a_controller_writes_none_is_begun(kept: Place) -> None:
    trail = kept.open()
    code, said = begin(kept)
    trail.close()
    assert code == 2
    assert "another process writes this audit log; stop it" in said


def test_an_anchor_without_a_key_is_refused(tmp_path: Path) -> None:
    kept = place(tmp_path, key=False)
    code, said = begin(kept)
    assert code == 2
    assert "audit.anchor_dir: without audit.signing_key_file there is nothing to copy there" in said
