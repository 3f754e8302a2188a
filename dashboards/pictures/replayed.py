"""A monitor that lives through a seeded stream while a clock of its own follows the events.

Beside the way of an event: pictures and tests of the boards take their data here. The demo's parts: embedded broker,
real consumer, counting, judging. Starts the broker inside the process; touches nothing else.
"""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import groupby

import msgspec

from monitor import __version__
from monitor.adapters.embedded_broker import EmbeddedBroker
from monitor.adapters.kafka_connection import KafkaConnection
from monitor.cli.demo import BROKER_API
from monitor.cli.parts import LoopParts, drop, in_memory, kafka_sources
from monitor.exporting.view import View
from monitor.service.loop import MonitorLoop, Pace, Surroundings
from monitor.settings.load import parse
from monitor.simulating.faults import Arrival
from monitor.simulating.generator import arrivals
from monitor.simulating.scenario import DAY_MS, Scenario
from monitor.simulating.settings_text import settings_text

FOREVER_MS = 10**15
TOLD = 0.9
"""Share of the flagged for whom an explanation is stored; of the others it is half."""


class EventClock:
    """A clock that stands where it is put."""

    def __init__(self, now_ms: int) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        return self._now_ms

    def put(self, now_ms: int) -> None:
        self._now_ms = now_ms


def views(scenario: Scenario, every_ms: int, silent_days: int = 0) -> Iterator[View]:
    """What the monitor says after each `every_ms` of the stream; `View.published_ms` is that moment.

    Parameters
    ----------
    silent_days
        How long nothing more comes after the end of the stream, while the clock goes on.
    """
    text = settings_text(scenario).replace("topic: ", f"topic: {scenario.model}.")
    settings = parse(text, f"the settings of {scenario.name}")
    (feed,) = settings.feeds.values()
    topics = {"inference": feed.inference.topic, "outcome": feed.outcome.topic}
    clock, seen = EventClock(scenario.start_ms), list[View]()
    with ExitStack() as running:
        broker = EmbeddedBroker(list(topics.values()))
        running.callback(broker.close)
        where = KafkaConnection((broker.bootstrap,), "PLAINTEXT", api_version=BROKER_API)
        rejects = dict.fromkeys(settings.feeds, drop)
        parts = LoopParts(settings, "as_configured", kafka_sources(where), in_memory, rejects)
        around = Surroundings(clock, True, seen.append, None, __version__, settings.content_hash)
        loop = parts.loop(around, Pace(poll_ms=20, max_records=20_000, publish_every_ms=FOREVER_MS))
        running.callback(loop.close)
        loop.start()
        slots = {slot: list(found) for slot, found in groupby(arrivals(scenario), lambda one: one.time_ms // every_ms)}
        first = scenario.start_ms // every_ms
        for slot in range(first, first + (scenario.days + silent_days) * DAY_MS // every_ms):
            clock.put((slot + 1) * every_ms)
            for arrival in slots.get(slot, ()):
                broker.produce(topics[arrival.role], _key(arrival), _explained(arrival.value), arrival.time_ms)
            broker.flush()
            _take(loop, len(slots.get(slot, ())))
            yield seen[-1]


def _take(loop: MonitorLoop, sent: int) -> None:
    while sent > 0:
        sent -= loop.tick()
    loop.tick()
    loop.publish()


def _key(arrival: Arrival) -> bytes:
    return arrival.key if isinstance(arrival.key, bytes) else arrival.key.encode()


def _explained(value: bytes) -> bytes:
    """The same record, saying whether an explanation is stored; what cannot be read goes on as it is."""
    try:
        body = msgspec.json.decode(value)
        flagged = body["prediction"] == 1
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError):
        return value
    share = hashlib.sha256(value).digest()[0] / 256
    return msgspec.json.encode({**body, "explained": share < (TOLD if flagged else 0.5)})
