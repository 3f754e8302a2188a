"""`fairdrift demo`: the main job on embedded parts, always with the same data.

A seeded stream goes through a broker inside the process to the real consumer, is counted and judged; the rollback
process reads the verdict feed and acts on a cluster in memory, and the stream follows what the cluster serves. The
table shows it while it happens, `report.html` afterwards.
"""

import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from rich.console import Group, RenderableType
from rich.live import Live

from monitor import __version__
from monitor.adapters.clock import SystemClock
from monitor.adapters.embedded_broker import EmbeddedBroker
from monitor.adapters.kafka_connection import KafkaConnection
from monitor.cli.acting import targets_of
from monitor.cli.build import model_plan
from monitor.cli.demo_cluster import HOME, VERSION, DemoCluster
from monitor.cli.exits import Exit
from monitor.cli.folders import can_hold_files
from monitor.cli.output import Output, console, show
from monitor.cli.parts import LoopParts, dead_letters, files_in, kafka_sources
from monitor.cli.rehearsal import Rehearsal
from monitor.cli.watching import Watching
from monitor.exporting.feed.verdict_log import MemoryNumbers, VerdictLog, event_time_ms
from monitor.exporting.moments import rfc3339
from monitor.exporting.standing import standings
from monitor.exporting.terminal import verdict_table
from monitor.exporting.terminal_story import story_of
from monitor.exporting.view import View
from monitor.service.loop import Pace, Surroundings
from monitor.settings.load import parse
from monitor.simulating.generator import daily
from monitor.simulating.library import load_scenario
from monitor.simulating.scenario import Scenario
from monitor.simulating.settings_text import settings_text

SCENARIO: Final = "demo"
ROWS_SHOWN: Final = 12
ONLY_WHEN_ASKED: Final = 2**62
"""So that what is told, and when, does not hang on how fast this machine is."""

BROKER_API: Final = (2, 3)
"""The protocol of the embedded broker."""


def run_demo(out: Path, output: Output) -> int:
    """Play the demo and write its report; gives the exit code."""
    can_hold_files(out)
    scenario = load_scenario(SCENARIO)
    with tempfile.TemporaryDirectory(prefix="fairdrift-demo-") as folder:
        demo = Demo(scenario, Path(folder))
        try:
            demo.play()
            acted = demo.rehearsal.acted(VERSION)
            done = replace(demo.watching.finish(demo.loop), acted={scenario.model: acted})
        finally:
            demo.close()
    result = demo.watching.write(done, out)
    text = f"The whole story, with a picture of every subgroup: {out / 'report.html'}"
    result |= {"acted": [{**asdict(one), "at": rfc3339(one.at_ms)} for one in acted.deeds], "audit": acted.audit}
    shown = Group(_table(done.view, scenario), story_of(acted), text)
    return show("demo", Exit.GOOD, result, output, shown)


class Demo:
    """All parts of the demo, wired: broker, monitor, verdict feed, controller and cluster.

    Parameters
    ----------
    folder
        For the monitor's state.
    """

    def __init__(self, scenario: Scenario, folder: Path) -> None:
        settings = parse(settings_text(scenario), "the demo's settings")
        (feed,) = settings.feeds.values()
        self._scenario, self._topics = scenario, {"inference": feed.inference.topic, "outcome": feed.outcome.topic}
        self.broker = EmbeddedBroker(list(self._topics.values()))
        self.watching = Watching({name: model_plan(settings, name) for name in settings.models})
        self.told = VerdictLog(MemoryNumbers(SCENARIO))
        where = KafkaConnection((self.broker.bootstrap,), "PLAINTEXT", api_version=BROKER_API)
        rejects = dead_letters(settings, folder, where)
        parts = LoopParts(settings, "as_configured", kafka_sources(where), files_in(folder), rejects)
        around = Surroundings(
            SystemClock(), False, self.watching.on_view, self.watching, __version__, settings.content_hash
        )
        self.loop = parts.loop(around, Pace(poll_ms=20, max_records=20_000, publish_every_ms=ONLY_WHEN_ASKED))
        targets = targets_of(settings, "auto")
        self.cluster = DemoCluster(scenario, targets[0])
        self.rehearsal = Rehearsal(targets, self.cluster.memory, HOME, self.told.pages)

    def play(self) -> None:
        """Send the stream a day at a time, let the monitor take each day in, and then the controller look."""
        screen = console(stderr=True)
        self.loop.start()
        with Live(console=screen, transient=True, auto_refresh=False) as live:
            for day in daily(self._scenario, self.cluster):
                for arrival in day:
                    key = arrival.key if isinstance(arrival.key, bytes) else arrival.key.encode()
                    self.broker.produce(self._topics[arrival.role], key, arrival.value, arrival.time_ms)
                self.broker.flush()
                left = len(day)
                while left > 0:
                    left -= self.loop.tick()
                self.loop.tick()
                if self.cluster.is_looked_at:
                    self._evening()
                if screen.is_terminal:
                    shown = _table(self.watching.view, self._scenario)
                    live.update(Group(rfc3339(self.cluster.memory.now_ms)[:10], shown), refresh=True)

    def _evening(self) -> None:
        """The monitor says what it knows, and the controller hears it, both by the time of the stream."""
        self.loop.publish()
        now_ms = event_time_ms(self.watching.view)
        if now_ms < self._scenario.end_ms:  # before any watermark it is the time of this machine
            self.told.take(self.watching.view, now_ms)
            self.cluster.go_to(now_ms)
            self.rehearsal.look()

    def close(self) -> None:
        """Let go of files and threads."""
        self.loop.close()
        self.broker.close()


def _table(view: View, scenario: Scenario) -> RenderableType:
    tables = [verdict_table(model, standings(model), ROWS_SHOWN) for model in view.models]
    return Group(scenario.about, *tables)
