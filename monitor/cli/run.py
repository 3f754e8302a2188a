"""`fairdrift run`: the monitor process. Builds the parts, turns the loop until SIGTERM, closes them in order."""

import gc
import signal
import threading
from pathlib import Path
from types import FrameType

from structlog.typing import FilteringBoundLogger

from monitor import __version__
from monitor.adapters.clock import SystemClock
from monitor.adapters.telemetry import Telemetry
from monitor.cli.exits import Exit, Refused
from monitor.cli.log import logger, verdict_changes
from monitor.cli.parts import (
    LoopParts,
    connection,
    dead_letters,
    files_in,
    kafka_settings,
    kafka_sources,
    load_settings,
)
from monitor.exporting.exposition import render
from monitor.exporting.view import View
from monitor.service.loop import MonitorLoop, Surroundings

RETRY_SECONDS = 1.0
STALLED_MS = 60_000
"""The loop ticks at least every second or so; one that did not for this long is not alive."""


class Board:
    """The newest view, and what the probes say. Written by the loop, read by the HTTP thread; a swap is atomic."""

    def __init__(self, clock: SystemClock) -> None:
        self.view = View(published_ms=clock.now_ms(), version=__version__)
        self.is_started = False
        self._clock = clock
        self._ticked_ms = clock.now_ms()

    def tick(self) -> None:
        """The loop is alive."""
        self._ticked_ms = self._clock.now_ms()

    def metrics(self, accept: str) -> tuple[bytes, str]:
        return render(self.view, accept)

    def live(self) -> tuple[bool, str]:
        """Only the loop's own tick: no dependency may get the process killed."""
        age_ms = self._clock.now_ms() - self._ticked_ms
        return age_ms < STALLED_MS, f"last tick {age_ms / 1_000:.1f} s ago"

    def started(self) -> tuple[bool, str]:
        return self.is_started, "state restored" if self.is_started else "restoring state"


def run_monitor(settings_path: Path) -> int:
    """Run until SIGTERM or SIGINT; gives the exit code."""
    settings = load_settings(settings_path)
    sources = kafka_sources(connection(kafka_settings(settings, settings_path)))
    folder = settings.state.dir
    log, clock = logger(), SystemClock()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: _note(stop, _frame))
    board = Board(clock)
    try:
        telemetry = Telemetry(settings.http.telemetry, board.metrics, startup=board.started, live=board.live)
        telemetry.start()
    except OSError as error:
        raise Refused(str(error)) from error

    def publish(view: View) -> None:
        for change in verdict_changes(board.view, view):
            log.info("verdict_changed", **change)
        board.view = view

    parts = LoopParts(settings, "as_configured", sources, files_in(folder), dead_letters(settings, folder))
    try:
        loop = parts.loop(Surroundings(clock, True, publish, None, __version__, settings.content_hash))
        _turn_until(stop, loop, board, log, telemetry.port)
    finally:
        telemetry.stop()
    return Exit.GOOD


def _turn_until(stop: threading.Event, loop: MonitorLoop, board: Board, log: FilteringBoundLogger, port: int) -> None:
    try:
        loop.start()
        board.is_started = True
        log.info("started", version=__version__, telemetry=port, rebuilds=dict(board.view.rebuilds))
        gc.freeze()
        _turn(loop, board, stop, log)
        log.info("stopped")
    finally:
        loop.close()


def _turn(loop: MonitorLoop, board: Board, stop: threading.Event, log: FilteringBoundLogger) -> None:
    was_unreachable = False
    while not stop.is_set():
        loop.tick()
        board.tick()
        unreachable = [name for name, feed in loop.feeds.items() if feed.is_unreachable]
        if bool(unreachable) != was_unreachable:
            was_unreachable = bool(unreachable)
            log.warning("source_unreachable", feeds=unreachable) if unreachable else log.info("source_back")
        if unreachable:
            stop.wait(RETRY_SECONDS)


def _note(stop: threading.Event, _frame: FrameType | None) -> None:
    stop.set()
