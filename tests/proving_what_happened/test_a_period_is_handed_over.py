"""`audit export`: the entries of a period in one tar, which checks itself with one short script, and shows any harm."""

import json
import stat
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.cli.audit import check_bundle
from monitor.cli.audit.period import period
from monitor.cli.exits import Refused
from tests.proving_what_happened.files import NAME, Place, place, written


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Thirty entries from 1 November, four a day; checkpoints over every seventh."""
    return written(place(tmp_path_factory.mktemp("place")), entries=30, every=7)


def exported(kept: Place, period: str, out: Path, *words: object) -> Path:
    """The bundle of a period, unpacked."""
    done = kept.run("export", "--period", period, "--out", out / "bundle.tar", *words)
    assert done.exit_code == 0, done.stderr
    with tarfile.open(out / "bundle.tar") as tar:
        tar.extractall(out, filter="data")
    return out / "audit-export"


def checked(bundle: Path, *words: str) -> tuple[int, str]:
    """What the script in the bundle says, run as a stranger would, with nothing of ours importable."""
    command = [sys.executable, "-I", "check_bundle.py", *words]
    done = subprocess.run(command, cwd=bundle, capture_output=True, text=True, check=False)
    assert not done.stderr
    return done.returncode, done.stdout


def entries_in(bundle: Path) -> list[int]:
    return [json.loads(line)["seq"] for line in (bundle / "lines.ndjson").read_bytes().splitlines()]


@pytest.mark.parametrize(
    ("span", "first", "last"),
    [
        ("2026-11-01", 1, 7),  # four entries, and on to the next checkpoint
        ("2026-11-03", 9, 14),
        ("2026-11-03/2026-11-05", 9, 21),
        ("2026-11-01/2026-11-08", 1, 28),  # the end is not in it
        ("2026-11", 1, 30),  # two entries more than the last checkpoint covers
        ("2026", 1, 30),
    ],
)
def test_a_bundle_holds_the_period_and_what_is_needed_to_check_it(
    kept: Place, tmp_path: Path, span: str, first: int, last: int
) -> None:
    bundle = exported(kept, span, tmp_path)
    assert entries_in(bundle) == list(range(first, last + 1))
    code, said = checked(bundle, "--key", kept.public.read_text().strip())
    assert (code, f"good: entries {first} to {last} of {NAME}" in said) == (0, True)
    assert ("entries 29 to 30: under no checkpoint; only who signed this bundle" in said) == (last == 30)
    assert (bundle / "lines.ndjson").read_bytes().splitlines() == kept.lines()[first - 1 : last]


def test_the_same_period_gives_the_same_bytes_for_their_owner_alone(kept: Place, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        exported(kept, "2026-11-03", tmp_path / name)
    one, other = (tmp_path / name / "bundle.tar" for name in ("a", "b"))
    assert one.read_bytes() == other.read_bytes()
    assert stat.S_IMODE(one.stat().st_mode) == 0o600


def test_the_readme_says_what_is_shown_and_what_no_log_can_prove(kept: Place, tmp_path: Path) -> None:
    text = (exported(kept, "2026-11-03", tmp_path) / "README.txt").read_text()
    assert "Shown: every entry is under a checkpoint, and one of them was copied outside." in text
    assert "that a model is fair" in text


def test_where_the_private_key_is_not_the_checkpoints_still_speak(kept: Place, tmp_path: Path) -> None:
    where = ("--dir", kept.log, "--key", kept.public, "--name", NAME)
    bundle = exported(kept, "2026-11-03", tmp_path, *where)
    assert not (bundle / "manifest.note").exists()
    assert "the private key was not at hand" in (bundle / "README.txt").read_text()
    assert "no copy of a checkpoint from outside" in (bundle / "README.txt").read_text()
    assert checked(bundle, "--key", kept.public.read_text().strip())[0] == 0


def edit(bundle: Path) -> None:
    path = bundle / "lines.ndjson"
    path.write_bytes(path.read_bytes().replace(b'"actor":"fairdrift"', b'"actor":"somebody"', 1))


def cut(bundle: Path) -> None:
    path = bundle / "lines.ndjson"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def another_past(bundle: Path) -> None:
    path = bundle / "before.json"
    told = json.loads(path.read_bytes())
    path.write_text(json.dumps(told | {"roots": [one[::-1] for one in told["roots"]]}))


def another_shape(bundle: Path) -> None:
    path = bundle / "before.json"
    told = json.loads(path.read_bytes())
    path.write_text(json.dumps(told | {"roots": [*told["roots"], "00" * 32]}))


def another_manifest(bundle: Path) -> None:
    path = bundle / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b"2026-11-03", b"2026-11-02"))


def without_checkpoints(bundle: Path) -> None:
    for path in (bundle / "checkpoints").iterdir():
        path.unlink()


def forged_checkpoint(bundle: Path) -> None:
    (path,) = (bundle / "checkpoints").iterdir()
    text = path.read_text().splitlines()
    path.write_text("\n".join([text[0], "13", *text[2:], ""]))


def another_readme(bundle: Path) -> None:
    (bundle / "README.txt").write_text("All is well.")


HARMS = [
    another_readme,
    edit,
    cut,
    another_past,
    another_shape,
    another_manifest,
    without_checkpoints,
    forged_checkpoint,
]


@pytest.mark.parametrize("harm", HARMS)
def test_harm_to_a_bundle_is_found(kept: Place, tmp_path: Path, harm: Callable[[Path], None]) -> None:
    bundle = exported(kept, "2026-11-03", tmp_path)
    harm(bundle)
    code, said = checked(bundle)
    assert code == 3, said
    assert "good" not in said


@pytest.mark.parametrize("harm", [one for one in HARMS if one not in (another_manifest, another_readme)])
def test_harm_is_found_in_what_is_signed_though_the_manifest_was_made_anew(
    kept: Place, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    """Somebody who harms with care mends the digests, and leaves the signature out that they cannot make."""
    from hashlib import sha256

    bundle = exported(kept, "2026-11-03", tmp_path)
    harm(bundle)
    (bundle / "manifest.note").unlink()
    told = json.loads((bundle / "manifest.json").read_bytes())
    told["last"] = entries_in(bundle)[-1]
    told["files"] = {
        name: sha256((bundle / name).read_bytes()).hexdigest() for name in told["files"] if (bundle / name).exists()
    }
    (bundle / "manifest.json").write_text(json.dumps(told))
    code, said = checked(bundle)
    assert code == 3, said


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (edit, "entry 10: the one before it is not the one it was written after"),
        (another_shape, "before.json: 8 entries have 1 full subtrees, not 2"),
        (another_readme, "README.txt: is missing, or not the one that was exported"),
        (cut, "lines.ndjson: holds entries 9 to 13, not those of the manifest"),
        (forged_checkpoint, "is not signed by wards.example/fairdrift"),
    ],
)
def test_harm_to_a_bundle_is_named(kept: Place, tmp_path: Path, harm: Callable[[Path], None], sentence: str) -> None:
    bundle = exported(kept, "2026-11-03", tmp_path)
    harm(bundle)
    assert sentence in checked(bundle)[1]


def test_a_bundle_of_another_key_is_not_believed(kept: Place, tmp_path: Path) -> None:
    bundle = exported(kept, "2026-11-03", tmp_path)
    other = "wards.example/fairdrift+00000000+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    code, said = checked(bundle, "--key", other)
    assert code == 3
    assert "manifest.note: is not signed by wards.example/fairdrift" in said


def test_the_script_in_the_bundle_is_ours(kept: Place, tmp_path: Path) -> None:
    bundle = exported(kept, "2026-11-03", tmp_path)
    assert (bundle / "check_bundle.py").read_bytes() == Path(check_bundle.__file__).read_bytes()


def test_of_a_period_without_entries_there_is_no_bundle(kept: Place, tmp_path: Path) -> None:
    done = kept.run("export", "--period", "2027", "--out", tmp_path / "bundle.tar")
    assert done.exit_code == 2
    assert "no entry is of 2027; the log has 30" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_of_a_log_that_was_harmed_there_is_no_bundle(tmp_path: Path) -> None:
    kept = written(place(tmp_path / "place"))
    kept.sql("DELETE FROM line WHERE number = 2")
    done = kept.run("export", "--period", "2026", "--out", tmp_path / "bundle.tar", "--output", "json")
    assert done.exit_code == 3
    assert json.loads(done.stdout)["result"]["first_bad"] == 1
    assert not (tmp_path / "bundle.tar").exists()


@pytest.mark.parametrize(
    "text", ["", "26", "2026-13", "2026-02-30", "2026-11-02/2026-11-01", "2026/2026", "30d", "0000"]
)
def test_what_is_no_period_is_refused_with_how_to_write_one(text: str) -> None:
    with pytest.raises(Refused, match=r"write it like 2026, 2026-11"):
        period(text)
