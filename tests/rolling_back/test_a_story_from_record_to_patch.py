"""Whole stories on the cluster in memory: who harms is rolled back, and who does not is left alone."""

import pytest

from monitor.acting.entries import Kind
from monitor.acting.limits import DAY_MS
from monitor.acting.policy import State
from tests.acting_safely.worlds import moment
from tests.changing_a_real_cluster.cluster_contract import settled
from tests.changing_a_real_cluster.worlds import MemoryWorld
from tests.rolling_back.stories import harmed


@pytest.fixture
def world() -> MemoryWorld:
    return MemoryWorld()


def test_a_revision_that_harms_is_rolled_back_verified_soaked_and_resolved(world: MemoryWorld) -> None:
    story = harmed(world)
    before = story.generation()
    story.say()
    story.cycle()
    assert story.serves() == "a"
    assert story.generation() == before + 1
    assert story.state() is State.VERIFYING
    settled(world)
    story.cycle()
    assert story.state() is State.SOAKING
    patched_ms = story.incident().patched_ms
    assert patched_ms is not None
    story.skip(9 * DAY_MS)
    story.say_good(rollout=moment(patched_ms))
    story.say("a", verdict="HEALTHY", blame=None, blame_by=None, may_act=False, blocked_by=["verdict"])
    story.cycle()
    assert story.states() == [
        State.ATTRIBUTING,
        State.CONDEMNED,
        State.PLANNING,
        State.EXECUTING,
        State.VERIFYING,
        State.SOAKING,
        State.RESOLVED,
        State.OBSERVING,
    ]
    assert story.generation() == before + 1
    kinds = [entry.kind for entry in story.entries() if entry.incident]
    assert kinds.index(Kind.INTENT) < kinds.index(Kind.PATCHED)
