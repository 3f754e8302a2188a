"""The loop in its time: a look every so often, sooner when asked or after a lost race, an end when told or unseated."""

import threading
from collections.abc import Callable

import pytest

from monitor.controller.asked import Look
from monitor.controller.desk import Desk
from monitor.controller.turning import Board, turn
from monitor.ports_acting import AuditUnwritable
from tests.changing_a_real_cluster.worlds import MemoryWorld
from tests.rolling_back.stories import Story


class Waits(Desk):
    """A desk at which waiting passes the time of the cluster in memory, and ends the loop after a while."""

    def __init__(self, world: MemoryWorld, seconds: int, each: Callable[[int], None]) -> None:
        super().__init__()
        self._world, self._left, self._each = world, seconds, each
        self.stop = threading.Event()

    def wait(self, timeout_s: float) -> None:
        self._world.pass_time(1)
        self._left -= 1
        self._each(self._left)
        if self._left == 0:
            self.stop.set()


class Turned:
    """A loop that was turned for so many seconds, and when it looked."""

    def __init__(self, seconds: int, each: Callable[["Turned", int], None] = lambda _turned, _left: None) -> None:
        self.world = MemoryWorld()
        self.story = Story(self.world)
        self.story.serve("a")
        self.story.desk = self.desk = Waits(self.world, seconds, lambda left: each(self, left))
        self.story.begin()
        self.looked_ms: list[int] = []
        self.board = Board(self.story.controller, "hash", self.story.clock)
        self._cycle = self.story.controller.cycle
        self.again_soon, self.error = False, list[Exception]()
        self.story.controller.cycle = self._look  # type: ignore[method-assign]

    def _look(self) -> bool:
        self.looked_ms.append(self.story.clock.now_ms())
        if self.error:
            raise self.error.pop()
        self._cycle()
        return self.again_soon

    def turn(self) -> bool:
        around = self.story.controller._around  # the world as the loop was given it
        return turn(self.story.controller, around, self.board, self.desk.stop)

    def gaps_s(self) -> list[int]:
        pairs = zip(self.looked_ms, self.looked_ms[1:], strict=False)
        return [(later - earlier) // 1_000 for earlier, later in pairs]


def test_it_looks_every_half_minute_and_ends_when_told() -> None:
    turned = Turned(100)
    assert turned.turn() is False
    assert turned.gaps_s() == [30, 30, 30]
    assert turned.board.started()[0]


def test_it_looks_at_once_when_somebody_asks() -> None:
    def asks(turned: Turned, left: int) -> None:
        if left == 90:
            turned.desk.ask(Look(None))

    turned = Turned(100, asks)
    turned.turn()
    assert turned.gaps_s()[0] == 10


def test_it_looks_soon_after_a_lost_race() -> None:
    turned = Turned(10)
    turned.again_soon = True
    turned.turn()
    assert set(turned.gaps_s()) == {2}


def test_between_looks_the_lease_is_renewed() -> None:
    turned = Turned(100)
    turned.turn()
    elector = turned.story.controller._around.elector  # the one it was given
    assert elector is not None
    assert elector.lease().left_ms > 9_000


def test_who_is_unseated_ends() -> None:
    def frozen(turned: Turned, left: int) -> None:
        if left == 80:
            turned.world.pass_time(60)

    turned = Turned(100, frozen)
    assert turned.turn() is True


def test_a_full_log_is_told_and_tried_again() -> None:
    turned = Turned(40)
    turned.error = [AuditUnwritable("the disk is full")]
    turned.turn()
    assert len(turned.looked_ms) == 2
    assert turned.board.started()[0], "the second look came through"


@pytest.mark.parametrize("error", [RuntimeError("a fault of ours")])
def test_a_fault_of_ours_ends_the_process(error: Exception) -> None:
    turned = Turned(40)
    turned.error = [error]
    with pytest.raises(RuntimeError):
        turned.turn()
