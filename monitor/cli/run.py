"""`fairdrift run`: the monitor process. Builds the parts, turns the loop until SIGTERM, closes them in order."""

import gc
import signal
import threading
from pathlib import Path
from types import FrameType

from structlog.typing import FilteringBoundLogger

from monitor import __version__
from monitor.adapters.clock import SystemClock
from monitor.adapters.operate_api import Acknowledgement, OperateApi, Tokens
from monitor.adapters.telemetry import Telemetry
from monitor.adapters.token_files import TokensUnusable, parse
from monitor.cli.exits import Exit, Refused
from monitor.cli.folders import can_hold_files
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
from monitor.exporting.status import status
from monitor.exporting.view import View
from monitor.service.inbox import Inbox
from monitor.service.loop import MonitorLoop, Surroundings
from monitor.settings.sections.http import TokenSettings

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
    where = connection(kafka_settings(settings, settings_path))
    folder = settings.state.dir
    can_hold_files(folder, "state.dir")
    log, clock = logger(), SystemClock()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: _note(stop, _frame))
    board, inbox = Board(clock), Inbox[Acknowledgement]()
    telemetry = Telemetry(settings.http.telemetry, board.metrics, startup=board.started, live=board.live)
    api = OperateApi(settings.http.api, tokens(settings.http.tokens), lambda: status(board.view), inbox.ask)
    try:
        telemetry.start()
        api.start()
    except OSError as error:
        telemetry.stop()
        raise Refused(str(error)) from error

    def publish(view: View) -> None:
        for change in verdict_changes(board.view, view):
            log.info("verdict_changed", **change)
        board.view = view

    rejects = dead_letters(settings, folder, where)
    parts = LoopParts(settings, "as_configured", kafka_sources(where), files_in(folder), rejects)
    try:
        loop = parts.loop(Surroundings(clock, True, publish, None, __version__, settings.content_hash))
        try:
            loop.start()
            board.is_started = True
            ports = {"telemetry": telemetry.port, "api": api.port}
            log.info("started", version=__version__, rebuilds=dict(board.view.rebuilds), **ports)
            gc.freeze()
            _turn(loop, board, inbox, stop, log)
            log.info("stopped")
        finally:
            loop.close()
    finally:
        telemetry.stop()
        api.stop()
    return Exit.GOOD


def tokens(files: TokenSettings) -> Tokens:
    """The tokens, read from their files now. `Refused` for a file that cannot be read or says nothing clear."""
    found: dict[str, str] = {}
    for name in ("read", "operate"):
        path: Path | None = getattr(files, f"{name}_file")
        if path is None:
            continue
        try:
            found[name] = path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise Refused(f"http.tokens.{name}_file: {path}: {error.strerror}") from error
        try:
            parse(found[name], f"http.tokens.{name}_file: {path}")
        except TokensUnusable as error:
            raise Refused(str(error)) from error
    return Tokens(**found)


def _turn(
    loop: MonitorLoop, board: Board, inbox: Inbox[Acknowledgement], stop: threading.Event, log: FilteringBoundLogger
) -> None:
    def acknowledge(asked: Acknowledgement) -> None:
        loop.acknowledge(asked.model, asked.attribute, asked.subgroup, asked.metric)
        stream = {"attribute": asked.attribute, "subgroup": asked.subgroup, "metric": asked.metric}
        log.info("acknowledged", model=asked.model, actor=asked.actor, reason=asked.reason, **stream)

    was_unreachable = False
    while not stop.is_set():
        loop.tick()
        board.tick()
        inbox.answer(acknowledge)
        unreachable = [name for name, feed in loop.feeds.items() if feed.is_unreachable]
        if bool(unreachable) != was_unreachable:
            was_unreachable = bool(unreachable)
            log.warning("source_unreachable", feeds=unreachable) if unreachable else log.info("source_back")
        if unreachable:
            stop.wait(RETRY_SECONDS)


def _note(stop: threading.Event, _frame: FrameType | None) -> None:
    stop.set()
