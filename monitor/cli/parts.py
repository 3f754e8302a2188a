"""From plans to a loop that is connected to the world: sources, stores, where rejects go."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from monitor.adapters.dead_letter_topic import DeadLetterTopic
from monitor.adapters.dead_letters import DeadLetterFile
from monitor.adapters.kafka_connection import KafkaConnection
from monitor.adapters.kafka_python import KafkaPythonSource
from monitor.adapters.memory import MemoryStateStore
from monitor.adapters.sqlite import SqliteStateStore
from monitor.cli.build import Reads, feed_plan, judge_of, model_plan
from monitor.cli.exits import Refused
from monitor.exporting.feed.facts import rule_version
from monitor.ports import CellsArchive, EventSource, StateStore
from monitor.service.alarms import StandingAlarms
from monitor.service.cells_journal import CellsJournal
from monitor.service.feed import Feed, FeedParts, Rejects
from monitor.service.judged import JudgedModel
from monitor.service.loop import MonitorLoop, Pace, Surroundings
from monitor.service.plan import FeedPlan
from monitor.settings.load import SettingsError, load, require_kafka
from monitor.settings.model import KafkaSettings, Settings

Sources = Callable[[FeedPlan], EventSource]
Stores = Callable[[str], StateStore]
"""A store by a name like ``discharge/partition-0``."""


def load_settings(path: Path) -> Settings:
    """The settings; environment variables override single values. `Refused` with every problem."""
    try:
        return load(path, os.environ)
    except SettingsError as error:
        raise Refused(f"the settings cannot be used\n{error}") from error


def kafka_settings(settings: Settings, path: Path) -> KafkaSettings:
    """The Kafka section that a live monitor needs. `Refused` without one, or for a client that is not there."""
    try:
        kafka = require_kafka(settings, str(path))
    except SettingsError as error:
        raise Refused(f"the settings cannot be used\n{error}") from error
    if kafka.client != "kafka_python":
        raise Refused(f"{path}: kafka.client: {kafka.client} is not available in this version; use kafka_python")
    return kafka


def connection(kafka: KafkaSettings) -> KafkaConnection:
    """How to reach the cluster; the password is read from its file now."""
    security = kafka.security
    try:
        password = security.password_file.read_text(encoding="utf-8").strip() if security.password_file else None
    except OSError as error:
        raise Refused(f"kafka.security.password_file: {security.password_file}: {error.strerror}") from error
    return KafkaConnection(
        bootstrap_servers=tuple(kafka.bootstrap_servers),
        security_protocol=security.protocol,
        sasl_mechanism=security.mechanism,
        username=security.username,
        password=password,
        ca_file=security.ca_file,
    )


def kafka_sources(where: KafkaConnection) -> Sources:
    """Sources on a cluster."""
    return lambda plan: KafkaPythonSource(where, [topic.name for topic in plan.topics])


def files_in(folder: Path) -> Stores:
    """Stores as SQLite files below a folder."""
    return lambda name: SqliteStateStore(folder / f"{name}.sqlite")


def in_memory(_name: str) -> StateStore:
    """Stores that end with the process."""
    return MemoryStateStore()


def dead_letters(settings: Settings, folder: Path, where: KafkaConnection) -> Mapping[str, Rejects]:
    """Where the rejects of each feed go."""
    found: dict[str, Rejects] = {}
    for name, feed in settings.feeds.items():
        found[name] = drop
        if feed.dead_letter == "file":
            found[name] = DeadLetterFile(folder / name / "rejects.ndjson").write
        elif feed.dead_letter_topic is not None:
            found[name] = DeadLetterTopic(where, feed.dead_letter_topic).write
    return found


def drop(_topic: str, _partition: int, _rejects: list[tuple[int, str, str | None]]) -> None:
    """Rejects that are counted and not kept."""


class LoopParts:
    """Builds a loop from settings.

    Parameters
    ----------
    settings, reads
        What to do, and in which form records come.
    sources, stores, rejects
        With what. `rejects` has one place a feed.
    archive
        Where the exact cells of what was said go; None: they are not kept.
    """

    def __init__(
        self,
        settings: Settings,
        reads: Reads,
        sources: Sources,
        stores: Stores,
        rejects: Mapping[str, Rejects],
        archive: CellsArchive | None = None,
    ) -> None:
        self._settings, self._reads, self._archive = settings, reads, archive
        self._sources, self._stores, self._rejects = sources, stores, rejects

    def loop(self, around: Surroundings, pace: Pace | None = None) -> MonitorLoop:
        """The loop, not yet started. `Refused` for a reference that cannot be used."""
        settings = self._settings
        feeds: dict[str, Feed] = {}
        models: list[JudgedModel] = []
        for name in settings.feeds:
            plan = feed_plan(settings, name, self._reads)
            for one, number in plan.counting.numbers.items():
                judge, rules_hash = judge_of(settings, plan, one)
                kept = self._stores(f"judge-{one}"), StandingAlarms(self._stores(f"alarms-{one}"))
                journal = None if self._archive is None else CellsJournal(self._archive, one, rule_version(rules_hash))
                models.append(JudgedModel(model_plan(settings, one), number, judge, *kept, rules_hash, journal))
            where = self._sources(plan), self._partition_stores(name), self._rejects[name]
            parts = FeedParts(*where, around.clock, around.is_live)
            feeds[name] = Feed(plan, parts)
        return MonitorLoop(feeds, models, around, pace)

    def _partition_stores(self, feed: str) -> Callable[[int], StateStore]:
        return lambda number: self._stores(f"{feed}/partition-{number}")
