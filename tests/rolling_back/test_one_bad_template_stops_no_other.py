"""What cannot be told apart is not acted on, is told, and keeps no other Deployment from being looked at."""

from dataclasses import replace

from monitor.acting.limits import DAY_MS
from tests.changing_a_real_cluster.worlds import MemoryWorld, pods_of, spec_of
from tests.rolling_back.stories import Story

LARGEST = 2**63 - 1
"""The API takes it as a grace period; JSON readers that know floats alone do not."""


def test_an_integer_that_json_cannot_carry_is_told_and_stops_only_its_own_deployment() -> None:
    world = MemoryWorld()
    story = Story(world)
    huge = pods_of("a")
    world.make("odd", spec_of({**huge, "spec": {**huge["spec"], "terminationGracePeriodSeconds": LARGEST}}))
    story.others = (replace(story.target, model="odd", deployment="odd"),)
    story.serve("a")
    story.begin()
    story.say_good()
    story.cycle()
    story.serve("b")
    story.cycle()
    story.skip(10 * DAY_MS)
    story.say_good()
    story.say()
    story.cycle()
    assert story.serves() == "a"
    (trouble,) = story.controller.troubles()
    assert "/odd: a template of it" in trouble
    assert "terminationGracePeriodSeconds" in trouble


def test_in_the_deployment_itself_nothing_is_decided_until_it_is_gone() -> None:
    world = MemoryWorld()
    story = Story(world)
    story.serve("a")
    story.begin()
    story.say_good()
    story.cycle()
    world.change({"spec": {"template": {"spec": {"terminationGracePeriodSeconds": LARGEST}}}})
    story.say()
    story.cycle(2)
    assert not story.states()
    assert story.controller.troubles()
