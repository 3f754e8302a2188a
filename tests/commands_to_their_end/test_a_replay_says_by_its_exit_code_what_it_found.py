"""`fairdrift replay`: 0 all is healthy, 3 harm or refused records, 4 undecided: never 0."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.commands_to_their_end.streams import (
    EASY,
    Case,
    harmed,
    here,
    mode,
    patients,
    told,
    write_roles,
    write_settings,
)

NOBODY_APART = ("      sex: {{values: {{female: [F], male: [M]}}}}\n", "")
ALL_GROUPS: tuple[object, ...] = ("F", "M", None, "X", ["F", "M"])


def replayed(folder: Path, story: list[Case], *changes: tuple[str, str]) -> tuple[int, Path, str]:
    write_roles(folder / "stream", story)
    settings = write_settings(folder / "replay.yaml", *changes)
    done = here("replay", folder / "stream", "--settings", settings, "--out", folder / "out", "--output", "json")
    told(done, "replay")
    return done.returncode, folder / "out", done.stdout


def of_all_groups(story: list[Case]) -> list[Case]:
    return [replace(case, sex=ALL_GROUPS[number % 5]) for number, case in enumerate(story)]  # type: ignore[arg-type]


def test_0_if_every_stream_is_healthy(tmp_path: Path) -> None:
    code, out, _ = replayed(tmp_path, of_all_groups(patients(90, 150)), ("metrics:", EASY))
    verdicts = json.loads((out / "summary.json").read_text())["models"]["readmission"]["verdicts"]
    assert verdicts == {"DEGRADED": 0, "SUSPECT": 0, "STALE": 0, "INCONCLUSIVE": 0, "HEALTHY": 30}
    assert code == 0


def test_4_if_one_group_has_nobody_to_judge(tmp_path: Path) -> None:
    story = [replace(case, sex="F") if case.sex is None else case for case in of_all_groups(patients(90, 150))]
    code, out, _ = replayed(tmp_path, story, ("metrics:", EASY))
    verdicts = json.loads((out / "summary.json").read_text())["models"]["readmission"]["verdicts"]
    assert (verdicts["INCONCLUSIVE"], verdicts["HEALTHY"]) == (5, 25)
    assert code == 4


def test_4_if_nothing_was_judged_at_all(tmp_path: Path) -> None:
    code, out, _ = replayed(tmp_path, [])
    assert json.loads((out / "summary.json").read_text())["models"]["readmission"]["panes_judged"] == 0
    assert code == 4


def test_3_if_somebody_is_harmed(tmp_path: Path) -> None:
    code, out, _ = replayed(tmp_path, harmed(patients(75, 80)))
    assert code == 3
    lines = [json.loads(line) for line in (out / "timeline.ndjson").read_text().splitlines()]
    assert [
        line["value"]
        for line in lines
        if (line["attribute"], line["metric"], line["verdict"]) == ("sex", "false_negative_rate", "DEGRADED")
    ] == ["F"]
    (worst, *_) = json.loads((out / "summary.json").read_text())["models"]["readmission"]["worst"]
    assert (worst["verdict"], worst["metric"]) == ("DEGRADED", "false_negative_rate")


def test_3_if_a_record_was_refused_and_the_file_says_which(tmp_path: Path) -> None:
    story = patients()
    write_roles(tmp_path / "stream", story)
    with (tmp_path / "stream" / "inference.ndjson").open("a") as file:
        file.write('{"prediction_id": "cut"\n')
    settings = write_settings(tmp_path / "replay.yaml")
    done = here("replay", tmp_path / "stream", "--settings", settings, "--out", tmp_path / "out")
    assert done.returncode == 3
    assert "1 records were refused" in done.stdout
    (line,) = (tmp_path / "out" / "rejects.ndjson").read_text().splitlines()
    assert json.loads(line) == {
        **{"topic": "said", "partition": 0, "offset": len(story)},
        **{"reason": "not_json", "field": None},
    }
    assert mode(tmp_path / "out" / "rejects.ndjson") == 0o600


@pytest.mark.parametrize(("keep", "is_kept"), [("file", True), ("off", False)])
def test_rejects_go_where_dead_letter_says(keep: str, is_kept: bool, tmp_path: Path) -> None:
    story = [replace(case, prediction_id="") if number == 7 else case for number, case in enumerate(patients())]
    change = ("horizon: 5d", f"dead_letter: {keep}\n    horizon: 5d")
    code, out, _ = replayed(tmp_path, story, change)
    assert code == 3
    assert (out / "rejects.ndjson").exists() == is_kept


def test_what_was_refused_before_is_not_said_of_this_replay(tmp_path: Path) -> None:
    settings = write_settings(tmp_path / "replay.yaml")
    story = patients()
    write_roles(tmp_path / "bad", [replace(story[0], prediction_id=""), *story[1:]])
    write_roles(tmp_path / "good", story)
    out = ("--settings", settings, "--out", tmp_path / "out")
    assert here("replay", tmp_path / "bad", *out).returncode == 3
    assert here("replay", tmp_path / "good", *out).returncode == 4
    assert not (tmp_path / "out" / "rejects.ndjson").exists()


def test_a_flood_of_refused_records_says_where_reading_stopped(tmp_path: Path) -> None:
    write_roles(tmp_path / "stream", patients())
    with (tmp_path / "stream" / "outcome.ndjson").open("a") as file:
        file.write("{\n" * 1_200)
    settings = write_settings(tmp_path / "replay.yaml")
    done = here("replay", tmp_path / "stream", "--settings", settings, "--out", tmp_path / "out")
    assert done.returncode == 3
    said = " ".join(done.stdout.split())
    assert "found: reading STOPPED, too many records were refused; what lies behind them was not read" in said
    assert "said: reading STOPPED" not in said


@pytest.mark.parametrize("role", ["inference", "outcome"])
def test_an_event_of_a_wrong_year_is_named(role: str, tmp_path: Path) -> None:
    story = patients()
    write_roles(tmp_path / "stream", story)
    first, *_ = [case for case in story if case.learnt_ms < story[-1].time_ms]
    at_ms = int(datetime(2099, 1, 1, tzinfo=UTC).timestamp() * 1_000)
    odd = replace(first, prediction_id="odd", time_ms=at_ms).inference() if role == "inference" else None
    with (tmp_path / "stream" / f"{role}.ndjson").open("a") as file:
        file.write(json.dumps(odd or {**first.outcome(), "event_time": at_ms}) + "\n")
    settings = write_settings(tmp_path / "replay.yaml")
    done = here("replay", tmp_path / "stream", "--settings", settings, "--out", tmp_path / "out")
    (said,) = json.loads((tmp_path / "out" / "summary.json").read_text())["odd_times"]
    assert said.startswith("readmission: ")
    assert "2099-01-01T00:00:00Z" in said
    assert "Is a year wrong?" in " ".join(done.stdout.split())


def test_of_a_stream_without_odd_times_nothing_is_said(tmp_path: Path) -> None:
    _, out, _ = replayed(tmp_path, patients())
    assert json.loads((out / "summary.json").read_text())["odd_times"] == []


def test_a_replay_into_a_used_folder_leaves_nothing_of_the_one_before_and_all_else(tmp_path: Path) -> None:
    _, out, _ = replayed(tmp_path, patients())
    assert (out / "counts_7d.csv").exists()
    (out / "mine.csv").write_text("kept")
    settings = write_settings(tmp_path / "other.yaml", ("published: [7d, 28d]", "published: [14d]"))
    here("replay", tmp_path / "stream", "--settings", settings, "--out", out)
    assert {path.name for path in out.glob("*.csv")} == {"counts_1d.csv", "counts_14d.csv", "mine.csv"}
