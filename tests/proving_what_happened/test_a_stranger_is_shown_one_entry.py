"""`audit prove`: a proof that somebody checks who holds the public key and nothing of ours."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from monitor.acting.audit.notes import PublicKey
from monitor.acting.audit.prove import Bundle, NotProven, proven
from monitor.adapters.signing import is_signed_by
from tests.acting_safely.logs import edited
from tests.proving_what_happened.files import NAME, Place, place, written


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Eleven entries; checkpoints over 4 and 8."""
    return written(place(tmp_path_factory.mktemp("place")), entries=11)


def proof_of(kept: Place, seq: int) -> dict[str, Any]:
    done = kept.run("prove", seq, "--output", "json")
    assert done.exit_code == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)["result"]
    return result


def bundle_in(proof: dict[str, Any]) -> Bundle:
    path = tuple(bytes.fromhex(one) for one in proof["path"])
    return Bundle(proof["line"].encode(), proof["seq"] - 1, path, proof["checkpoint"].encode())


@pytest.mark.parametrize(("seq", "under"), [(1, 4), (4, 4), (5, 8), (8, 8)])
def test_a_proof_leads_to_the_smallest_checkpoint_over_the_entry(kept: Place, seq: int, under: int) -> None:
    proof = proof_of(kept, seq)
    key = PublicKey.read(kept.public.read_text())
    assert (proof["log"], proof["key"], proof["v"]) == (NAME, str(key), 1)
    assert proven(bundle_in(proof), NAME, key, is_signed_by).seq == seq
    assert proof["checkpoint"].splitlines()[1] == str(under)
    with pytest.raises(NotProven):
        proven(bundle_in(proof | {"seq": seq + 1}), NAME, key, is_signed_by)


def test_a_proof_is_written_for_its_owner_and_never_over_another(kept: Place, tmp_path: Path) -> None:
    out = tmp_path / "entry-5.json"
    assert kept.run("prove", 5, "--out", out).exit_code == 0
    assert json.loads(out.read_text()) == proof_of(kept, 5)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    again = kept.run("prove", 6, "--out", out)
    assert again.exit_code == 2
    assert "is there already, and evidence is not written over" in again.stderr
    assert json.loads(out.read_text())["seq"] == 5


@pytest.mark.parametrize(
    ("seq", "sentence"),
    [
        (9, "entry 9 is under no checkpoint yet"),
        (12, "there is no entry 12: the log has entries 1 to 11"),
        (0, "there is no entry 0"),
    ],
)
def test_what_cannot_be_proven_is_refused_with_the_reason(kept: Place, seq: int, sentence: str) -> None:
    done = kept.run("prove", seq)
    assert done.exit_code == 2
    assert sentence in done.stderr


def test_without_a_key_there_is_no_proof(kept: Place) -> None:
    done = kept.run("prove", 1, "--dir", kept.log, "--name", NAME)
    assert done.exit_code == 2
    assert "name the public key with --key" in done.stderr


def test_of_a_log_that_was_harmed_nothing_is_proven(tmp_path: Path) -> None:
    kept = written(place(tmp_path))
    lines = kept.lines()
    lines[10] = edited(lines[10], actor="somebody")
    kept.put(lines)
    done = kept.run("prove", 1, "--output", "json")
    assert done.exit_code == 3
    assert json.loads(done.stdout)["result"]["first_bad"] == 9
