"""`fairdrift demo`: the main job on embedded parts, always with the same data.

A seeded stream goes through a broker inside the process to the real consumer, is counted and judged; the table shows it
while it happens, `report.html` afterwards.
"""

import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Final

from rich.console import Group, RenderableType
from rich.live import Live

from monitor import __version__
from monitor.adapters.clock import SystemClock
from monitor.adapters.embedded_broker import EmbeddedBroker
from monitor.adapters.kafka_connection import KafkaConnection
from monitor.cli.build import model_plan
from monitor.cli.exits import Exit
from monitor.cli.folders import can_hold_files
from monitor.cli.output import Output, console, show
from monitor.cli.parts import LoopParts, dead_letters, files_in, kafka_sources
from monitor.cli.watching import Watching
from monitor.exporting.feed.verdict_log import MemoryNumbers, VerdictLog, event_time_ms
from monitor.exporting.moments import rfc3339
from monitor.exporting.standing import standings
from monitor.exporting.terminal import verdict_table
from monitor.exporting.view import View
from monitor.service.loop import MonitorLoop, Pace, Surroundings
from monitor.settings.load import parse
from monitor.settings.model import Settings
from monitor.simulating.faults import Arrival
from monitor.simulating.generator import arrivals
from monitor.simulating.library import load_scenario
from monitor.simulating.scenario import DAY_MS, Scenario
from monitor.simulating.settings_text import settings_text

SCENARIO: Final = "demo"
ROWS_SHOWN: Final = 12
BROKER_API: Final = (2, 3)
"""The protocol of the embedded broker."""


def run_demo(out: Path, output: Output) -> int:
    """Play the demo and write its report; gives the exit code."""
    can_hold_files(out)
    scenario = load_scenario(SCENARIO)
    settings = parse(settings_text(scenario), "the demo's settings")
    (feed,) = settings.feeds.values()
    topics = {"inference": feed.inference.topic, "outcome": feed.outcome.topic}
    broker = EmbeddedBroker(list(topics.values()))
    watching = Watching({name: model_plan(settings, name) for name in settings.models})
    told = VerdictLog(MemoryNumbers(SCENARIO))
    try:
        with tempfile.TemporaryDirectory(prefix="fairdrift-demo-") as folder:
            loop = demo_loop(settings, broker, watching, told, Path(folder))
            try:
                loop.start()
                play(scenario, topics, broker, loop, watching)
                done = watching.finish(loop)
            finally:
                loop.close()
    finally:
        broker.close()
    result = watching.write(done, out)
    text = f"The whole story, with a picture of every subgroup: {out / 'report.html'}"
    return show("demo", Exit.GOOD, result, output, Group(_table(done.view, scenario), text))


def demo_loop(
    settings: Settings, broker: EmbeddedBroker, watching: Watching, told: VerdictLog, folder: Path
) -> MonitorLoop:
    """The monitor of the demo; `told` hears what the rollback process would, by the time of the stream."""
    where = KafkaConnection((broker.bootstrap,), "PLAINTEXT", api_version=BROKER_API)
    parts = LoopParts(
        settings, "as_configured", kafka_sources(where), files_in(folder), dead_letters(settings, folder, where)
    )

    def publish(view: View) -> None:
        watching.on_view(view)
        told.take(view, event_time_ms(view))

    around = Surroundings(SystemClock(), False, publish, watching, __version__, settings.content_hash)
    return parts.loop(around, Pace(poll_ms=20, max_records=20_000, publish_every_ms=500))


def play(
    scenario: Scenario, topics: dict[str, str], broker: EmbeddedBroker, loop: MonitorLoop, watching: Watching
) -> None:
    """Send the stream a day at a time, and let the loop take each day in."""
    screen = console(stderr=True)
    with Live(console=screen, transient=True, auto_refresh=False) as live:
        for time_ms, day in _days(scenario):
            sent = 0
            for arrival in day:
                key = arrival.key if isinstance(arrival.key, bytes) else arrival.key.encode()
                broker.produce(topics[arrival.role], key, arrival.value, arrival.time_ms)
                sent += 1
            broker.flush()
            while sent > 0:
                sent -= loop.tick()
            loop.tick()
            if screen.is_terminal:
                live.update(Group(f"{rfc3339(time_ms)[:10]}", _table(watching.view, scenario)), refresh=True)


def _days(scenario: Scenario) -> Iterator[tuple[int, Iterator[Arrival]]]:
    for day, found in groupby(arrivals(scenario), key=lambda arrival: arrival.time_ms // DAY_MS):
        yield day * DAY_MS, found


def _table(view: View, scenario: Scenario) -> RenderableType:
    tables = [verdict_table(model, standings(model), ROWS_SHOWN) for model in view.models]
    return Group(scenario.about, *tables)
