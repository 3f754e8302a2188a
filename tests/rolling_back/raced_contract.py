"""Somebody writes between our read and our patch. A subclass gives the fixture `world`."""

from collections.abc import Callable

from monitor.acting.limits import DAY_MS
from monitor.acting.policy import State
from tests.changing_a_real_cluster.cluster_contract import settled
from tests.changing_a_real_cluster.worlds import World, pods_of
from tests.rolling_back.spied import SpiedCluster
from tests.rolling_back.stories import Story, harmed


def raced(world: World, write: Callable[[int], None], times: int) -> tuple[Story, SpiedCluster]:
    """A rollback, just before whose patch somebody writes, so many times."""
    story, spied = harmed(world), SpiedCluster(world.cluster)
    story.cluster = spied
    story.begin()

    def around(word: str, is_over: bool) -> None:  # the form of `Around`
        if word == "patch" and not is_over and spied.asked.count("patch") <= times:
            write(spied.asked.count("patch"))

    spied.around = around
    story.say()
    return story, spied


class RacedContract:
    """Preconditions hold, guards are asked again, tries are few."""

    def test_t10_a_template_that_changed_before_the_patch_is_not_overwritten(self, world: World) -> None:
        story, spied = raced(world, lambda _: _put(world, "c"), 1)
        story.cycle(3)
        assert story.serves() == "c"
        assert not spied.patched
        assert story.states()[-2:] == [State.RESOLVED, State.OBSERVING]

    def test_t10_the_same_model_in_another_template_makes_another_plan(self, world: World) -> None:
        note = {"metadata": {"annotations": {"wards.example/contact": "seven"}}}
        story, spied = raced(world, lambda _: _change(world, {"spec": {"template": note}}), 1)
        story.cycle()
        settled(world)  # the loop, too, waits a little after a lost race
        story.cycle()
        assert story.serves() == "a"
        assert len(spied.patched) == 1
        plans = [entry.plan for entry in story.entries() if entry.state is State.EXECUTING]
        assert len(set(plans)) == 2

    def test_t11_writes_beside_the_template_cost_tries_and_no_more(self, world: World) -> None:
        story, spied = raced(world, lambda number: _change(world, {"metadata": {"labels": {"n": str(number)}}}), 2)
        story.cycle(3)
        assert story.serves() == "a"
        assert (spied.asked.count("patch"), len(spied.patched)) == (3, 1)

    def test_t11_one_who_never_stops_writing_is_given_way_to(self, world: World) -> None:
        story, spied = raced(world, lambda number: _change(world, {"metadata": {"labels": {"n": str(number)}}}), 99)
        story.cycle(6)
        assert story.serves() == "b"
        assert spied.asked.count("patch") == 3
        assert story.state() is State.ESCALATED

    def test_t9_a_template_comes_back_as_it_was_whatever_a_client_knows_of_it(self, world: World) -> None:
        story = Story(world)
        story.serve("a")
        more = {"setHostnameAsFQDN": False, "enableServiceLinks": False, "terminationGracePeriodSeconds": 7}
        world.change({"spec": {"template": {"spec": more}}})
        template = settled(world)["spec"]["template"]
        story.begin()
        story.say_good()
        story.cycle()
        bad = pods_of("b")
        world.change({"spec": {"template": {**bad, "spec": {**bad["spec"], **dict.fromkeys(more)}}}})
        story.rollout_ms["b"] = story.clock.now_ms()
        settled(world)
        story.cycle()
        story.skip(10 * DAY_MS)
        story.say_good()
        story.say()
        story.cycle()
        assert story.deployment()["spec"]["template"] == template


def _put(world: World, letter: str) -> None:
    _change(world, {"spec": {"template": pods_of(letter)}})


def _change(world: World, change: dict[str, object]) -> None:
    world.change(change)
