"""Rejects one after the other stop the partition that they come from: offset kept, STALE, the others go on."""

from monitor.exporting.view import View
from tests.restarting_where_it_stood.lives import TOPICS, World
from tests.trusting_the_data.worlds import (
    IN_A_ROW,
    NOW_MS,
    Rejected,
    assert_stale,
    assert_trusted,
    flood,
    is_exact,
    judged_until,
    place,
    say,
)
from tests.way_of_an_event.story import DAY_MS

HIT = 1
"""The partition that the floods of these tests come to."""


def turn(world: World, times: int = 5) -> View:
    """One life of so many ticks."""
    loop = world.loop()
    for _ in range(times):
        loop.tick()
    loop.close()
    return world.views[-1]


def test_it_stops_at_the_record_that_went_over_the_limit_and_stays_there(world: World) -> None:
    first = flood(world, HIT, 100)
    view = turn(world)
    assert place(view, "inference", HIT).position == first + IN_A_ROW
    assert place(view, "inference", HIT).stopped
    assert place(view, "inference", HIT).end == first + 100


def test_one_reject_less_stops_nothing(world: World) -> None:
    first = flood(world, HIT, IN_A_ROW - 1)
    say(world, HIT, NOW_MS)
    view = turn(world)
    assert place(view, "inference", HIT).position == first + IN_A_ROW
    assert not place(view, "inference", HIT).stopped
    assert_trusted(view)


def test_the_other_partitions_and_the_other_topic_go_on(world: World) -> None:
    flood(world, HIT, 100)
    for partition in range(3):
        say(world, partition, NOW_MS)
    view = turn(world)
    for role, partition in [(role, number) for role in TOPICS for number in range(3)]:
        one = place(view, role, partition)
        is_hit = (role, partition) == ("inference", HIT)
        assert one.stopped == is_hit
        assert (one.position == one.end) != is_hit


def test_nothing_behind_it_is_counted(world: World) -> None:
    before = accepted(turn(world))
    flood(world, HIT, IN_A_ROW)
    say(world, HIT, NOW_MS)
    assert accepted(turn(world)) == before


def test_what_arrives_after_it_stopped_is_not_read(world: World) -> None:
    first = flood(world, HIT, 100)
    loop = world.loop()
    loop.tick()
    say(world, HIT, NOW_MS)
    say(world, 0, NOW_MS)
    assert loop.tick() == 1
    assert loop.tick() == 0
    loop.close()
    assert place(world.views[-1], "inference", HIT).position == first + IN_A_ROW
    assert place(world.views[-1], "inference", HIT).end == first + 101


def accepted(view: View) -> int:
    return sum(topic.results["inference", "accepted"] for topic in view.topics if topic.topic == TOPICS["inference"])


def test_each_reject_is_kept_once_with_where_it_stood_and_why(world: World, rejected: Rejected) -> None:
    first = flood(world, HIT, 100)
    view = turn(world)
    assert rejected.seen == [
        (TOPICS["inference"], HIT, offset, "not_json") for offset in range(first, first + IN_A_ROW)
    ]
    (said,) = [topic for topic in view.topics if topic.topic == TOPICS["inference"]]
    assert said.rejected == {"not_json": IN_A_ROW}


def test_every_verdict_is_stale_and_the_windows_say_so(world: World) -> None:
    flood(world, HIT, 100)
    view = turn(world)
    assert_stale(view, "dead_letters")
    assert not is_exact(view)


def test_a_partition_that_was_stopped_holds_the_watermark_although_it_is_at_its_end(world: World) -> None:
    """Who knows what was in the records that were refused."""
    before = judged_until(turn(world))
    flood(world, HIT, IN_A_ROW)
    view = three_days_on(world, partitions=(0, 2))
    assert place(view, "inference", HIT).position == place(view, "inference", HIT).end
    assert judged_until(view) == before


def test_a_partition_that_is_only_idle_holds_nothing(world: World) -> None:
    before = judged_until(turn(world))
    flood(world, HIT, IN_A_ROW - 1)
    assert judged_until(three_days_on(world, partitions=(0, 2))) == before + 3 * DAY_MS


def three_days_on(world: World, partitions: tuple[int, ...]) -> View:
    """The monitor lives on; these partitions have news."""
    loop = world.loop()
    loop.tick()
    world.clock.ms = world.now_ms = NOW_MS + 3 * DAY_MS
    for partition in partitions:
        say(world, partition, world.now_ms)
    loop.tick()
    loop.tick()
    loop.close()
    return world.views[-1]


def test_a_restart_looks_at_one_record_more_and_stops_again(world: World) -> None:
    first = flood(world, HIT, 100)
    for life in range(4):
        view = turn(world)
        assert place(view, "inference", HIT).position == first + IN_A_ROW + life
        assert place(view, "inference", HIT).stopped
        assert_stale(view, "dead_letters")


def test_a_restart_reads_on_where_the_flood_is_over(world: World) -> None:
    flood(world, HIT, IN_A_ROW)
    turn(world)
    before = accepted(world.views[-1])
    say(world, HIT, NOW_MS)
    view = turn(world)
    assert not place(view, "inference", HIT).stopped
    assert place(view, "inference", HIT).position == place(view, "inference", HIT).end
    assert accepted(view) == before + 1
    assert_stale(view, "dead_letters")


def test_a_flood_of_outcomes_stops_their_topic_alone(world: World) -> None:
    topic = TOPICS["outcome"]
    first = world.log.end((topic, HIT))
    for _ in range(100):
        world.log.append(topic, HIT, NOW_MS, None, b"{}")
    view = turn(world)
    assert place(view, "outcome", HIT).position == first + IN_A_ROW
    assert [one.topic for one in view.partitions if one.stopped] == [topic]
    assert_stale(view, "dead_letters")
