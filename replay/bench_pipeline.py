"""The whole way on a real broker, in messages a second and core: `python -m replay.bench_pipeline [--inferences N]`.

The workload of `bench_counting` as flat JSON, in a Kafka that is started for it. Timed in turn, in one run: polling
alone; polling, decoding, joining and counting; and the same with state committed to SQLite after each poll. Each reads
the full log from its beginning: the hardest case, since the client takes topics as they come, and outcomes overtake
their inferences. A rate is messages over CPU time of the whole process, the client's own thread included; ratios are
medians over the rounds, the first of which is dropped.

Every counting round ends by comparing its cells with a recount from the source columns; a difference voids the run, and
exits with 1. Whether the goals are met is printed: rates are those of one machine on one day.
"""

import argparse
import gc
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import msgspec
from rich.console import Console
from rich.table import Table

from monitor.adapters.clock import SystemClock
from monitor.adapters.kafka_connection import KafkaConnection
from monitor.adapters.kafka_python import KafkaPythonSource
from monitor.adapters.memory import MemoryStateStore
from monitor.adapters.sqlite import SqliteStateStore
from monitor.events import Event, Inference
from monitor.exporting.moments import rfc3339
from monitor.intake.decode import Decoder
from monitor.intake.reading import ModelReading, Reading
from monitor.ports import StateStore
from monitor.service.feed import Feed, FeedParts
from monitor.service.plan import FeedPlan, TopicPlan
from replay.bench_counting import CODING, PANE, RULES, Ints, Workload, is_exact, workload, yardstick
from tests.parts.kafka.broker import KafkaBroker, Sent

TOPICS = {"inference": "bench.inference", "outcome": "bench.outcome"}
POLL_MS, MAX_RECORDS = 50, 20_000
GOAL_RATE, GOAL_RATIO = 140_000, 0.75
"""A second and core on the reference machine, and of the bare poll loop in the same run."""

REFERENCE_YARDSTICK = 3.1
"""Microseconds of one `json.loads` there: absolute goals scale with it."""

NEVER_JUDGED = (0,)
"""Of its one model. Nothing is let go, so that the cells can be compared."""


@dataclass(frozen=True)
class Round:
    """CPU and wall seconds of reading everything once."""

    cpu: float
    wall: float


def records(arrivals: Ints, events: list[Event]) -> Iterator[Sent]:
    """A topic's events as records: key, flat JSON and broker time."""
    for arrival, event in zip(arrivals.tolist(), events, strict=True):
        yield event.prediction_id.encode(), msgspec.json.encode(flat(event)), arrival


def flat(event: Event) -> dict[str, object]:
    """The canonical form of an event, as its producer sends it."""
    if not isinstance(event, Inference):
        return {"prediction_id": event.prediction_id, "label": event.label, "event_time": rfc3339(event.event_time_ms)}
    codes = zip(CODING.attributes, CODING.split(event.combination), strict=True)
    return {
        "prediction_id": event.prediction_id,
        "model": event.model,
        "revision": event.revision,
        "event_time": rfc3339(event.event_time_ms),
        "attributes": {attribute.name: f"V{code}" for attribute, code in codes},
        "score": round(event.score_bin / 20 + 0.0213, 4),
        "prediction": event.prediction,
    }


def plan() -> FeedPlan:
    """The feed of the workload."""
    models = (ModelReading("m", CODING),)
    topics = (
        TopicPlan(TOPICS["inference"], "inference", Decoder(Reading("inference", models)), PANE),
        TopicPlan(TOPICS["outcome"], "outcome", Decoder(Reading("outcome", models)), PANE),
    )
    return FeedPlan("bench", topics, RULES, "bench")


def timed(read: Callable[[], int], messages: int) -> Round:
    """Read until everything was."""
    gc.collect()
    cpu, wall, count = time.process_time(), time.perf_counter(), 0
    while count < messages:
        count += read()
    return Round(time.process_time() - cpu, time.perf_counter() - wall)


def poll_alone(connection: KafkaConnection, messages: int) -> Round:
    """The bare loop: records come, and are dropped."""
    source = KafkaPythonSource(connection, list(TOPICS.values()))
    source.seek({place: start for place, (start, _) in source.bounds().items()})
    try:
        return timed(lambda: sum(len(batch.records) for batch in source.poll(POLL_MS, MAX_RECORDS)), messages)
    finally:
        source.close()


def counted(connection: KafkaConnection, store: Callable[[int], StateStore], load: Workload) -> Round:
    """The whole way from the poll to the commit. `ArithmeticError` if a cell is not what it should be."""
    source = KafkaPythonSource(connection, list(TOPICS.values()))
    feed = Feed(plan(), FeedParts(source, store, _no_rejects, SystemClock()))
    feed.start()
    try:
        taken = timed(lambda: feed.take(POLL_MS, MAX_RECORDS, NEVER_JUDGED), 2 * len(load.time))
        if not is_exact(feed.states, load):
            raise ArithmeticError("the cells are not those of the source columns: the run is void")
        return taken
    finally:
        feed.close()


def _no_rejects(topic: str, partition: int, rejects: list[tuple[int, str, str | None]]) -> None:
    if rejects:
        raise ArithmeticError(f"{topic} {partition}: {len(rejects)} records were refused: the run is void")


def run(load: Workload, partitions: int, rounds: int) -> dict[str, list[Round]]:
    """Rounds of the three loops in turn, each reading everything anew; the first of each is dropped."""
    done: dict[str, list[Round]] = {"poll alone": [], "counted": [], "counted and committed": []}
    messages = 2 * len(load.time)
    with TemporaryDirectory() as folder, KafkaBroker(Path(folder) / "kafka") as broker:
        for role, (arrivals, events) in (("inference", load.inferences), ("outcome", load.outcomes)):
            broker.create_topic(TOPICS[role], partitions)
            broker.produce(TOPICS[role], records(arrivals, events))
        connection = KafkaConnection((broker.bootstrap,), "PLAINTEXT")
        for number in range(rounds + 1):
            done["poll alone"].append(poll_alone(connection, messages))
            done["counted"].append(counted(connection, lambda _: MemoryStateStore(), load))
            state = Path(folder) / f"state-{number}"
            done["counted and committed"].append(counted(connection, _sqlite_in(state), load))
    return {name: taken[1:] for name, taken in done.items()}


def _sqlite_in(folder: Path) -> Callable[[int], StateStore]:
    return lambda number: SqliteStateStore(folder / f"partition-{number}.sqlite")


def ratio(done: dict[str, list[Round]], name: str) -> float:
    """Rate against that of polling alone: the median of the rounds' own ratios."""
    return median(bare.cpu / one.cpu for bare, one in zip(done["poll alone"], done[name], strict=True))


def table(done: dict[str, list[Round]], messages: int) -> Table:
    """What was measured, a row a loop."""
    shown = Table(title=f"{messages:,} messages, median of {len(done['poll alone'])} rounds", title_justify="left")
    for column in ("loop", "messages a second and core", "us a message", "of polling alone", "messages a second, wall"):
        shown.add_column(column, justify="left" if column == "loop" else "right")
    for name, rounds in done.items():
        cpu, wall = median(one.cpu for one in rounds), median(one.wall for one in rounds)
        each = f"{cpu / messages * 1e6:.2f}"
        shown.add_row(name, f"{messages / cpu:,.0f}", each, f"{ratio(done, name):.2f}", f"{messages / wall:,.0f}")
    return shown


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inferences", type=int, default=200_000, help="each has an outcome: two messages")
    parser.add_argument("--partitions", type=int, default=1, help="of each topic")
    parser.add_argument("--rounds", type=int, default=5, help="after a first one that is dropped")
    options = parser.parse_args()
    load = workload(options.inferences)
    gc.freeze()
    messages, unit = 2 * options.inferences, yardstick()
    try:
        done = run(load, options.partitions, options.rounds)
    except ArithmeticError as error:
        print(error, file=sys.stderr)
        return 1
    Console(width=120).print(table(done, messages))
    rate = messages / median(one.cpu for one in done["counted and committed"])
    goal = GOAL_RATE * REFERENCE_YARDSTICK / unit
    is_met = rate >= goal and ratio(done, "counted and committed") >= GOAL_RATIO
    print(f"every cell exact in every round; yardstick {unit:.2f} us a json.loads, {options.partitions} partition(s)")
    print(f"goal: {goal:,.0f} a second and core, {GOAL_RATIO} of polling alone: {'met' if is_met else 'MISSED'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
