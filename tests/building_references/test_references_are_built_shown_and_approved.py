"""`fairdrift reference`, to the end: what is counted is what was recorded, in files and on a broker alike."""

import json
from pathlib import Path
from typing import Any

import pytest

from monitor.cli.build import feed_plan, judge_of
from monitor.cli.reference_counted import counted
from monitor.exporting.moments import rfc3339
from monitor.settings.load import load
from tests.commands_to_their_end.streams import (
    END_MS,
    fairdrift,
    here,
    mode,
    patients,
    told,
    write_feed,
    write_roles,
    write_settings,
)
from tests.parts.kafka.broker import KafkaBroker
from tests.restarting_where_it_stood.lives import World
from tests.way_of_an_event.story import DAY_MS, SETTINGS, cases
from tests.way_of_an_event.test_from_a_kafka_record_to_a_prometheus_series import send

FIRST = END_MS // DAY_MS - 38
SPAN = (FIRST * DAY_MS, (FIRST + 21) * DAY_MS)
STORY = patients(days=40)


def span(first: int = FIRST, last: int = FIRST + 21) -> tuple[str, str, str, str]:
    return "--from", rfc3339(first * DAY_MS), "--to", rfc3339(last * DAY_MS)


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    write_roles(tmp_path / "data", STORY)
    write_settings(tmp_path / "s.yaml")
    return tmp_path


def build(folder: Path, *more: str | Path, settings: str = "s.yaml") -> Any:
    out, data = folder / "reference.json", folder / "data"
    return here(
        "reference", "build", "--settings", folder / settings, "--data", data, "--out", out, "--by", "ada", *more
    )


def test_it_holds_what_was_recorded(recorded: Path) -> None:
    done = build(recorded, *span(), "--output", "json")
    result = told(done, "reference build")
    inside = [case for case in STORY if SPAN[0] <= case.time_ms < SPAN[1]]
    groups = {(one["attribute"], one["subgroup"]): one for one in result["subgroups"]}
    for who, sexes in ((("overall", "overall"), "FM"), (("sex", "female"), "F"), (("sex", "male"), "M")):
        people = [case for case in inside if case.sex in sexes]
        assert groups[who]["inferences"] == len(people)
        ages = [sum((c.learnt_ms - c.time_ms) // DAY_MS == age for c in people) for age in range(5)]
        assert groups[who]["labels"] == ages
    positive = [case for case in inside if case.label and case.sex == "F"]
    (fnr,) = (one for one in result["streams"] if (one["subgroup"], one["metric"]) == ("female", "false_negative_rate"))
    assert (fnr["cases"], fnr["samples"]) == (sum(not case.prediction for case in positive), len(positive))
    assert (result["panes"], result["source"], done.returncode) == (21, "range", 0)
    assert mode(recorded / "reference.json") == 0o600


def test_show_says_the_same_as_build(recorded: Path) -> None:
    built = told(build(recorded, *span(), "--output", "json"), "reference build")
    again = here(
        "reference", "show", recorded / "reference.json", "--settings", recorded / "s.yaml", "--output", "json"
    )
    shown = told(again, "reference show")
    assert {key: built[key] for key in shown if key in built} == {key: shown[key] for key in shown if key in built}
    assert (shown["built_by"], shown["approval"]) == ("ada", None)


def test_a_second_person_approves_and_the_monitor_may_ask_for_it(recorded: Path) -> None:
    build(recorded, *span())
    file = recorded / "reference.json"
    given = f"mode: observe\n    reference: {{{{file: {file}, must_be_approved: true}}}}"
    settings = write_settings(recorded / "given.yaml", ("mode: observe", given))
    asked = here("check", "--settings", settings)
    assert (asked.returncode, "nobody has approved it" in asked.stderr) == (2, True)
    own = here("reference", "approve", file, "--by", "Ada", "--reason", "it is mine")
    assert (own.returncode, "a second person must approve it" in own.stderr) == (2, True)
    done = here("reference", "approve", file, "--by", "grace", "--reason", "agrees with the audit", "--output", "json")
    assert told(done, "reference approve")["approval"]["by"] == "grace"
    assert mode(file) == 0o600
    assert here("check", "--settings", settings).returncode == 0
    file.write_text(file.read_text().replace('"built_by": "ada"', '"built_by": "bob"'))
    changed = here("check", "--settings", settings)
    assert (changed.returncode, "was changed after grace approved it" in changed.stderr) == (2, True)


def test_a_monitor_judges_against_what_was_built(recorded: Path) -> None:
    built = told(build(recorded, *span(), "--output", "json"), "reference build")
    given = f"mode: observe\n    reference: {{{{file: {recorded / 'reference.json'}}}}}"
    settings = write_settings(recorded / "given.yaml", ("mode: observe", given))
    judge, _ = judge_of(loaded := load(settings), feed_plan(loaded, "discharge", "canonical"), "readmission")
    assert judge.reference.id == built["id"]
    assert here("replay", recorded / "data", "--settings", settings, "--out", recorded / "out").returncode in (0, 3, 4)


REFUSALS = {
    "shorter than a week": (span(last=FIRST + 6), 2, "the range is 6d long: weekdays differ"),
    "ends before it begins": (span(last=FIRST - 6), 2, "the range ends before it begins"),
    "the future": (span(last=FIRST + 3_650), 2, "lies in the future"),
    "no time": (("--from", "yesterday", "--to", "2026-09-01"), 2, "--from: 'yesterday' is no time"),
    "not the start of a pane": (
        ("--from", "2026-08-20T01:00:00Z", "--to", "2026-09-05"),
        2,
        "--from: 2026-08-20T01:00Z is not the start of a pane of 1d; give 2026-08-20T00:00Z",
    ),
    "labels that are not all in": (span(last=FIRST + 37), 3, "are all in by"),
    "no event at all": (span(FIRST - 400, FIRST - 380), 3, "model readmission: there is no event from"),
}


@pytest.mark.parametrize(("ends", "code", "sentence"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_range_that_cannot_be_counted_is_told_why(
    recorded: Path, ends: tuple[str, ...], code: int, sentence: str
) -> None:
    done = build(recorded, *ends)
    assert done.returncode == code
    assert sentence in " ".join((done.stderr + done.stdout).split())
    assert not (recorded / "reference.json").exists()


def test_a_flood_of_refused_records_ends_the_build(recorded: Path) -> None:
    write_feed(recorded / "feed", STORY)
    feed = recorded / "feed" / "feed.ndjson"
    wrong = json.dumps({"arrival_time": STORY[0].time_ms, "topic": "said", "value": "nonsense"})
    feed.write_text(f"{wrong}\n" * 1_500 + feed.read_text())
    done = build(recorded, *span(), "--data", recorded / "feed")
    assert done.returncode == 3
    assert "reading of feed discharge stopped" in " ".join(done.stdout.split())


def test_a_log_that_was_cut_inside_the_range_gives_no_reference(tmp_path: Path) -> None:
    world = World(tmp_path / "state", END_MS)
    world.send(cases(END_MS, days=45))
    ends = f"{{{{from: {rfc3339(SPAN[0])}, to: {rfc3339(SPAN[1])}}}}}"
    world.settings = world.settings.replace("mode: observe", f"mode: observe\n    reference: {ends}")
    times_ms = (*SPAN, SPAN[1] + 6 * DAY_MS)
    whole, _ = counted(world.loop(), "readmission", times_ms, None)
    assert whole.counts.sum() > 0
    for partition in range(world.partitions):
        world.log.delete_before("said", partition, 250)
    (tmp_path / "state").rename(tmp_path / "former")
    none, why_not = counted(world.loop(), "readmission", times_ms, None)
    assert none is None
    assert "the log no longer holds all of the range: it is whole from" in why_not


def test_a_reference_is_never_written_over(recorded: Path) -> None:
    (recorded / "reference.json").write_text("{}")
    done = build(recorded, *span())
    assert (done.returncode, "there is a file already" in done.stderr) == (2, True)
    assert (recorded / "reference.json").read_text() == "{}"


def test_a_model_that_is_not_there_is_named(recorded: Path) -> None:
    done = build(recorded, *span(), "--model", "other")
    assert (done.returncode, "there is no model other in the settings: give one of readmission" in done.stderr) == (
        2,
        True,
    )


def test_the_commands_are_listed() -> None:
    done = fairdrift("reference", "--help")
    assert all(word in done.stdout for word in ("build", "show", "approve"))


def test_a_broker_and_files_give_the_same_reference(kafka: KafkaBroker, tmp_path: Path) -> None:
    story = [case for case in cases(END_MS, days=40, per_day=30) if case.learnt_ms <= END_MS]
    topics = {"inference": "building.inference", "outcome": "building.outcome"}
    for topic in topics.values():
        kafka.create_topic(topic, 3)
    send(kafka, topics, story, END_MS)
    names = {"bootstrap": kafka.bootstrap, "state": tmp_path / "state", "port": 0, **topics}
    (tmp_path / "s.yaml").write_text(SETTINGS.format(**names), encoding="utf-8")
    write_roles(tmp_path / "data", story)
    build(tmp_path, *span())
    out = tmp_path / "live.json"
    live = fairdrift("reference", "build", "--settings", tmp_path / "s.yaml", "--out", out, "--by", "ada", *span())
    assert live.returncode == 0, live.stderr
    assert out.read_bytes() == (tmp_path / "reference.json").read_bytes()
    assert not (tmp_path / "state").exists(), "the monitor's own state is not touched"


def test_a_broker_that_is_not_there_is_exit_5(tmp_path: Path) -> None:
    names = {"bootstrap": "127.0.0.1:9", "state": tmp_path / "state", "port": 0, "inference": "a", "outcome": "b"}
    (tmp_path / "s.yaml").write_text(SETTINGS.format(**names), encoding="utf-8")
    done = here("reference", "build", "--settings", tmp_path / "s.yaml", "--out", tmp_path / "r.json", *span())
    assert done.returncode == 5, done.stderr
