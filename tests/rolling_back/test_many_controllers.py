"""T24: several controllers with a log each, clocks that are off, freezes past the lease: one patch a round."""

import os
import random
import threading
from collections import Counter
from copy import copy
from functools import partial

import pytest

from monitor.acting.audit.verify import verify
from monitor.acting.entries import Kind
from monitor.acting.limits import DAY_MS
from tests.acting_safely.logs import TRUST
from tests.changing_a_real_cluster.cluster_contract import settled
from tests.changing_a_real_cluster.worlds import MemoryWorld, RealWorld, World
from tests.parts.kubernetes.control_plane import ControlPlane
from tests.rolling_back.spied import SpiedCluster
from tests.rolling_back.stories import Story
from tests.rolling_back.turns import Turns

ROUNDS = 200
REAL_ROUNDS = int(os.environ.get("FAIRDRIFT_RACES", "10"))
CYCLES = 60


def rivals(world: World, first: Story, skews_ms: list[int], title: str = "pod") -> list[tuple[Story, SpiedCluster]]:
    """Controllers that know nothing of each other; all hear the same monitor."""
    made = []
    for number, skew_ms in enumerate(skews_ms):
        story = Story(world)
        story.feed.records = first.feed.records
        story.clock = copy(first.clock)
        story.clock.skew_ms = skew_ms
        spied = SpiedCluster(world.open() if isinstance(world, RealWorld) else world.cluster)
        story.cluster = spied
        story.begin(f"{title}-{number}")
        made.append((story, spied))
    return made


def round_in_memory(seed: int, count: int) -> int:
    """One round; how many tried to patch."""
    chance = random.Random(seed)
    world = MemoryWorld()
    first = Story(world)
    first.serve("a")
    first.serve("b")
    first.skip(10 * DAY_MS)
    first.rollout_ms["b"] = first.clock.now_ms() - 10 * DAY_MS
    first.say_good()
    first.say()
    before = first.generation()

    def has_patch_in_hand(name: str) -> bool:
        return made[int(name.removeprefix("pod-"))][1].asked[-1:] == ["patch"]

    def between(chance: random.Random) -> None:
        world.pass_time(chance.choice((0, 1, 2)) / count)

    turns = Turns(seed, between, lambda name: 0.01 if has_patch_in_hand(name) else 1.0)
    made = rivals(world, first, [chance.randrange(-20_000, 20_000) for _ in range(count)])
    for _, spied in made:
        spied.around = lambda _word, is_over: None if is_over else turns.here()

    def job(story: Story) -> None:
        for _ in range(CYCLES):
            story.cycle()
            if first.generation() > before:
                break
        story.cycle()

    turns.run({f"pod-{number}": partial(job, story) for number, (story, _) in enumerate(made)})
    for _ in range(20):  # who leads in the end must have got there, however the turns fell
        if first.serves() == "a":
            break
        world.pass_time(6)
        for story, _ in made:
            story.cycle()
    assert first.generation() == before + 1, f"seed {seed}: {[spied.asked.count('patch') for _, spied in made]}"
    assert first.serves() == "a"
    assert sum(len(spied.patched) for _, spied in made) == 1
    for story, _ in made:
        assert verify(story.log.lines, (), (), TRUST).findings == ()
    return sum(spied.asked.count("patch") > 0 for _, spied in made)


@pytest.mark.parametrize("count", [2, 5])
def test_t24_in_two_hundred_rounds_of_racing_controllers_each_gives_one_patch(count: int) -> None:
    tried = Counter(round_in_memory(seed, count) for seed in range(ROUNDS // 2))
    races = sum(times for several, times in tried.items() if several > 1)
    assert races > ROUNDS / 20, f"hardly ever did two try: {tried}"


@pytest.mark.parametrize("count", [2, 5])
def test_t24_on_the_real_server_racing_controllers_give_one_patch_a_round(kubernetes: ControlPlane, count: int) -> None:
    world = RealWorld(kubernetes)
    first = Story(world)
    first.serve("a")
    for number in range(REAL_ROUNDS):
        first.serve("b")
        first.skip(10 * DAY_MS)
        first.feed.records.clear()
        first.say_good()
        first.say(rollout=None)
        before = first.generation()
        made = rivals(world, first, [1_000 * (one - 2) for one in range(count)], f"round-{number}")
        start = threading.Barrier(count)

        def race(story: Story, start: threading.Barrier = start) -> None:
            start.wait(10)
            for _ in range(3):
                story.cycle()

        threads = [threading.Thread(target=race, args=(story,)) for story, _ in made]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        for story, spied in made:
            story.controller.stop()
            spied.close()
        settled(world)
        assert first.serves() == "a"
        assert first.generation() == before + 1
        assert sum(len(spied.patched) for _, spied in made) == 1
        assert sum(len(story.entries(Kind.PATCHED)) for story, _ in made) == 1
