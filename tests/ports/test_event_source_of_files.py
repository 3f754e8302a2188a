"""The contract on files, in both layouts, and what files alone promise."""

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from monitor.adapters.files import FilesSource
from monitor.ports import SourceRefused
from tests.ports.event_source_contract import START_MS, STREAM, EventSourceContract, Read, World, read

TOPICS = {"inference": "said", "outcome": "found"}
WITH_ATTRIBUTES = TOPICS | {"attributes": "people"}
EVERYTHING = {("said", 0): 0, ("found", 0): 0}
FORGED = b'{"event_time": "yesterday"}'


def write(path: Path, lines: Sequence[bytes]) -> None:
    body = b"".join(line + b"\n" for line in lines)
    path.write_bytes(gzip.compress(body) if path.suffix == ".gz" else body)


def event(second: float, name: str = "p") -> bytes:
    return json.dumps({"prediction_id": name, "event_time": START_MS + round(1_000 * second)}).encode()


def arrival(second: int, topic: str, value: str | None) -> bytes:
    return json.dumps({"arrival_time": f"2026-01-01T00:00:{second:02}Z", "topic": topic, "value": value}).encode()


Given = tuple[str, int, float, bytes | None]


def given(folder: Path, topics: Mapping[str, str] = TOPICS) -> list[Given]:
    """All records one by one, as (topic, offset, seconds since the start, value)."""
    source = FilesSource(folder, topics)
    source.seek({(topic, 0): 0 for topic in topics.values()})
    found = []
    while batches := source.poll(0, 1):
        (batch,) = batches
        (record,) = batch.records
        found.append((batch.topic, record.offset, (record.timestamp - START_MS) / 1_000, record.value))
    source.close()
    return found


class TestRoleFiles(EventSourceContract):
    @pytest.fixture(params=["ndjson", "ndjson.gz"])
    def world(self, tmp_path: Path, request: pytest.FixtureRequest) -> World:
        for role in TOPICS:
            write(tmp_path / f"{role}.{request.param}", [a.value for a in STREAM if a.role == role])
        return World(TOPICS, 1, lambda: FilesSource(tmp_path, TOPICS))


class TestOneFileInTheOrderOfArrival(EventSourceContract):
    @pytest.fixture
    def world(self, tmp_path: Path) -> World:
        lines = [{"arrival_time": a.time_ms, "topic": a.role, "value": a.value.decode()} for a in STREAM]
        write(tmp_path / "feed.ndjson", [json.dumps(line).encode() for line in lines])
        return World(TOPICS, 1, lambda: FilesSource(tmp_path, TOPICS))


def test_role_files_are_merged_by_event_time_and_at_equal_times_by_role(tmp_path: Path) -> None:
    write(tmp_path / "outcome.ndjson", [event(1), event(3)])
    write(tmp_path / "attributes.ndjson", [event(1), event(2)])
    write(tmp_path / "inference.ndjson", [event(1), event(4)])
    assert [(topic, second) for topic, _, second, _ in given(tmp_path, WITH_ATTRIBUTES)] == [
        *(("said", 1), ("people", 1), ("found", 1), ("people", 2), ("found", 3), ("said", 4)),
    ]


def test_times_are_read_with_their_zone_and_as_milliseconds(tmp_path: Path) -> None:
    times = ["2026-01-01T01:00:01.5+01:00", START_MS + 2_000, "2026-01-01T00:00:03Z"]
    write(tmp_path / "inference.ndjson", [json.dumps({"event_time": time}).encode() for time in times])
    write(tmp_path / "outcome.ndjson", [])
    assert [second for _, _, second, _ in given(tmp_path)] == [1.5, 2, 3]


def test_a_file_out_of_order_is_sorted_so_that_a_wrong_year_makes_nobody_late(tmp_path: Path) -> None:
    write(tmp_path / "inference.ndjson", [event(1, "a"), event(9_000_000, "b"), b"{", event(2, "c"), event(4, "d")])
    write(tmp_path / "outcome.ndjson", [event(3)])
    assert [(topic, offset, second, line) for topic, offset, second, line in given(tmp_path)] == [
        ("said", 0, 1, event(1, "a")),
        ("said", 1, 2, event(2, "c")),
        ("found", 0, 3, event(3)),
        ("said", 2, 4, event(4, "d")),
        ("said", 3, 9_000_000, event(9_000_000, "b")),
        ("said", 4, 9_000_000, b"{"),  # whose time cannot be read arrives with the line above it
    ]


def test_a_packed_file_of_no_bytes_is_damaged_and_not_empty(tmp_path: Path) -> None:
    (tmp_path / "inference.ndjson.gz").write_bytes(b"")
    write(tmp_path / "outcome.ndjson", [])
    with pytest.raises(SourceRefused, match="is empty, which no packed file is"):
        FilesSource(tmp_path, TOPICS)


def test_headers_of_a_recorded_record_are_its_headers(tmp_path: Path) -> None:
    line = {"arrival_time": START_MS, "topic": "inference", "value": "{}", "headers": {"content-type": "text/plain"}}
    write(tmp_path / "feed.ndjson", [json.dumps(line).encode()])
    source = FilesSource(tmp_path, TOPICS)
    source.seek({("said", 0): 0, ("found", 0): 0})
    (batch,) = source.poll(0, max_records=10)
    source.close()
    assert batch.records[0].headers == (("content-type", b"text/plain"),)


@pytest.mark.parametrize(
    "line",
    [
        *(b"", b"{", b"\xff\xfe", b"[]", b"null", b"{}", FORGED, b'{"event_time": null}', b'{"event_time": 1e999}'),
        pytest.param(b'{"event_time": "2026-01-01T00:00:00"}', id="no zone"),
        pytest.param(b'{"event_time": 1767225600}', id="seconds"),
        pytest.param(b'{"event_time": 1767225600000000000}', id="nanoseconds"),
        pytest.param(b'{"event_time": 99999999999999999999999999}', id="too large a number"),
    ],
)
def test_a_line_without_a_time_is_delivered_as_it_stands_with_the_time_of_the_line_above_it(
    tmp_path: Path, line: bytes
) -> None:
    write(tmp_path / "inference.ndjson", [event(2), line, event(4)])
    write(tmp_path / "outcome.ndjson", [event(3)])
    assert given(tmp_path) == [
        *(("said", 0, 2, event(2)), ("said", 1, 2, line), ("found", 0, 3, event(3)), ("said", 2, 4, event(4))),
    ]


@pytest.mark.parametrize("line", [b"", b"{", b'{"topic": "nobody", "value": "x"}', b'{"topic": "said"}', b"\xff"])
def test_a_line_of_a_feed_that_belongs_to_no_topic_is_delivered_as_it_stands_on_the_inference_topic(
    tmp_path: Path, line: bytes
) -> None:
    write(tmp_path / "feed.ndjson", [arrival(1, "outcome", "first"), line, arrival(2, "found", "second")])
    assert given(tmp_path) == [("found", 0, 1, b"first"), ("said", 0, 1, line), ("found", 1, 2, b"second")]


def test_a_feed_names_roles_or_topics_and_may_hold_any_text_or_none(tmp_path: Path) -> None:
    lines = [arrival(1, "said", "not json {"), arrival(2, "inference", "b\u00e9"), arrival(3, "outcome", None)]
    write(tmp_path / "feed.ndjson.gz", [*lines, arrival(4, "outcome", "")])
    assert [(topic, value) for topic, _, _, value in given(tmp_path)] == [
        *(("said", b"not json {"), ("said", "b\u00e9".encode()), ("found", None), ("found", b"")),
    ]


def test_of_a_line_without_end_only_as_much_is_delivered_as_is_refused_for_its_size(tmp_path: Path) -> None:
    write(tmp_path / "inference.ndjson.gz", [b"x" * (64 << 20), event(1)])
    write(tmp_path / "outcome.ndjson", [])
    (_, _, _, cut), (_, _, _, next_line) = given(tmp_path)
    assert cut == b"x" * (1 << 20)
    assert next_line == event(1)


def test_a_file_whose_next_record_lies_later_is_idle(tmp_path: Path) -> None:
    write(tmp_path / "inference.ndjson", [event(1), event(2), event(3)])
    write(tmp_path / "outcome.ndjson", [event(2), event(2), event(9)])
    source = FilesSource(tmp_path, TOPICS)
    ends = {None: source.bounds()}
    source.seek(EVERYTHING)
    for count in range(4):
        source.poll(0, 1)
        ends[count] = source.bounds()
    source.close()
    assert {count: (bounds["said", 0][1], bounds["found", 0][1]) for count, bounds in ends.items()} == {
        None: (0, 0),
        0: (1, 0),  # at second 1: no outcome has arrived
        1: (2, 2),  # at second 2 both outcomes of that second have, though none was delivered
        2: (2, 2),
        3: (2, 2),  # everything of second 2 was delivered: both stand at the end
    }


def test_the_share_read_grows_to_one_and_then_nothing_is_left(tmp_path: Path) -> None:
    write(tmp_path / "inference.ndjson", [event(second) for second in range(20_000)])
    write(tmp_path / "outcome.ndjson.gz", [event(second) for second in range(20_000)])
    source = FilesSource(tmp_path, TOPICS)
    source.seek(EVERYTHING)
    shares = [source.share_read]
    while source.poll(0, 5_000):
        shares.append(source.share_read)
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] == 1
    assert source.is_exhausted
    source.close()


def test_two_readings_of_the_same_files_are_equal_however_they_are_cut(tmp_path: Path) -> None:
    for role in TOPICS:
        write(tmp_path / f"{role}.ndjson", [a.value for a in STREAM if a.role == role])
    source = FilesSource(tmp_path, TOPICS)
    whole = {}
    for size in (1, 5, 1_000):
        source.seek(EVERYTHING)
        found = read(source, len(STREAM), size)
        whole[size] = {place: [(r.offset, r.timestamp, r.value) for r in records] for place, records in found.items()}
    source.close()
    assert whole[1] == whole[5] == whole[1_000]


def refusal(folder: Path, topics: Mapping[str, str] = TOPICS) -> str:
    with pytest.raises(SourceRefused) as caught:
        FilesSource(folder, topics)
    return str(caught.value).replace(str(folder), "FOLDER")


def test_a_folder_that_holds_no_whole_recording_is_refused_in_one_sentence(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none") == (
        "FOLDER: cannot be read (No such file or directory); name a folder of recorded events"
    )
    assert refusal(tmp_path) == (
        "FOLDER: has no inference.ndjson and no outcome.ndjson (or .gz), nor feed.ndjson; put them there"
    )
    write(tmp_path / "inference.ndjson", [])
    assert refusal(tmp_path) == "FOLDER: has no outcome.ndjson (or .gz), nor feed.ndjson; put them there"
    write(tmp_path / "outcome.ndjson", [])
    assert refusal(tmp_path, WITH_ATTRIBUTES) == (
        "FOLDER: has no attributes.ndjson (or .gz), nor feed.ndjson; put them there"
    )
    write(tmp_path / "outcome.ndjson.gz", [])
    assert refusal(tmp_path) == "FOLDER: holds both outcome.ndjson and outcome.ndjson.gz; leave one of them there"
    (tmp_path / "outcome.ndjson.gz").unlink()
    write(tmp_path / "feed.ndjson", [])
    assert refusal(tmp_path) == (
        "FOLDER: holds both feed.ndjson and inference.ndjson and outcome.ndjson; leave one layout there"
    )
    assert refusal(tmp_path / "feed.ndjson").startswith("FOLDER: cannot be read (Not a directory)")


def test_a_folder_or_file_closed_to_us_is_refused(as_nobody: Path) -> None:
    write(as_nobody / "inference.ndjson", [])
    write(as_nobody / "outcome.ndjson", [])
    (as_nobody / "outcome.ndjson").chmod(0)
    with pytest.raises(SourceRefused, match=r"outcome.ndjson: cannot be opened \(Permission denied\)"):
        FilesSource(as_nobody, TOPICS)
    as_nobody.chmod(0)
    assert refusal(as_nobody) == "FOLDER: cannot be read (Permission denied); name a folder of recorded events"


@pytest.mark.parametrize("damage", ["cut", "flipped", "never packed"])
def test_what_lies_before_a_damage_is_delivered_and_then_the_damage_is_said_again_and_again(
    tmp_path: Path, damage: str
) -> None:
    draw = random.Random(1)
    body = gzip.compress(b"".join(draw.randbytes(30).hex().encode() + b"\n" for _ in range(20_000)))
    bodies = {
        "cut": body[: len(body) // 2],
        "flipped": body[: len(body) // 2] + bytes(100) + body[len(body) // 2 + 100 :],
        "never packed": b"{}\n",
    }
    (tmp_path / "inference.ndjson.gz").write_bytes(bodies[damage])
    write(tmp_path / "outcome.ndjson", [event(1)])
    source = FilesSource(tmp_path, TOPICS)
    source.seek(EVERYTHING)
    found: Read = defaultdict(list)
    with pytest.raises(SourceRefused, match=r"inference\.ndjson\.gz: is damaged .*; take a good copy of it"):
        read(source, 1_000_000, found=found)
    assert (len(found["said", 0]) > 5_000) == (damage != "never packed")
    with pytest.raises(SourceRefused):
        source.poll(0, 1)
    with pytest.raises(SourceRefused):
        _ = source.is_exhausted
    source.close()
