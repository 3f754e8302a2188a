"""T31: in mode shadow and observe everything is decided, and nothing but the audit log is written."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from monitor.acting.entries import Kind as EntryKind
from monitor.acting.guards.situation import Mode
from monitor.acting.limits import DAY_MS
from monitor.acting.policy import State
from monitor.controller.registry import key_of
from monitor.controller.rules import lower
from monitor.ports_cluster import ClusterRefused, Kind, Told
from tests.acting_safely.worlds import m_of
from tests.changing_a_real_cluster.rights import ACCOUNT, DEPLOYMENT, REGISTRY
from tests.changing_a_real_cluster.worlds import MemoryWorld, RealWorld, World, patch_to, pods_of, spec_of
from tests.parts.kubernetes.api import until
from tests.parts.kubernetes.audit import asked_by
from tests.parts.kubernetes.control_plane import ControlPlane
from tests.rolling_back.spied import SpiedCluster
from tests.rolling_back.stories import Story, harmed
from tests.rolling_back.story_contract import BY_TIMING, POPULATION

READS = {"look", "read"}


def watched(world: World, mode: Mode, **target: object) -> tuple[Story, SpiedCluster]:
    """A harmful revision, seen by a process that may only watch."""
    spied = SpiedCluster(world.cluster)
    story = harmed(world, mode=mode, **target)
    story.cluster, story.keeps_registry = spied, True
    story.begin()
    return story, spied


def test_t31_shadow_says_what_it_would_do_and_writes_nothing() -> None:
    story, spied = watched(MemoryWorld(), "shadow")
    story.say()
    story.cycle(3)
    assert story.state() is State.SUPPRESSED
    assert story.refusals() == ["G13"]
    assert story.incident().plan
    assert set(spied.asked) <= READS
    assert story.serves() == "b"


@pytest.mark.parametrize("said", [{}, POPULATION, BY_TIMING], ids=["revision", "population", "timing"])
def test_t31_observe_opens_no_incident_and_writes_nothing(said: dict[str, object]) -> None:
    story, spied = watched(MemoryWorld(), "observe")
    story.say(**said)
    story.cycle(3)
    assert not story.states()
    assert set(spied.asked) <= READS


def test_a_cluster_for_watching_refuses_whatever_would_write() -> None:
    world = MemoryWorld()
    story = harmed(world, mode="shadow")
    cluster = story.controller.gathering._around.cluster_of(story.target)  # what decides is given this
    body = patch_to(story.deployment(), pods_of("a"))
    before = story.deployment()
    writes: tuple[Callable[[], object], ...] = (
        lambda: cluster.patch(world.target, DEPLOYMENT, body),
        lambda: cluster.patch(world.target, DEPLOYMENT, body, is_dry_run=True),
        lambda: cluster.create(Kind.LEASE, world.home, {"metadata": {"name": "x"}}),
        lambda: cluster.replace(Kind.LEASE, world.home, {"metadata": {"name": "x"}}),
    )
    for write in writes:
        with pytest.raises(ClusterRefused, match="writes nothing"):
            write()
    told = Told(before, "Page", "Page", "x", is_warning=True, time_ms=0)
    assert cluster.tell(told) is False
    assert not world.memory.told
    assert story.deployment() == before


def test_a_dry_run_is_tried_in_shadow_only_if_the_operator_wants_it() -> None:
    story, spied = watched(MemoryWorld(), "shadow", tries_dry=True)
    story.say()
    story.cycle()
    assert set(spied.asked) == {*READS, "dry"} - {"read"}


def test_a_lowered_mode_stops_what_a_higher_one_began() -> None:
    world = MemoryWorld()
    story = harmed(world, mode="approve")
    story.say()
    story.cycle()
    assert story.state() is State.AWAITING_APPROVAL
    lowered, spied = Story(world, mode=lower("approve", "shadow")), SpiedCluster(world.cluster)
    lowered.log, lowered.copies, lowered.feed, lowered.cluster = story.log, story.copies, story.feed, spied
    lowered.begin()
    lowered.cycle(2)
    assert lowered.entries(EntryKind.CONFIG_CHANGED)
    assert lowered.state() is State.SUPPRESSED
    assert set(spied.asked) <= READS


def test_t31_on_the_real_server_shadow_asks_for_reading_alone_and_has_no_other_right(kubernetes: ControlPlane) -> None:
    world = RealWorld(kubernetes, "monitor/account.yaml", "rollback/rights.yaml")
    story = harmed(world, mode="shadow")
    story.keeps_registry = True
    story.begin()
    story.say()
    story.cycle(3)
    assert story.state() is State.SUPPRESSED
    asked = until(lambda: asked_by(kubernetes.audit_log, world.home, ACCOUNT))
    assert {one.verb for one in asked} <= {"get", "list"}
    assert {one.code for one in asked} <= {200, 404}  # 404: before somebody made it
    body = patch_to(story.deployment(), pods_of("a"))
    with pytest.raises(ClusterRefused):
        world.cluster.patch(world.target, DEPLOYMENT, body)


def test_beside_a_model_that_is_acted_on_one_in_shadow_is_not_in_the_registry() -> None:
    world = MemoryWorld()
    story = Story(world, mode="shadow")
    story.keeps_registry = True
    world.make("other", spec_of(pods_of("d")))
    story.others = (replace(story.target, model="other", deployment="other", mode="auto"),)
    story.serve("a")
    story.begin()
    story.say_good()
    story.say_good("d", model="other", pod_template_hashes=hashes_of(world, "other"), baseline=True)
    story.cycle()
    story.serve("b")
    story.cycle()
    story.skip(10 * DAY_MS)
    story.say()
    story.cycle(2)
    assert story.state() is State.SUPPRESSED
    assert story.entries(EntryKind.CONDEMNED)
    registry = world.cluster.read(Kind.CONFIG_MAP, world.home, REGISTRY)["data"]
    assert set(registry) == {key_of(m_of("d"))}


def hashes_of(world: World, name: str) -> tuple[str, ...]:
    sets = world.cluster.look(world.target, name).replica_sets
    return tuple(one["metadata"]["labels"]["pod-template-hash"] for one in sets)


def test_observe_tries_nothing_dry_even_for_an_incident_that_shadow_left_open() -> None:
    story, spied = watched(MemoryWorld(), "shadow", tries_dry=True)
    story.say()
    story.cycle()
    assert "dry" in spied.asked
    spied.asked.clear()
    story.target = replace(story.target, mode="observe")
    story.begin()
    story.say()
    story.cycle(2)
    assert set(spied.asked) <= READS
