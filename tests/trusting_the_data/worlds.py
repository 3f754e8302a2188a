"""A monitor that watches over a standing alarm, and what may happen to its data."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from monitor.exporting.view import PartitionView, View
from monitor.intake.partitions import murmur2
from monitor.judging.verdict import StreamVerdict, Verdict
from monitor.ports import Batch, SourceUnreachable, TopicPartition
from tests.parts.memory_log import MemoryLog, MemorySource
from tests.restarting_where_it_stood.lives import TOPICS, World
from tests.way_of_an_event.story import DAY_MS, SETTINGS, Case, cases

NOW_MS = 1_790_000_000_000
HOUR_MS = 3_600_000
IN_A_ROW = 20
"""So many rejects, one after the other, stop a partition."""

ALARM = ("female", "false_negative_rate")
STOPPING = SETTINGS.replace("horizon: 5d", f"reject_stop: {{{{in_a_row: {IN_A_ROW}, share: 0.5}}}}\n    horizon: 5d")


@dataclass
class Network:
    """Between the monitor and its log; may be cut, at once or as soon as records came."""

    is_cut: bool = False
    is_cut_after_records: bool = False

    def source(self, log: MemoryLog) -> "SourceBehind":
        return SourceBehind(log, self)


class SourceBehind(MemorySource):
    """A source on the other side of a network."""

    def __init__(self, log: MemoryLog, network: Network) -> None:
        super().__init__(log)
        self._network = network

    def poll(self, timeout_ms: int, max_records: int) -> Sequence[Batch]:
        if self._network.is_cut:
            raise SourceUnreachable("the log cannot be reached")
        return super().poll(timeout_ms, max_records)

    def bounds(self) -> Mapping[TopicPartition, tuple[int, int]]:
        if self._network.is_cut_after_records:
            raise SourceUnreachable("the log cannot be reached any more")
        return super().bounds()


@dataclass
class Rejected:
    """Keeps where rejects stood, and why."""

    seen: list[tuple[str, int, int, str]] = field(default_factory=list)

    def take(self, topic: str, partition: int, rejects: list[tuple[int, str, str | None]]) -> None:
        self.seen += [(topic, partition, offset, reason) for offset, reason, _ in rejects]


def harmed() -> list[Case]:
    """In the last 25 of 75 days the model misses every woman who has the outcome."""
    return [
        replace(case, prediction=0) if case.sex == "F" and case.label and case.time_ms > NOW_MS - 25 * DAY_MS else case
        for case in cases(NOW_MS, days=75, per_day=80)
    ]


def twin(world: World, folder: Path) -> World:
    """The same log, read by a monitor that has its state in another folder."""
    other = World(folder, world.now_ms, settings=world.settings)
    other.log.records.update({place: list(held) for place, held in world.log.records.items()})
    other.log.first.update(world.log.first)
    return other


def go_on(world: World, days: int) -> View:
    """Good days follow; the monitor reads them after a restart."""
    since_ms, world.now_ms = world.now_ms, world.now_ms + days * DAY_MS
    later = [case for case in cases(world.now_ms, days=days) if case.time_ms > since_ms]
    world.send([replace(case, prediction_id=f"{since_ms}-{case.prediction_id}") for case in later])
    return world.live()


def key_in(partition: int, number: int = 0) -> str:
    """A key that belongs to a partition of three."""
    keys = (f"key-{number}-{one}" for one in range(1_000))
    return next(key for key in keys if int(murmur2([key.encode()])[0] & 0x7FFFFFFF) % 3 == partition)


def say(world: World, partition: int, time_ms: int, number: int = 0) -> None:
    """One more inference."""
    case = replace(cases(NOW_MS, days=1, per_day=1)[0], prediction_id=key_in(partition, number), time_ms=time_ms)
    world.put("inference", case.prediction_id, json.dumps(case.inference()).encode(), time_ms)


def learn(world: World, partition: int, time_ms: int, number: int = 0) -> None:
    """One more outcome; without a `say` of the same number it is nobody's."""
    key = key_in(partition, number)
    body = {"prediction_id": key, "label": 1, "event_time": time_ms}
    world.put("outcome", key, json.dumps(body).encode(), time_ms)


def behead(world: World, role: str, partition: int, before_ms: int) -> None:
    """Retention deletes what is older."""
    place = (TOPICS[role], partition)
    first = next(record.offset for record in world.log.records[place] if record.timestamp >= before_ms)
    world.log.delete_before(*place, first)


def flood(world: World, partition: int, count: int, time_ms: int = NOW_MS) -> int:
    """So many records that are no events, one after the other; gives the offset of the first one."""
    first = world.log.end((TOPICS["inference"], partition))
    for number in range(count):
        world.put("inference", key_in(partition, number), b"{", time_ms)
    return first


def verdicts(view: View) -> dict[tuple[str, str], StreamVerdict]:
    (model,) = view.models
    assert model.verdicts, "something was judged"
    return {(said.subgroup, said.metric): said for said in model.verdicts}


def reasons(view: View) -> set[str]:
    """What is said of every stream."""
    return set.intersection(*(set(said.reasons) for said in verdicts(view).values()))


def is_exact(view: View) -> bool:
    """Of the longest window: it sees whatever a shorter one sees."""
    return max(view.models[0].windows, key=lambda window: window.end_ms - window.start_ms).exact


def judged_until(view: View) -> int:
    (end_ms,) = {window.end_ms for window in view.models[0].windows}
    return end_ms


def place(view: View, role: str, partition: int) -> PartitionView:
    (found,) = [one for one in view.partitions if (one.topic, one.partition) == (TOPICS[role], partition)]
    return found


def assert_stale(view: View, reason: str) -> None:
    """Nothing is said to be good, every stream says why, and the alarm stands."""
    said = verdicts(view)
    assert min(one.verdict for one in said.values()) is Verdict.STALE
    assert reason in reasons(view)
    assert said[ALARM].verdict is Verdict.DEGRADED


def assert_trusted(view: View) -> None:
    """No data state is told of, and still the alarm stands."""
    said = verdicts(view)
    assert not [one for one in said.values() if one.verdict is Verdict.STALE]
    assert reasons(view) == set()
    assert is_exact(view)
    assert said[ALARM].verdict is Verdict.DEGRADED
