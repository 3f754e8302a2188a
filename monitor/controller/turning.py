"""Turns the loop in its time: a look every so often, sooner when somebody asks, the lease in between.

In the way of an event: around steps 11 to 15. Waits; touches nothing else.
"""

import threading
from typing import Final

from monitor.controller.gathering import Surroundings
from monitor.controller.loop import Controller
from monitor.controller.needs import Clocks
from monitor.controller.shown import shown
from monitor.exporting.samples_of_control import ControlView
from monitor.ports_acting import AuditUnwritable

SLICE_S: Final = 0.5
"""So long at most until a stop is seen."""

SOON_MS: Final = 2_000
"""After a lost race: long enough for the other one's write to settle, and told apart by when each process began."""


class Board:
    """The newest view, and what the probes say. Written by the loop, read by the server's threads; a swap is atomic."""

    def __init__(self, controller: Controller, config_hash: str, clocks: Clocks) -> None:
        self._controller, self._config_hash, self._clocks = controller, config_hash, clocks
        self._cycled_ms: int | None = None
        self._turned_ms = clocks.steady_ms()
        self._troubles: list[str] = ["no cycle came through yet"]
        self.view: ControlView = self._shown()

    def turned(self) -> None:
        """The loop is alive."""
        self._turned_ms = self._clocks.steady_ms()

    def cycled(self, *, is_whole: bool) -> None:
        """A cycle has ended; `is_whole`: came through."""
        if is_whole:
            self._cycled_ms = self._clocks.now_ms()
        self._troubles = self._controller.troubles()
        self.view = self._shown()

    def started(self) -> tuple[bool, str]:
        """Whether a cycle ever came through."""
        return self._cycled_ms is not None, "looked" if self._cycled_ms is not None else "no cycle came through yet"

    def live(self, stalled_ms: int) -> tuple[bool, str]:
        """Only the loop's own turns: no dependency may get the process killed."""
        age_ms = self._clocks.steady_ms() - self._turned_ms
        return age_ms < stalled_ms, f"last turn {age_ms / 1_000:.1f} s ago"

    def ready(self) -> tuple[bool, str]:
        """Whether it could act."""
        return not self._troubles, "; ".join(self._troubles) or "lease, cluster, audit log and feed are there"

    def _shown(self) -> ControlView:
        return shown(self._controller, self._config_hash, self._cycled_ms, self._clocks.now_ms())


def turn(controller: Controller, around: Surroundings, board: Board, stop: threading.Event) -> bool:
    """Turn the loop until `stop` is set, or the lease is lost: whether it is that.

    A log that takes no entry stops everything but trying again.
    """
    clocks, next_ms = around.clocks, around.clocks.steady_ms()
    while not stop.is_set():
        if around.elector is not None and around.elector.is_lost:
            return True
        board.turned()
        try:
            controller.lead()
            is_asked = controller.answer()
            if is_asked or clocks.steady_ms() >= next_ms:
                soon = controller.cycle()
                next_ms = clocks.steady_ms() + (SOON_MS if soon else controller.rules.every_ms)
                board.cycled(is_whole=True)
        except AuditUnwritable as error:
            around.line("audit_unwritable", reason=str(error))
            next_ms = clocks.steady_ms() + controller.rules.every_ms
            board.cycled(is_whole=False)
        around.desk.wait(SLICE_S)
    return False
