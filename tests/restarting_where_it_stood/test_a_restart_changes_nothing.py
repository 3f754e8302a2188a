"""Whatever ends the process, the next one goes on where the last commit stood."""

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.exporting.view import ModelView, View
from tests.restarting_where_it_stood.lives import World
from tests.way_of_an_event.story import DAY_MS, cases

NOW_MS = 1_790_000_000_000


def told(view: View) -> tuple[ModelView, object]:
    """Everything that a view says of people and of records.

    Not since when: a verdict is STALE while a rebuild runs, and how long that is depends on the process.
    """
    (model,) = view.models
    verdicts = tuple(replace(said, since_ms=0, previous=None) for said in model.verdicts)
    topics = [replace(topic, last_arrival_ms={}) for topic in view.topics]
    return replace(model, verdicts=verdicts), (topics, view.partitions)


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path / "state", NOW_MS)
    world.send(cases(NOW_MS))
    return world


def test_many_short_lives_say_what_one_long_life_says(world: World, tmp_path: Path) -> None:
    whole = World(tmp_path / "other", NOW_MS)
    whole.send(cases(NOW_MS))
    once = whole.live()
    for _ in range(7):
        world.live(ticks=1)
    assert told(world.live()) == told(once)
    assert once.models[0].windows, "something was judged"


def test_a_process_that_is_gone_without_closing_loses_nothing(world: World, tmp_path: Path) -> None:
    whole = World(tmp_path / "other", NOW_MS)
    whole.send(cases(NOW_MS))
    loop = world.loop()
    loop.tick()
    loop.tick()
    for shard in loop.feeds["discharge"].shards.values():
        shard.close()
    for judged in loop.models:
        judged.close()
    assert told(world.live()) == told(whole.live())


def test_state_in_the_place_of_another_partition_is_not_believed(world: World) -> None:
    before = world.live()
    files = [world.folder / "discharge" / f"partition-{number}.sqlite" for number in (0, 1)]
    a, b = (file.read_bytes() for file in files)
    files[0].write_bytes(b)
    files[1].write_bytes(a)
    after = world.live()
    assert after.rebuilds == {"corrupt": 2}
    assert told(after) == told(before)


def test_a_log_that_lost_what_was_not_read_is_a_gap_and_flags_the_window(world: World) -> None:
    world.live(ticks=2)
    for number in range(3):
        world.log.delete_before("found", number, world.log.end(("found", number)) - 2)
    after = world.live()
    assert after.rebuilds == {"gap": 3}
    assert [window.exact for window in after.models[0].windows] == [False, False]
    assert {said.verdict.name for said in after.models[0].verdicts} == {"STALE"}


def test_an_alarm_that_was_acknowledged_stays_so(world: World) -> None:
    late = [
        replace(case, label=1, prediction=0) if case.sex == "F" and case.time_ms > NOW_MS - 20 * DAY_MS else case
        for case in cases(NOW_MS)
    ]
    world = World(world.folder.parent / "harmed", NOW_MS)
    world.send(late)

    def verdict(view: View) -> str:
        (found,) = [
            said.verdict.name
            for said in view.models[0].verdicts
            if (said.subgroup, said.metric) == ("female", "false_negative_rate")
        ]
        return found

    assert verdict(world.live()) == "DEGRADED"
    loop = world.loop()
    loop.acknowledge("readmission", "sex", "female", "false_negative_rate")
    assert verdict(world.views[-1]) == "HEALTHY"
    loop.close()
    assert verdict(world.live()) == "HEALTHY"


@pytest.mark.parametrize(
    "stream",
    [
        ("other", "sex", "female", "error_rate"),
        ("readmission", "sex", "nobody", "error_rate"),
        ("readmission", "sex", "female", "selection_rate"),
    ],
)
def test_what_is_not_judged_cannot_be_acknowledged(world: World, stream: tuple[str, str, str, str]) -> None:
    loop = world.loop()
    with pytest.raises(ValueError, match=r"^no "):
        loop.acknowledge(*stream)
    loop.close()
