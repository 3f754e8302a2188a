"""The registry says what the log says, whoever changes it; condemned first, then planned."""

import json

import pytest

from monitor.acting.entries import Kind as EntryKind
from monitor.acting.limits import DAY_MS
from monitor.acting.policy import State
from monitor.controller.registry import key_of
from monitor.ports_cluster import ClusterGone, ClusterUnreachable, Json, Kind
from tests.acting_safely.worlds import m_of, sha
from tests.changing_a_real_cluster.rights import REGISTRY
from tests.changing_a_real_cluster.worlds import MemoryWorld, RealWorld, World
from tests.parts.kubernetes.control_plane import ControlPlane
from tests.rolling_back.spied import SpiedCluster
from tests.rolling_back.stories import Story, harmed
from tests.rolling_back.story_contract import POPULATION


def kept(world: World, **target: object) -> Story:
    story = harmed(world, **target)
    story.keeps_registry = True
    story.begin()
    return story


def data(story: Story) -> dict[str, str]:
    found: Json = story.world.cluster.read(Kind.CONFIG_MAP, story.world.home, REGISTRY)
    return dict(found["data"])


class RegistryContract:
    """On either cluster."""

    def test_it_names_the_proven_and_the_condemned_with_their_digests(self, world: World) -> None:
        story = kept(world)
        story.cycle()
        proven = json.loads(data(story)[key_of(m_of("a"))])
        assert (proven["state"], proven["model"], proven["images"]) == ("proven", sha("a"), [sha("a")])
        story.say()
        story.cycle()
        condemned = json.loads(data(story)[key_of(m_of("b"))])
        assert (condemned["state"], condemned["incident"]) == ("condemned", story.incident().id)

    def test_one_that_somebody_emptied_is_written_again(self, world: World) -> None:
        story = kept(world)
        story.cycle()
        before = data(story)
        found = world.cluster.read(Kind.CONFIG_MAP, world.home, REGISTRY)
        world.cluster.replace(Kind.CONFIG_MAP, world.home, {**found, "data": {}})
        story.cycle()
        assert data(story) == before


class TestInMemory(RegistryContract):
    """`MemoryCluster`."""

    @pytest.fixture
    def world(self) -> MemoryWorld:
        return MemoryWorld()


class TestOnTheRealCluster(RegistryContract):
    """The real one, with the shipped rights."""

    @pytest.fixture
    def world(self, kubernetes: ControlPlane) -> RealWorld:
        return RealWorld(kubernetes)


def test_promotions_are_held_from_the_page_on_until_it_closes() -> None:
    story = kept(MemoryWorld())
    hold = f"hold.{story.target.namespace}.{story.target.deployment}"
    story.say(**POPULATION)
    story.cycle()
    assert data(story)[hold] == story.incident().id
    story.skip(DAY_MS)
    story.world.delete()
    story.cycle()
    assert hold not in data(story)


def test_nothing_is_planned_before_the_condemned_stands_in_the_registry() -> None:
    world = MemoryWorld()
    story = kept(world)
    spied = SpiedCluster(world.cluster)
    story.cluster = spied
    story.begin()
    is_away = True

    def around(word: str, is_over: bool) -> None:  # the form of `Around`
        if word == "replace" and not is_over and is_away:
            raise ClusterUnreachable("no answer")

    story.cycle()
    spied.around = around
    story.say()
    story.cycle(2)
    assert story.state() is State.CONDEMNED
    assert "patch" not in spied.asked
    is_away = False
    story.cycle()
    assert story.serves() == "a"


def test_who_does_not_lead_writes_no_registry() -> None:
    world = MemoryWorld()
    leader, other = kept(world), Story(world)
    leader.cycle()
    other.keeps_registry, other.feed = True, leader.feed
    other.cluster = spied = SpiedCluster(world.cluster)
    other.begin("pod-2")
    found = world.cluster.read(Kind.CONFIG_MAP, world.home, REGISTRY)
    world.cluster.replace(Kind.CONFIG_MAP, world.home, {**found, "data": {}})
    other.cycle(3)
    assert not {"replace", "create", "tell"} & set(spied.asked)


def test_where_no_gate_reads_it_none_is_written() -> None:
    story = harmed(MemoryWorld())
    story.say()
    story.cycle()
    with pytest.raises(ClusterGone):
        data(story)
    assert not story.entries(EntryKind.REGISTRY_CHANGED)
