"""A monitor that lives several times: one log, files that stay, and a loop that is begun anew."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from monitor.adapters.sqlite import SqliteStateStore
from monitor.cli.parts import LoopParts, drop
from monitor.exporting.view import View
from monitor.intake.partitions import murmur2
from monitor.ports import CellsArchive, EventSource
from monitor.service.feed import Rejects
from monitor.service.loop import MonitorLoop, Pace, Surroundings
from monitor.settings.load import parse
from tests.parts.memory_log import MemoryLog, MemorySource
from tests.way_of_an_event.story import SETTINGS, Case

TOPICS = {"inference": "said", "outcome": "found"}


@dataclass
class StandingClock:
    """A clock that is set by hand."""

    ms: int

    def now_ms(self) -> int:
        return self.ms


@dataclass
class World:
    """Where the monitor lives.

    Parameters
    ----------
    folder
        Its state files.
    now_ms
        What its clock says.
    source, rejects
        How it reads the log, and where its rejects go.
    archive
        Where the exact cells of what it says go.
    """

    folder: Path
    now_ms: int
    partitions: int = 3
    batch: int = 500
    settings: str = SETTINGS
    source: Callable[[MemoryLog], EventSource] = MemorySource
    rejects: Rejects = drop
    archive: CellsArchive | None = None
    log: MemoryLog = field(init=False)
    clock: StandingClock = field(init=False)
    views: list[View] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.log = MemoryLog(list(TOPICS.values()), self.partitions)
        self.clock = StandingClock(self.now_ms)

    def send(self, story: Sequence[Case]) -> None:
        """Everything known at `now_ms`, each topic in the order of its times."""
        said = [("inference", case.time_ms, case.prediction_id, case.inference()) for case in story]
        learnt = [("outcome", case.learnt_ms, case.prediction_id, case.outcome()) for case in story]
        for role, at_ms, key, body in sorted(said + learnt, key=lambda one: one[1]):
            if at_ms <= self.now_ms:
                self.put(role, key, json.dumps(body).encode(), at_ms)

    def put(self, role: str, key: str, value: bytes, at_ms: int) -> None:
        number = int(murmur2([key.encode()])[0] & 0x7FFFFFFF) % self.partitions
        self.log.append(TOPICS[role], number, at_ms, key.encode(), value)

    def loop(self) -> MonitorLoop:
        """A monitor that has just started."""
        names = {"bootstrap": "none:9092", "state": self.folder, "port": 0, **TOPICS}
        settings = parse(self.settings.format(**names), "lives.yaml")
        parts = LoopParts(
            settings,
            "as_configured",
            lambda _plan: self.source(self.log),
            lambda name: SqliteStateStore(self.folder / f"{name}.sqlite"),
            {"discharge": self.rejects},
            self.archive,
        )
        self.clock = StandingClock(self.now_ms)
        around = Surroundings(self.clock, True, self.views.append)
        loop = parts.loop(around, Pace(poll_ms=0, max_records=self.batch, publish_every_ms=0))
        loop.start()
        return loop

    def live(self, ticks: int | None = None) -> View:
        """Start, turn until everything is read (or for so many ticks), and end; gives the last view."""
        loop = self.loop()
        done = 0
        while (loop.tick() or done == 0) and (ticks is None or done < ticks):
            done += 1
        loop.publish()
        loop.close()
        return self.views[-1]
