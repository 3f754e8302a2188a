"""`fairdrift replay`: every layout of a recorded stream gives the same exact counts, in files for their owner alone."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.commands_to_their_end.streams import (
    DAY_MS,
    fairdrift,
    file_counts,
    here,
    known,
    mode,
    own_counts,
    patients,
    told,
    write_feed,
    write_roles,
    write_settings,
)

LAYOUTS = [
    pytest.param(write_roles, id="a file a role"),
    pytest.param(partial(write_roles, pack=True), id="a packed file a role"),
    pytest.param(write_feed, id="one file in the order of arrival"),
]


@pytest.mark.parametrize("write", LAYOUTS)
def test_every_layout_gives_the_counts_of_the_people_in_it(write: Callable[..., None], tmp_path: Path) -> None:
    story = patients()
    write(tmp_path / "stream", story)
    settings = write_settings(tmp_path / "replay.yaml")
    done = here("replay", tmp_path / "stream", "--settings", settings, "--out", tmp_path / "out")
    assert done.returncode == 4, "forty days are too little to say anything"
    for name, days in (("1d", 1), ("7d", 7), ("28d", 28)):
        assert file_counts(tmp_path / "out" / f"counts_{name}.csv") == own_counts(story, days * DAY_MS)


def test_lines_that_repeat_count_once(tmp_path: Path) -> None:
    story = patients()
    write_roles(tmp_path / "stream", story)
    for role in ("inference", "outcome"):
        path = tmp_path / "stream" / f"{role}.ndjson"
        path.write_text("".join(line + line for line in path.read_text().splitlines(keepends=True)))
    settings = write_settings(tmp_path / "replay.yaml")
    here("replay", tmp_path / "stream", "--settings", settings, "--out", tmp_path / "out")
    assert file_counts(tmp_path / "out" / "counts_1d.csv") == own_counts(story)


def test_panes_that_were_let_go_along_the_way_are_in_the_files(tmp_path: Path) -> None:
    story = patients(days=120, per_day=60)
    write_roles(tmp_path / "stream", story)
    settings = write_settings(tmp_path / "replay.yaml")
    here("replay", tmp_path / "stream", "--settings", settings, "--out", tmp_path / "out")
    for name, days in (("1d", 1), ("7d", 7), ("28d", 28)):
        assert file_counts(tmp_path / "out" / f"counts_{name}.csv") == own_counts(story, days * DAY_MS)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("replayed")
    write_roles(folder / "stream", patients())
    settings = write_settings(folder / "replay.yaml")
    done = here("replay", folder / "stream", "--settings", settings, "--out", folder / "out", "--output", "json")
    (folder / "out" / "said.json").write_text(json.dumps(told(done, "replay")))
    return folder / "out"


def test_what_is_exact_is_for_the_owner_alone(out: Path) -> None:
    modes = {path.name: mode(path) for path in out.iterdir() if path.name != "said.json"}
    assert modes.keys() == {
        *("counts_1d.csv", "counts_7d.csv", "counts_28d.csv"),
        *("summary.json", "timeline.ndjson", "report.html"),
    }
    assert {name for name, found in modes.items() if found != 0o600} == {"report.html"}


def test_json_on_stdout_is_the_summary(out: Path) -> None:
    summary: dict[str, Any] = json.loads((out / "summary.json").read_text())
    assert json.loads((out / "said.json").read_text()) == summary
    story = patients()
    by_role = [role for _, role, _ in known(story)]
    assert summary["topics"]["said"]["events"]["inference_accepted"] == by_role.count("inference")
    assert summary["topics"]["found"]["events"]["outcome_accepted"] == by_role.count("outcome")
    assert {*summary["files"]} == {path.name for path in out.iterdir()} - {"said.json"}
    assert "for the owner of the data" in summary["exact"]


def test_the_timeline_has_a_line_for_each_change(out: Path) -> None:
    lines = [json.loads(line) for line in (out / "timeline.ndjson").read_text().splitlines()]
    summary = json.loads((out / "summary.json").read_text())
    assert len(lines) == summary["models"]["readmission"]["changes"] > 0
    assert [line["event_time"] for line in lines] == sorted(line["event_time"] for line in lines)
    assert all(line["kind"] == "verdict" and line["verdict"] != line["previous"] for line in lines)


def test_a_used_folder_holds_the_files_of_the_last_replay(tmp_path: Path) -> None:
    story, settings = patients(), write_settings(tmp_path / "replay.yaml")
    write_roles(tmp_path / "all", story)
    write_roles(tmp_path / "half", story[:600])
    here("replay", tmp_path / "all", "--settings", settings, "--out", tmp_path / "out")
    here("replay", tmp_path / "half", "--settings", settings, "--out", tmp_path / "out")
    assert file_counts(tmp_path / "out" / "counts_1d.csv") == own_counts(story[:600])


def test_the_command_itself_prints_a_table_and_nothing_on_stderr(tmp_path: Path) -> None:
    write_roles(tmp_path / "stream", patients())
    settings = write_settings(tmp_path / "replay.yaml")
    done = fairdrift("replay", tmp_path / "stream", "--settings", settings, "--out", tmp_path / "out")
    assert done.returncode == 4
    assert done.stderr == ""
    assert "30 INCONCLUSIVE" in done.stdout
    assert "sex=female" in done.stdout
    assert f"{tmp_path / 'out'}" in done.stdout.replace("\n", "")
    assert "\x1b" not in done.stdout, "no colour off a terminal"
