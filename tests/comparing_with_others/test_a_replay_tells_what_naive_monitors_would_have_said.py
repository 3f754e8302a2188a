"""`fairdrift replay --compare naive`: the same records, in every layout, and nothing of ours is changed by it."""

import json
from pathlib import Path
from shutil import copytree
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from monitor.cli.comparing import NAIVE_FILE
from monitor.simulating.comparison import PAGE, WATCH, compare_run
from monitor.simulating.labelled import read_labelled
from monitor.simulating.library import load_scenario
from monitor.simulating.naive.monitors import MONITORS, said_by_all
from monitor.simulating.scenario import DAY_MS
from monitor.simulating.truth import moment_of
from monitor.simulating.writer import write_stream
from tests.commands_to_their_end.streams import (
    harmed,
    here,
    mode,
    patients,
    told,
    write_feed,
    write_roles,
    write_settings,
)


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stream")
    write_stream(replace(load_scenario("bad_revision"), events_per_day=120.0), folder)
    return folder


@pytest.fixture(scope="module")
def out(stream: Path, tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    folder = tmp_path_factory.mktemp("compared") / "out"
    arguments = ("replay", stream, "--settings", stream / "settings.yaml", "--out", folder)
    return SimpleNamespace(folder=folder, done=here(*arguments, "--compare", "naive", "--output", "json"))


def test_every_alarm_has_a_line_and_every_monitor_its_number(out: SimpleNamespace) -> None:
    summary = json.loads((out.folder / "summary.json").read_text())
    assert told(out.done, "replay") == summary
    assert NAIVE_FILE in summary["files"]
    assert mode(out.folder / NAIVE_FILE) == 0o600
    said = summary["compared"]["readmission"]
    assert list(said) == [PAGE, WATCH, *(one.name for one in MONITORS)]
    lines = [json.loads(line) for line in (out.folder / NAIVE_FILE).read_text().splitlines()]
    for monitor in MONITORS:
        mine = [line for line in lines if line["monitor"] == monitor.name]
        assert said[monitor.name] == {
            "alarms": len(mine),
            "first": min((line["event_time"] for line in mine), default=None),
        }
    assert lines[0]["kind"] == "naive"
    assert said[MONITORS[0].name]["alarms"] > 20


def test_it_says_of_a_stream_of_known_truth_what_simulate_says(out: SimpleNamespace, stream: Path) -> None:
    judged = {row.monitor: row for row in compare_run(stream, out.folder).rows}
    alarms = json.loads((out.folder / "summary.json").read_text())["compared"]["readmission"]
    assert (judged[PAGE].delay_days is not None) == (alarms[PAGE]["alarms"] > 0)
    moment = moment_of(load_scenario("bad_revision"))
    ends = range(load_scenario("bad_revision").start_ms + DAY_MS, load_scenario("bad_revision").end_ms + 1, DAY_MS)
    wanted = said_by_all(read_labelled(stream, moment), ends)
    lines = [json.loads(line) for line in (out.folder / NAIVE_FILE).read_text().splitlines()]
    for name, heard in wanted.items():
        # The recording ends with its last record, before the midnight at which a last day would be looked at.
        mine = {(one.attribute, one.value, one.metric) for one in heard.alarms if one.time_ms < ends[-1]}
        assert {(one["attribute"], one["value"], one["metric"]) for one in lines if one["monitor"] == name} == mine


def test_without_it_nothing_is_said_of_others_and_what_was_is_removed(
    out: SimpleNamespace, stream: Path, tmp_path: Path
) -> None:
    copied = Path(copytree(out.folder, tmp_path / "out"))
    plain = here("replay", stream, "--settings", stream / "settings.yaml", "--out", copied, "--output", "json")
    assert plain.returncode == out.done.returncode == 3
    assert not (copied / NAIVE_FILE).exists()
    assert "compared" not in told(plain, "replay")
    for name in ("timeline.ndjson", "counts_1d.csv"):
        assert (copied / name).read_bytes() == (out.folder / name).read_bytes()


def test_people_get_a_table(stream: Path, tmp_path: Path) -> None:
    done = here("replay", stream, "--settings", stream / "settings.yaml", "--out", tmp_path, "--compare", "naive")
    assert "readmission: alarms of each monitor" in done.stdout
    assert "Mann-Whitney a week" in done.stdout


def test_another_comparison_is_refused(stream: Path, tmp_path: Path) -> None:
    done = here("replay", stream, "--settings", stream / "settings.yaml", "--out", tmp_path, "--compare", "oracle")
    assert done.returncode == 2


def test_every_layout_of_a_stream_is_heard_alike_and_by_the_names_of_its_owner(tmp_path: Path) -> None:
    story = harmed(patients(days=60))
    said = []
    for name, write in (("roles", write_roles), ("feed", write_feed)):
        write(tmp_path / name, story)
        settings = write_settings(tmp_path / f"{name}.yaml")
        out = tmp_path / f"{name}-out"
        here("replay", tmp_path / name, "--settings", settings, "--out", out, "--compare", "naive")
        said.append((out / NAIVE_FILE).read_text())
    assert said[0] == said[1]
    late = [json.loads(line) for line in said[0].splitlines()]
    assert ("sex", "F", "false_negative_rate") in {(one["attribute"], one["value"], one["metric"]) for one in late}


def test_an_outcome_that_is_withdrawn_or_refused_is_not_heard_and_an_audited_one_is(tmp_path: Path) -> None:
    story = harmed(patients(days=60))
    write_roles(tmp_path / "plain", story)
    write_roles(tmp_path / "void", story)
    path = tmp_path / "void" / "outcome.ndjson"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    withdrawn = [{**line, "label": None, "void": True} for line in lines]
    path.write_text(
        "".join(json.dumps({k: v for k, v in one.items() if v is not None}) + "\n" for one in [*lines, *withdrawn])
    )
    settings = write_settings(tmp_path / "settings.yaml")
    outs = {}
    for name in ("plain", "void"):
        here("replay", tmp_path / name, "--settings", settings, "--out", tmp_path / f"{name}-out", "--compare", "naive")
        outs[name] = (tmp_path / f"{name}-out" / NAIVE_FILE).read_text()
    assert outs["plain"]
    assert not outs["void"]
    audited = [{**line, "source": "audit"} for line in lines]
    path.write_text("".join(json.dumps(one) + "\n" for one in audited) + "no record\n")
    here("replay", tmp_path / "void", "--settings", settings, "--out", tmp_path / "audited", "--compare", "naive")
    assert (tmp_path / "audited" / NAIVE_FILE).read_text() == outs["plain"]
