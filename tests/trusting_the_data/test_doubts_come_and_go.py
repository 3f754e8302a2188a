"""What makes verdicts STALE while it lasts: it never resolves an alarm, and it ends."""

from tests.restarting_where_it_stood.lives import World
from tests.trusting_the_data.worlds import (
    ALARM,
    HOUR_MS,
    NOW_MS,
    Network,
    assert_stale,
    assert_trusted,
    flood,
    is_exact,
    learn,
    reasons,
    say,
    verdicts,
)
from tests.way_of_an_event.story import DAY_MS

MINUTE_MS = 60_000


def test_a_log_that_cannot_be_reached_makes_every_verdict_stale(world: World, network: Network) -> None:
    loop = world.loop()
    loop.tick()
    assert_trusted(world.views[-1])
    network.is_cut = True
    assert loop.tick() == 0
    assert_stale(world.views[-1], "source_unreachable")
    network.is_cut = False
    loop.tick()
    assert_trusted(world.views[-1])
    loop.close()


def test_nothing_is_lost_while_the_log_cannot_be_reached(world: World, network: Network) -> None:
    loop = world.loop()
    network.is_cut = True
    say(world, 0, NOW_MS)
    loop.tick()
    network.is_cut = False
    assert loop.tick() == 1
    loop.close()


def test_records_that_came_before_an_outage_are_stored_when_it_ends(world: World, network: Network) -> None:
    say(world, 0, NOW_MS)
    loop = world.loop()
    network.is_cut_after_records = True
    loop.tick()
    network.is_cut_after_records = False
    assert loop.tick() == 0, "they were read once"
    loop.close()
    loop = world.loop()
    assert loop.tick() == 0, "they were stored"
    loop.close()


def test_records_that_wait_longer_than_the_limit_are_a_lag(world: World) -> None:
    world.batch = 30
    for number in range(40):
        say(world, 0, NOW_MS + MINUTE_MS, number)
    world.now_ms = NOW_MS + 32 * MINUTE_MS
    loop = world.loop()
    loop.tick()
    assert_stale(world.views[-1], "lag")
    loop.tick()
    assert_trusted(world.views[-1])
    loop.close()


def test_a_short_wait_is_no_lag_nor_is_an_old_log_that_was_read_to_its_end(world: World) -> None:
    world.batch = 30
    for number in range(40):
        say(world, 0, NOW_MS + MINUTE_MS, number)
    world.now_ms = NOW_MS + 31 * MINUTE_MS
    loop = world.loop()
    loop.tick()
    assert_trusted(world.views[-1])
    loop.tick()
    loop.close()
    world.now_ms = NOW_MS + HOUR_MS
    assert_trusted(world.live())


def test_inferences_that_stop_are_noticed_by_their_age(world: World) -> None:
    loop = world.loop()
    world.clock.ms = NOW_MS + 3 * HOUR_MS
    loop.tick()
    assert_stale(world.views[-1], "inferences_old")
    assert "outcomes_old" not in reasons(world.views[-1])
    assert is_exact(world.views[-1]), "what was counted is right, only old"
    say(world, 0, world.clock.ms)
    loop.tick()
    assert_trusted(world.views[-1])
    loop.close()


def test_outcomes_that_stop_are_noticed_by_their_age(world: World) -> None:
    loop = world.loop()
    world.clock.ms = NOW_MS + 4 * DAY_MS
    for partition in range(3):
        say(world, partition, world.clock.ms)
    loop.tick()
    assert_stale(world.views[-1], "outcomes_old")
    assert "inferences_old" not in reasons(world.views[-1])
    for partition in range(3):
        learn(world, partition, world.clock.ms)
    loop.tick()
    assert_trusted(world.views[-1])
    loop.close()


def test_while_counts_are_rebuilt_every_verdict_is_stale(world: World) -> None:
    for number in range(3):
        (world.folder / "discharge" / f"partition-{number}.sqlite").write_bytes(b"torn")
    loop = world.loop()
    looks = 0
    while loop.tick() and loop.feeds["discharge"].lag_records():
        assert_stale(world.views[-1], "rebuilding")
        assert not is_exact(world.views[-1])
        looks += 1
    assert looks > 5
    assert_trusted(world.views[-1])
    assert world.views[-1].rebuilds == {"corrupt": 3}
    loop.close()


def test_one_partition_that_is_rebuilt_is_enough(world: World) -> None:
    (world.folder / "discharge" / "partition-1.sqlite").unlink()
    loop = world.loop()
    loop.tick()
    assert_stale(world.views[-1], "rebuilding")
    while loop.tick():
        pass
    assert_trusted(world.views[-1])
    loop.close()


def test_a_restart_amid_a_rebuild_is_still_a_rebuild(world: World) -> None:
    (world.folder / "discharge" / "partition-1.sqlite").unlink()
    loop = world.loop()
    loop.tick()
    loop.close()
    loop = world.loop()
    loop.tick()
    view, waiting = world.views[-1], loop.feeds["discharge"].lag_records()
    loop.close()
    assert waiting
    assert_stale(view, "rebuilding")
    assert_trusted(world.live())


def test_a_doubt_hides_nothing_that_was_already_said(world: World, network: Network) -> None:
    """Evidence, reference and the time of the last judged pane stay as they were."""
    before = verdicts(world.live())
    loop = world.loop()
    network.is_cut = True
    loop.tick()
    after = verdicts(world.views[-1])
    loop.close()
    assert {name: (said.evidence, said.reference) for name, said in after.items()} == {
        name: (said.evidence, said.reference) for name, said in before.items()
    }
    assert after[ALARM].since_ms == before[ALARM].since_ms


def test_a_few_rejects_are_no_data_state(world: World) -> None:
    flood(world, 0, 5)
    assert_trusted(world.live())
