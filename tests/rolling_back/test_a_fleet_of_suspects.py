"""Many suspects at once are a fault of the data, or of us: nobody is rolled back.

In memory alone: the shipped Role, with which the stories run on the real cluster, names one Deployment.
"""

from dataclasses import replace

from monitor.acting.entries import Kind
from monitor.controller.rules import Target
from tests.changing_a_real_cluster.worlds import MemoryWorld, World, pods_of, spec_of
from tests.rolling_back.hindrance_contract import harmed_from
from tests.rolling_back.stories import Story


def test_t26_when_most_of_the_fleet_is_suspect_nobody_is_rolled_back() -> None:
    world = MemoryWorld()
    story = Story(world)
    others = ("first", "second")
    for name in others:
        world.make(name, spec_of(pods_of("b")))
    targets = [replace(story.target, model=name, deployment=name) for name in others]
    story.others = tuple[Target, ...](targets)
    harmed_from(story)
    for name in others:
        story.say(model=name, pod_template_hashes=_hashes(world, name), rollout=None)
    story.say()
    story.cycle(2)
    assert "G11" in story.refusals()
    assert not story.entries(Kind.INTENT)


def _hashes(world: World, name: str) -> tuple[str, ...]:
    sets = world.cluster.look(world.target, name).replica_sets
    return tuple(one["metadata"]["labels"]["pod-template-hash"] for one in sets)
