"""What was never counted flags the windows that it lies in, over restarts, until a whole window lies behind it."""

from collections.abc import Callable

import pytest

from monitor.exporting.view import View
from monitor.judging.verdict import Verdict
from tests.restarting_where_it_stood.lives import TOPICS, World
from tests.trusting_the_data.worlds import (
    IN_A_ROW,
    NOW_MS,
    assert_stale,
    assert_trusted,
    behead,
    flood,
    go_on,
    harmed,
    is_exact,
    judged_until,
    learn,
    reasons,
    say,
    twin,
    verdicts,
)
from tests.way_of_an_event.story import DAY_MS


def miss_by_retention(world: World) -> None:
    """Records are deleted under a monitor that has not read them."""
    loop = world.loop()
    loop.tick()
    for number in range(9):
        learn(world, number % 3, NOW_MS, number)
    for partition in range(3):
        place = (TOPICS["outcome"], partition)
        world.log.delete_before(*place, world.log.end(place) - 1)
    assert loop.tick() == 0
    while loop.tick():
        pass
    loop.close()
    assert world.views[-1].rebuilds == {"gap": 3}


def miss_by_the_cap(world: World) -> None:
    """More ids are held than there is room for."""
    whole = world.settings
    world.settings = whole.replace('dir: "{state}"', 'dir: "{state}", max_pending: 100')
    say(world, 1, NOW_MS)
    world.live()
    world.settings = whole


def miss_by_a_flood(world: World) -> None:
    """A partition was stopped for its rejects; the restart reads on behind them."""
    flood(world, 1, IN_A_ROW)
    world.live()


@pytest.mark.parametrize(
    ("flag", "miss"),
    [
        pytest.param("gap", miss_by_retention, id="records that retention deleted before they were read"),
        pytest.param("evicted", miss_by_the_cap, id="ids that went because too many were held"),
        pytest.param("dead_letters", miss_by_a_flood, id="records refused in a flood"),
    ],
)
def test_it_makes_windows_inexact_and_stale_over_restarts_and_ends(
    flag: str, miss: Callable[[World], None], world: World
) -> None:
    miss(world)
    for view in (world.views[-1], world.live()):
        assert_stale(view, flag)
        assert not is_exact(view)
    week = go_on(world, 7)
    assert_stale(week, flag)
    last = go_on(world, 29)
    assert_trusted(last)
    assert judged_until(last) > NOW_MS + 28 * DAY_MS


def test_a_producer_later_than_stated_flags_and_forbids_but_is_no_reason_to_be_stale(world: World) -> None:
    world.now_ms = NOW_MS + 5 * DAY_MS
    for partition in range(3):
        say(world, partition, world.now_ms)
    world.live()
    for partition in range(3):
        learn(world, partition, NOW_MS + 3 * DAY_MS)
    view = world.live()
    assert "late_after_idle" in reasons(view)
    assert not is_exact(view)
    assert Verdict.STALE not in {said.verdict for said in verdicts(view).values()}


def test_a_pane_that_misses_something_is_no_evidence(world: World) -> None:
    """A monitor that begins on a log without its beginning judges as if the people of that time had not been there."""
    cut_ms = NOW_MS - 60 * DAY_MS
    beheaded, without = twin(world, world.folder / "beheaded"), twin(world, world.folder / "without")
    for partition in range(3):
        behead(beheaded, "outcome", partition, cut_ms)
    view = beheaded.live()
    whole_from_ms = (cut_ms // DAY_MS + 1) * DAY_MS
    without.log.records.clear()
    without.send([case for case in harmed() if case.time_ms >= whole_from_ms])
    assert seen(view) == seen(without.live())


def seen(view: View) -> dict[tuple[str, str], list[tuple[str, int]]]:
    """How many panes each detector has seen of each stream."""
    return {name: [(one.detector, one.panes) for one in said.evidence] for name, said in verdicts(view).items()}


def test_a_log_without_its_beginning_is_a_gap_however_short_the_first_life_was(world: World) -> None:
    beheaded = twin(world, world.folder / "beheaded")
    behead(beheaded, "outcome", 0, NOW_MS - 20 * DAY_MS)
    beheaded.batch = 1
    loop = beheaded.loop()
    assert loop.tick() == 1
    loop.close()
    beheaded.batch = 500
    assert "gap" in reasons(beheaded.live())
