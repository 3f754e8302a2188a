"""A rollout is read from the inferences alone: who begins to serve, whom it follows, and whether both serve at once."""

import msgspec
import numpy as np
import pytest

from monitor.counting.ripe import LABEL_FREE, RipeCells
from monitor.judging import rollout
from monitor.judging.rollout import Rollout, Rollouts
from monitor.judging.rules import DAY_MS

HOUR_MS = DAY_MS // 24


def pane(number: int, inferences: dict[str, int], pane_ms: int = DAY_MS) -> RipeCells:
    """The label-free cells of one pane; a dot in a name cannot be a keyword."""
    n = np.array(list(inferences.values()), np.int64)
    start_ms, free, zero = (np.full(len(n), one) for one in (number * pane_ms, LABEL_FREE, 0))
    return RipeCells(tuple(inferences), np.arange(len(n)), start_ms, free, zero, zero + 1, free, n)


def run(panes: dict[int, dict[str, int]], pane_ms: int = DAY_MS) -> tuple[Rollouts, list[Rollout]]:
    """All rollouts, as they were first known."""
    rollouts = Rollouts(pane_ms)
    found: list[Rollout] = []
    for number, inferences in sorted(panes.items()):
        found += rollouts.take(pane(number, inferences, pane_ms))
    return rollouts, found


def seen(panes: dict[int, dict[str, int]]) -> list[tuple[str, str | None, int]]:
    return [(one.revision, one.former, one.start_ms // DAY_MS) for one in run(panes)[1]]


STABLE = {day: {"r1": 100} for day in range(40)}


@pytest.mark.parametrize(
    ("panes", "wanted"),
    [
        pytest.param(STABLE, [], id="what serves when watching begins was not rolled out"),
        pytest.param(STABLE | {40: {"r2": 100}}, [("r2", "r1", 40)], id="a revision that never served is a rollout"),
        pytest.param(
            STABLE | {40: {"r1": 95, "r2": 5}, 41: {"r1": 95, "r2": 5}}, [("r2", "r1", 40)], id="a canary is one, too"
        ),
        pytest.param(
            STABLE | {40: {"r1": 90, "r2": 5, "r3": 5}},
            [("r2", "r1", 40), ("r3", "r1", 40)],
            id="two rollouts in one pane follow the same revision",
        ),
        pytest.param(
            STABLE | {40: {"r2": 100}, 41: {"r2": 100}, 42: {"r1": 100}},
            [("r2", "r1", 40)],
            id="a revision that is back within seven days is no new rollout",
        ),
        pytest.param(
            {day: {"r1": 100} for day in range(10)} | {day: {"r2": 100} for day in range(10, 17)} | {17: {"r1": 100}},
            [("r2", "r1", 10), ("r1", "r2", 17)],
            id="one that was away for seven days is rolled out again, and follows who served meanwhile",
        ),
        pytest.param(
            {day: {"r1": 100} for day in range(10)} | {day: {"r2": 100} for day in range(10, 16)} | {16: {"r1": 100}},
            [("r2", "r1", 10)],
            id="and one that was away for six days is not",
        ),
        pytest.param(
            STABLE | {40: {"r1": 100, "r2.shadow": 100}}, [], id="shadow traffic serves nobody: it is no rollout"
        ),
        pytest.param(
            STABLE | {40: {"r1": 100, "r2.shadow": 900}, 41: {"r3": 100}},
            [("r3", "r1", 41)],
            id="and nobody follows a shadow",
        ),
        pytest.param(
            {day: {"r1": 100, "r2": 60} for day in range(20)} | {20: {"r3": 100}},
            [("r3", "r1", 20)],
            id="of two revisions it follows the one with more inferences",
        ),
        pytest.param(
            {0: {"r1": 99_000}} | {day: {"r2": 10} for day in range(1, 29)} | {29: {"r3": 100}},
            [("r2", "r1", 1), ("r3", "r2", 29)],
            id="inferences of more than 28 days ago do not count",
        ),
        pytest.param(
            {0: {"r1": 100}, 60: {"r2": 100}}, [("r2", None, 60)], id="after a long silence there is nobody to follow"
        ),
    ],
)
def test_a_rollout_is_the_first_pane_in_which_a_revision_serves(
    panes: dict[int, dict[str, int]], wanted: list[tuple[str, str | None, int]]
) -> None:
    assert seen(panes) == wanted


@pytest.mark.parametrize(
    ("later", "is_shared"),
    [
        pytest.param({41: {"r1": 5, "r2": 95}}, True, id="5 % of the first whole pane are enough"),
        pytest.param({41: {"r1": 4, "r2": 95}}, False, id="less is not"),
        pytest.param({41: {"r2": 100}, 42: {"r1": 50, "r2": 50}}, False, id="later panes do not count"),
        pytest.param({43: {"r1": 50, "r2": 50}}, True, id="a pane without inferences says nothing: the next one does"),
        pytest.param({}, None, id="before that nobody knows"),
    ],
)
def test_both_are_compared_at_once_if_the_former_revision_still_serves(
    later: dict[int, dict[str, int]], is_shared: bool | None
) -> None:
    # The rollout's own pane does not count: the former revision served in it before the rollout.
    rollouts, _ = run(STABLE | {40: {"r1": 60, "r2": 40}} | later)
    known = rollouts.of("r2")
    assert known is not None
    assert known.is_shared is is_shared


def test_the_same_holds_with_hourly_panes() -> None:
    hours = {hour: {"r1": 5} for hour in range(24 * 30)}
    _, found = run(hours | {24 * 30 + 5: {"r2": 5}}, HOUR_MS)
    assert found == [Rollout("r2", "r1", (24 * 30 + 5) * HOUR_MS)]


def test_labels_show_no_rollout() -> None:
    rollouts = Rollouts(DAY_MS)
    rollouts.take(pane(0, {"r1": 100}))
    one = np.array([1])
    late = RipeCells(("r2",), np.array([0]), one * DAY_MS, np.array([3]), one, one, one, one)
    assert rollouts.take(late) == ()


def test_a_forgotten_rollout_is_gone() -> None:
    rollouts, _ = run(STABLE | {40: {"r2": 100}})
    rollouts.forget("r2")
    rollouts.forget("never seen")
    assert rollouts.of("r2") is None


def test_a_restart_at_any_pane_sees_the_same() -> None:
    rng = np.random.default_rng(1)
    panes = {day: {f"r{r}": int(rng.integers(1, 50)) for r in range(4) if rng.random() < 0.15} for day in range(200)}
    straight, wanted = run(panes)
    rollouts = Rollouts(DAY_MS)
    found: list[Rollout] = []
    for day, inferences in panes.items():
        found += rollouts.take(pane(day, inferences))
        stored = msgspec.msgpack.decode(msgspec.msgpack.encode(rollouts.stored()), type=rollout.Stored)
        rollouts = Rollouts(DAY_MS)
        rollouts.restore(stored)
    assert found == wanted
    assert len(found) > 10
    assert rollouts.stored() == straight.stored()
