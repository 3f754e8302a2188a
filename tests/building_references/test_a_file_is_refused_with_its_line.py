"""A reference file that cannot be used is refused in one sentence: which file, which line, what to do."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from monitor.judging.judge import Judge
from monitor.judging.reference_file import read_declared, read_reference, write_reference
from monitor.judging.reference_form import read_file, schema, sealed, text_of
from monitor.judging.rules import DAY_MS
from tests.commands_to_their_end.streams import here, write_settings
from tests.judging_evidence.worlds import CODING, LATTICE, USUAL, everyone, judged, rules

GOOD = write_reference(
    judged(Judge(rules(), LATTICE, None), lambda _: everyone(USUAL), range(1, 40)).reference, CODING, "ada"
)


def line_with(text: str) -> int:
    """The first line of the good file with a text."""
    return 1 + next(number for number, line in enumerate(GOOD.decode().splitlines()) if text in line)


def swapped(old: str, new: str) -> bytes:
    assert old in GOOD.decode(), old
    return GOOD.replace(old.encode(), new.encode(), 1)


FIRST_ROW = GOOD.decode().splitlines()[line_with('"rows"')].strip()

REFUSALS: dict[str, tuple[bytes, int, str]] = {
    "a number where text belongs": (swapped('"bootstrap"', "7"), line_with('"source"'), "Expected `str`, got `int`"),
    "a key nobody knows": (swapped('"model"', '"modell"'), 1, "unknown field `modell`"),
    "a value that is not configured": (
        swapped('"f"', '"x"'),
        line_with('"people"') + 1,
        "['x'] are no values of ['sex']",
    ),
    "a person who is not listed": (
        swapped(FIRST_ROW, "[9,null,0,null,7,0],"),
        line_with('"rows"') + 1,
        "panes[0].rows[0] of the reference: 9 is no place in people",
    ),
    "a count of nothing": (swapped(FIRST_ROW, "[0,null,0,null,0,0],"), line_with('"rows"') + 1, "n must be positive"),
    "more audited than counted": (swapped(FIRST_ROW, "[0,null,0,null,5,6],"), line_with('"rows"') + 1, "n must be"),
    "a pane outside of the range": (
        swapped('{"start_ms": 0,', '{"start_ms": 9999999999,'),
        line_with('{"start_ms": 0,'),
        "start_ms must be a multiple of pane_ms",
    ),
}


@pytest.mark.parametrize(("text", "line", "sentence"), REFUSALS.values(), ids=REFUSALS.keys())
def test_the_line_is_named(text: bytes, line: int, sentence: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011  (the sentence is compared below)
        read_reference(text, CODING)
    assert str(refused.value).startswith(f"line {line}: ")
    assert sentence in str(refused.value)


def test_a_file_that_was_cut_off_is_refused() -> None:
    with pytest.raises(ValueError, match="is it a whole JSON file"):
        read_reference(GOOD[:-40], CODING)


def test_both_forms_at_once_or_none_are_refused() -> None:
    plain = json.loads(GOOD)
    cell = {"values": ["f"], "age_bin": 0, "predicted": 1, "actual": 0, "n": 12}
    for other, sentence in (({"cells": [cell]}, "both cells and panes"), ({"panes": []}, "no counts")):
        with pytest.raises(ValueError, match=sentence):
            read_reference(json.dumps(plain | other).encode(), CODING)


def test_the_schema_describes_what_is_written_and_refuses_what_is_not() -> None:
    plain: dict[str, Any] = json.loads(GOOD)
    jsonschema.validate(plain, schema())
    jsonschema.validate(json.loads(text_of(sealed(read_file(GOOD), "grace", "2026-01-05T00:00:00Z", "good"))), schema())
    for wrong in ({"unheard": 1}, {"edges_ms": "0"}, {"panes": [{"start_ms": 0, "rows": [[0, None, 2, None, 1]]}]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(plain | wrong, schema())


def test_the_second_person_is_another_one() -> None:
    file = read_file(GOOD)
    for name in ("ada", " Ada "):
        with pytest.raises(ValueError, match="a second person must approve it"):
            sealed(file, name, "2026-01-05T00:00:00Z", "good")
    for by, reason in ((" ", "good"), ("grace", " ")):
        with pytest.raises(ValueError, match="needs a name and a reason"):
            sealed(file, by, "2026-01-05T00:00:00Z", reason)


def approved() -> bytes:
    return text_of(sealed(read_file(GOOD), "grace", "2026-01-05T00:00:00Z", "checked by hand"))


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "a count": lambda file: file["panes"][3]["rows"][0].__setitem__(4, 10_000),
    "who built it": lambda file: file.update(built_by="eve"),
    "who approved it": lambda file: file["approval"].update(by="eve"),
    "when it was approved": lambda file: file["approval"].update(at="2026-01-06T00:00:00Z"),
    "why it was approved": lambda file: file["approval"].update(reason="because"),
    "a gap": lambda file: file["longest_gap_ms"].update({"sex=f": 5}),
    "a range": lambda file: file.update(end_ms=file["end_ms"] + DAY_MS),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_after_the_approval_is_refused(change: Callable[[dict[str, Any]], object]) -> None:
    file = json.loads(approved())
    change(file)
    with pytest.raises(ValueError, match="was changed after"):
        read_declared(json.dumps(file).encode(), CODING)


def test_an_approval_outlives_another_layout_and_changes_no_id() -> None:
    found = read_declared(json.dumps(json.loads(approved())).encode(), CODING)
    assert (found.built_by, found.approval.by, found.approval.reason) == ("ada", "grace", "checked by hand")
    assert found.reference.id == read_reference(GOOD, CODING).id


def settings(folder: Path, reference: str) -> Path:
    return write_settings(folder / "s.yaml", ("mode: observe", f"mode: observe\n    reference: {{{{{reference}}}}}"))


def test_a_missing_file_is_named_once_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "none.json"
    done = here("check", "--settings", settings(tmp_path, f"file: {path}"))
    assert done.returncode == 2
    assert f"models.readmission.reference.file: {path}: there is no such file" in done.stderr
    assert "fairdrift reference build" in done.stderr
    assert done.stderr.count(str(path)) == 1
    assert "Errno" not in done.stderr


def test_a_folder_is_no_reference(tmp_path: Path) -> None:
    done = here("check", "--settings", settings(tmp_path, f"file: {tmp_path}"))
    assert (done.returncode, "this is a folder" in done.stderr) == (2, True)


def test_a_reference_of_other_panes_is_refused_at_start(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_bytes(GOOD.replace(b'"f"', b'"female"').replace(b'"m"', b'"male"'))
    done = here("check", "--settings", settings(tmp_path, f"file: {tmp_path / 'r.json'}"))
    assert done.returncode == 2
    assert f"models.readmission.reference: {tmp_path / 'r.json'}: the reference is of model" in done.stderr
