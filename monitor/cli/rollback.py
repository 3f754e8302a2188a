"""`fairdrift rollback`: the rollback process. Builds the parts, turns the loop until SIGTERM, closes them in order."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, Final

from structlog.typing import FilteringBoundLogger

from monitor.adapters.clock import SystemClock
from monitor.adapters.kubernetes.cluster import KubernetesCluster
from monitor.adapters.kubernetes.connection import open_client
from monitor.adapters.telemetry import Telemetry
from monitor.adapters.template_copies import FOLDER, TemplateCopies
from monitor.adapters.verdict_feed import HttpVerdictFeed
from monitor.cli.acting import rules_of
from monitor.cli.audit.opening import open_trail
from monitor.cli.control import control, silences
from monitor.cli.exits import Exit, Refused
from monitor.cli.log import logger
from monitor.cli.parts import load_settings
from monitor.controller.desk import Desk
from monitor.controller.elector import Elector
from monitor.controller.gathering import Surroundings
from monitor.controller.incidents_shown import incidents_shown
from monitor.controller.loop import Controller
from monitor.controller.rules import MODES, Rules
from monitor.controller.trail import Trail, TrailBroken
from monitor.controller.turning import Board, turn
from monitor.exporting.samples_of_control import render_control
from monitor.ports_acting import AuditUnwritable
from monitor.ports_cluster import Cluster, ClusterRefused
from monitor.settings.model import Settings
from monitor.settings.sections.controller import ControllerSettings

STALLED_MS: Final = 120_000
"""A cycle asks several servers, each with a time-out of seconds; one that takes longer than this hangs."""


class SystemClocks(SystemClock):
    """The clocks of this machine."""

    def steady_ms(self) -> int:
        """Milliseconds since some moment; it never jumps."""
        return time.monotonic_ns() // 1_000_000


def run_rollback(settings_path: Path, highest: str) -> int:
    """Run until SIGTERM or SIGINT; gives the exit code. The mode `highest` can only lower those of the settings."""
    mode = next((one for one in MODES if one == highest), None)
    if mode is None:
        raise Refused(f"--mode {highest}: no such mode; one of {', '.join(MODES)}")
    settings = load_settings(settings_path)
    rules = rules_of(settings, os.environ.get("POD_NAME") or socket.gethostname(), mode)
    log, stop = logger(), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: _note(stop, _frame))
    try:
        trail = open_trail(settings.audit)
    except (AuditUnwritable, TrailBroken) as error:
        raise Refused(f"audit.dir: {error}") from error
    try:
        if rules.writes and not trail.is_begun:
            rules = rules_of(settings, rules.instance, "shadow")
            log.warning("only_watching", reason="nobody has begun this audit log: fairdrift audit start --reason ...")
        return _run(settings, rules, trail, log, stop)
    finally:
        trail.close()


def _run(settings: Settings, rules: Rules, trail: Trail, log: FilteringBoundLogger, stop: threading.Event) -> int:
    assert settings.controller is not None  # `rules_of` refuses without one
    clocks, desk = SystemClocks(), Desk()
    cluster = _cluster(settings.controller, rules)
    where = rules.home, rules.lease
    elector = Elector(cluster, where, rules.instance, clocks) if rules.writes else None
    try:
        copies = TemplateCopies(settings.audit.dir / FOLDER)
    except AuditUnwritable as error:
        raise Refused(f"audit.dir: {error}") from error
    around = Surroundings(
        cluster=cluster,
        feed=_feed(settings.controller),
        silences=silences(settings),
        log=trail,
        copies=copies,
        clocks=clocks,
        desk=desk,
        elector=elector,
        is_killed=_kill_switch(settings.controller.kill_switch_file),
        line=log.info,
    )
    controller = Controller(rules, around)
    board = Board(controller, settings.content_hash, clocks)
    modes = {target.model: target.mode for target in rules.targets}

    def incidents() -> dict[str, Any]:
        return incidents_shown(list(trail.entries), modes, clocks.now_ms())

    people = control(settings, desk, incidents, clocks.now_ms)
    telemetry = Telemetry(
        settings.http.telemetry,
        lambda accept: render_control(board.view, accept),
        startup=board.started,
        live=lambda: board.live(STALLED_MS),
        ready=board.ready,
    )
    try:
        telemetry.start()
    except OSError as error:
        raise Refused(str(error)) from error
    try:
        people.start()
        controller.start()
        log.info("started", version=rules.version, telemetry=telemetry.port, api=people.api.port)
        is_lost = turn(controller, around, board, stop)
        controller.stop()
        log.info("stopped", reason="the lease is lost" if is_lost else "asked to")
    except AuditUnwritable as error:
        raise Refused(f"audit.dir: {error}") from error
    finally:
        people.stop()
        telemetry.stop()
        cluster.close()
    return Exit.UNREACHABLE if is_lost else Exit.GOOD


def _cluster(controller: ControllerSettings, rules: Rules) -> Cluster:
    try:
        return KubernetesCluster(open_client(controller.kubeconfig), rules.instance)
    except ClusterRefused as error:
        raise Refused(f"controller.kubeconfig: {error}") from error


def _feed(controller: ControllerSettings) -> HttpVerdictFeed:
    try:
        return HttpVerdictFeed(controller.feed, controller.token_file, controller.ca_file)
    except (OSError, ValueError) as error:
        raise Refused(f"controller.feed: {error}") from error


def _kill_switch(path: Path | None) -> Callable[[], bool | None]:
    """Whether the file is there; None where that cannot be said."""

    def is_killed() -> bool | None:
        if path is None:
            return False
        try:
            path.lstat()
        except FileNotFoundError:
            return False
        except OSError:
            return None
        return True

    return is_killed


def _note(stop: threading.Event, _frame: FrameType | None) -> None:
    stop.set()
