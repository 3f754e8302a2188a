"""What every `EventSource` does, whatever is behind it. A subclass gives the fixture `world`, which holds `STREAM`."""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pytest

from monitor.ports import EventSource, OffsetLost, Record, TopicPartition

START_MS = 1_767_225_600_000  # 2026-01-01T00:00:00Z
COUNT = 24
"""Records of each topic."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One record of the stream: `role` says on which topic it arrives."""

    role: str
    key: bytes
    value: bytes
    time_ms: int


def _stream() -> Sequence[Arrival]:
    def one(role: str, number: int, time_ms: int) -> Arrival:
        event = {"prediction_id": f"p{number}", "event_time": time_ms}
        return Arrival(role, b"p%d" % number, json.dumps(event).encode(), time_ms)

    inferences = [one("inference", number, START_MS + 1_000 * number) for number in range(COUNT)]
    # Five seconds later each has its outcome: from the sixth on both arrive in the same millisecond.
    outcomes = [one("outcome", number, START_MS + 1_000 * number + 5_000) for number in range(COUNT)]
    return sorted(inferences + outcomes, key=lambda arrival: arrival.time_ms)


STREAM = _stream()


@dataclass(frozen=True, slots=True)
class World:
    """Where `STREAM` lies: the topic of each role, the partitions of each topic, and how a source is opened there."""

    topics: Mapping[str, str]
    partitions: int
    open: Callable[[], EventSource]

    @property
    def places(self) -> Sequence[TopicPartition]:
        """Every partition of every topic."""
        return [(topic, number) for topic in self.topics.values() for number in range(self.partitions)]


Read = dict[TopicPartition, list[Record]]
Positions = dict[TopicPartition, int]


def read(source: EventSource, count: int, max_records: int = 1_000, found: Read | None = None) -> Read:
    """Poll until `count` records came, or none will come any more; `found` keeps them even if a poll raises."""
    found = defaultdict(list) if found is None else found
    end = time.monotonic() + 20
    while sum(map(len, found.values())) < count and time.monotonic() < end:
        for batch in source.poll(200, max_records):
            found[batch.topic, batch.partition] += batch.records
    return found


def offsets(records: Sequence[Record]) -> list[int]:
    return [record.offset for record in records]


class EventSourceContract:
    """The tests."""

    @pytest.fixture
    def source(self, world: World) -> Iterator[EventSource]:
        source = world.open()
        yield source
        source.close()

    @pytest.fixture
    def everything(self, world: World) -> Positions:
        return dict.fromkeys(world.places, 0)

    def test_the_partitions_of_every_topic_are_told(self, world: World, source: EventSource) -> None:
        assert source.partitions() == dict.fromkeys(world.topics.values(), world.partitions)

    def test_every_record_is_delivered_once_and_by_rising_offset(
        self, world: World, source: EventSource, everything: Positions
    ) -> None:
        source.seek(everything)
        found = read(source, len(STREAM))
        for records in found.values():
            assert offsets(records) == sorted(set(offsets(records)))
        for role, topic in world.topics.items():
            mine = [record for place, records in found.items() if place[0] == topic for record in records]
            assert sorted((r.timestamp, r.value) for r in mine) == sorted(
                (a.time_ms, a.value) for a in STREAM if a.role == role
            )

    def test_a_record_has_everything_that_decoding_needs(self, source: EventSource, everything: Positions) -> None:
        source.seek(everything)
        record = next(iter(read(source, len(STREAM)).values()))[0]
        assert list(record.headers) == []
        assert record.key in {None, *(arrival.key for arrival in STREAM)}

    def test_no_poll_gives_more_than_was_asked_for(self, source: EventSource, everything: Positions) -> None:
        source.seek(everything)
        sizes = []
        while sum(sizes) < len(STREAM):
            sizes.append(sum(len(batch.records) for batch in source.poll(5_000, 7)))
            assert 0 < sizes[-1] <= 7
        assert sum(sizes) == len(STREAM)

    def test_at_the_end_a_poll_gives_nothing_and_does_not_wait_long(
        self, source: EventSource, everything: Positions
    ) -> None:
        source.seek(everything)
        read(source, len(STREAM))
        began = time.monotonic()
        assert list(source.poll(100, 10)) == []
        assert time.monotonic() - began < 5

    def test_nothing_is_read_before_a_seek(self, source: EventSource) -> None:
        assert list(source.poll(100, 10)) == []

    def test_only_what_a_seek_named_is_read(self, world: World, source: EventSource) -> None:
        mine = [place for place in world.places if place[0] == world.topics["outcome"]]
        source.seek(dict.fromkeys(mine, 0))
        assert set(read(source, COUNT)) <= set(mine)
        assert list(source.poll(100, 10)) == []

    def test_reading_begins_at_the_offset_sought(
        self, world: World, source: EventSource, everything: Positions
    ) -> None:
        source.seek(everything)
        whole = read(source, len(STREAM))
        positions = {place: len(records) // 2 for place, records in whole.items()}
        again = world.open()
        again.seek(positions)
        rest = read(again, sum(len(records) - len(records) // 2 for records in whole.values()))
        again.close()
        assert {p: offsets(r) for p, r in rest.items()} == {p: offsets(whole[p])[positions[p] :] for p in rest}

    def test_another_process_goes_on_where_one_stopped(
        self, world: World, source: EventSource, everything: Positions
    ) -> None:
        source.seek(everything)
        first = read(source, 1, max_records=9)
        positions = everything | {place: records[-1].offset + 1 for place, records in first.items()}
        source.close()
        other = world.open()
        other.seek(positions)
        second = read(other, len(STREAM) - sum(map(len, first.values())))
        other.close()
        values = [r.value for found in (first, second) for records in found.values() for r in records]
        assert sorted(values) == sorted(arrival.value for arrival in STREAM)

    def test_a_seek_leaves_partitions_it_does_not_name_where_they_are(
        self, world: World, source: EventSource, everything: Positions
    ) -> None:
        source.seek(everything)
        read(source, len(STREAM))
        mine = [place for place in world.places if place[0] == world.topics["outcome"]]
        source.seek(dict.fromkeys(mine, 0))
        assert set(read(source, COUNT)) <= set(mine)
        assert list(source.poll(100, 10)) == []

    def test_a_paused_partition_waits_until_it_is_sought_again(
        self, world: World, source: EventSource, everything: Positions
    ) -> None:
        source.seek(everything)
        paused = [place for place in world.places if place[0] == world.topics["inference"]]
        source.pause(paused)
        assert not set(read(source, COUNT)) & set(paused)
        assert list(source.poll(100, 10)) == []
        source.seek(dict.fromkeys(paused, 0))
        assert sum(map(len, read(source, COUNT).values())) == COUNT

    def test_who_has_read_everything_stands_at_the_end(self, source: EventSource, everything: Positions) -> None:
        source.seek(everything)
        found = read(source, len(STREAM))
        source.poll(100, 10)
        ends = {place: records[-1].offset + 1 for place, records in found.items()}
        assert source.bounds() == {place: (0, ends.get(place, 0)) for place in everything}

    def test_who_has_not_read_a_record_that_arrived_does_not_stand_at_the_end(
        self, world: World, source: EventSource, everything: Positions
    ) -> None:
        source.seek(everything)
        paused = [place for place in world.places if place[0] == world.topics["inference"]]
        source.pause(paused)
        read(source, COUNT)
        bounds = source.bounds()
        assert sum(bounds[place][1] for place in paused) == COUNT

    @pytest.mark.parametrize("number", [0, 7, COUNT - 1], ids=["the first", "one in between", "the last"])
    def test_nothing_that_arrived_at_a_time_or_later_lies_before_its_offset(
        self, world: World, source: EventSource, everything: Positions, number: int
    ) -> None:
        time_ms = START_MS + 1_000 * number + 5_000
        at = source.offsets_at(time_ms)
        source.seek(everything)
        for place, records in read(source, len(STREAM)).items():
            assert [r for r in records if r.timestamp >= time_ms and r.offset < at[place]] == []

    def test_the_offset_of_a_time_is_that_of_the_first_record_then(
        self, world: World, source: EventSource, everything: Positions
    ) -> None:
        time_ms = START_MS + 12_000
        at = source.offsets_at(time_ms)
        source.seek(everything)
        for place, records in read(source, len(STREAM)).items():
            assert at[place] == next(r.offset for r in records if r.timestamp >= time_ms)

    def test_telling_the_progress_changes_nothing(self, source: EventSource, everything: Positions) -> None:
        source.seek(everything)
        source.note_progress(dict.fromkeys(everything, 3))
        assert sum(map(len, read(source, len(STREAM)).values())) == len(STREAM)

    def test_closing_twice_is_closing(self, world: World) -> None:
        source = world.open()
        source.partitions()
        source.close()
        source.close()


class LogContract(EventSourceContract):
    """Further tests, for sources behind which a log loses its beginning or is begun anew."""

    def test_a_position_above_the_end_is_lost_and_nothing_moves(
        self, world: World, source: EventSource, everything: Positions
    ) -> None:
        lost = (world.topics["outcome"], 0)
        source.seek(everything | {lost: 1_000})
        found: Read = defaultdict(list)
        with pytest.raises(OffsetLost) as caught:
            read(source, len(STREAM) + 1, max_records=5, found=found)
        assert caught.value.lost == (lost,)
        assert f"{lost[0]}[0] at 1000" in str(caught.value)
        source.seek({lost: 0})
        for place, records in read(source, len(STREAM) - sum(map(len, found.values()))).items():
            found[place] += records
        values = [record.value for records in found.values() for record in records]
        assert sorted(values) == sorted(arrival.value for arrival in STREAM)
