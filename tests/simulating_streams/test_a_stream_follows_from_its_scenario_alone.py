"""The same story gives the same bytes; another day, seed or ending changes only what it should."""

from itertools import pairwise, takewhile
from pathlib import Path

import pytest
from msgspec.structs import replace

from monitor.simulating.generator import arrivals
from monitor.simulating.library import load_scenario
from monitor.simulating.scenario import DAY_MS, Faults, Scenario
from monitor.simulating.writer import write_stream


def short(name: str, **changes: object) -> Scenario:
    """Ten days of a scenario without its later revisions and changes."""
    scenario = load_scenario(name)
    return replace(scenario, days=10, revisions=scenario.revisions[:1], changes=(), **changes)


@pytest.mark.parametrize("name", ["fair", "demo"])
def test_the_same_scenario_written_twice_gives_the_same_files(name: str, tmp_path: Path) -> None:
    for folder in ("first", "second"):
        write_stream(short(name), tmp_path / folder)
    first, second = (sorted((tmp_path / folder).iterdir()) for folder in ("first", "second"))
    assert [path.name for path in first] == [path.name for path in second]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    # bytes 4 to 8 of a gzip file are its time of writing
    assert {path.read_bytes()[4:8] for path in first if path.suffix == ".gz"} == {bytes(4)}


def test_another_seed_gives_another_stream() -> None:
    assert list(arrivals(short("fair"))) != list(arrivals(short("fair", seed=1)))


def test_what_happens_later_leaves_the_days_before_as_they_are() -> None:
    bad, end_ms = load_scenario("bad_revision"), load_scenario("bad_revision").start_ms + 75 * DAY_MS
    before = list(takewhile(lambda record: record.time_ms < end_ms, arrivals(bad)))
    calm = replace(bad, days=80, revisions=bad.revisions[:1], changes=())
    assert before == list(takewhile(lambda record: record.time_ms < end_ms, arrivals(calm)))


def test_what_goes_wrong_on_the_way_leaves_the_cases_as_they_are() -> None:
    clean = {record.value for record in arrivals(short("demo", faults=None)) if record.role == "inference"}
    faulty = {
        record.value for record in arrivals(short("demo", faults=Faults(duplicates=0.2))) if record.role == "inference"
    }
    assert clean >= faulty
    assert len(clean - faulty) < 5  # sent in the last minute: not arrived by the end


@pytest.mark.parametrize("name", ["fair", "demo"])
def test_records_come_in_the_order_of_arrival_and_none_after_the_end(name: str) -> None:
    scenario = short(name)
    times = [record.time_ms for record in arrivals(scenario)]
    assert all(earlier <= later for earlier, later in pairwise(times))
    assert scenario.start_ms <= times[0]
    assert times[-1] < scenario.end_ms


def test_a_folder_is_written_anew_and_keeps_no_second_recording(tmp_path: Path) -> None:
    write_stream(short("fair"), tmp_path)
    write_stream(short("demo"), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["feed.ndjson.gz", "moment.json", "settings.yaml"]
