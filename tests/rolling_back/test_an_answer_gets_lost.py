"""A patch whose answer was lost may land later: it is ours all the same, counted once, and followed to its end."""

from collections.abc import Sequence
from typing import Any

import pytest

from monitor.acting.entries import Kind
from monitor.acting.policy import State
from monitor.ports_cluster import AnswerLost, Cluster, ClusterConflict, Json
from tests.changing_a_real_cluster.cluster_contract import settled
from tests.changing_a_real_cluster.worlds import MemoryWorld
from tests.rolling_back.spied import SpiedCluster
from tests.rolling_back.stories import Story, harmed


class Slow(SpiedCluster):
    """A server behind a proxy that gives up: patches wait at the proxy, and `land` lets the oldest one through."""

    def __init__(self, cluster: Cluster, held: int) -> None:
        super().__init__(cluster)
        self._left, self._behind = held, cluster
        self.waiting: list[tuple[str, str, Sequence[Json]]] = []

    def patch(self, namespace: str, name: str, body: Sequence[Json], *, is_dry_run: bool = False) -> Json:
        if is_dry_run or not self._left:
            return super().patch(namespace, name, body, is_dry_run=is_dry_run)
        self._left -= 1
        self.waiting.append((namespace, name, body))
        raise AnswerLost("504: no answer in time; read again")

    def land(self) -> None:
        self._behind.patch(*self.waiting.pop(0))


def lost(held: int = 1, **target: Any) -> tuple[Story, Slow, MemoryWorld]:
    world = MemoryWorld()
    story, slow = harmed(world, **target), Slow(world.cluster, held)
    story.cluster = slow
    story.begin()
    story.say()
    story.cycle()
    return story, slow, world


def is_followed(story: Story, world: MemoryWorld) -> None:
    """Counted, verified and soaked like any other."""
    settled(world)
    story.say()
    story.cycle(3)
    assert story.states()[-2:] == [State.VERIFYING, State.SOAKING]
    assert len(story.entries(Kind.PATCHED)) == 1
    done = story.controller.recorder.book.done
    assert (len(done.actions), done.accepted_in(story.incident().id)) == (1, 1)


@pytest.mark.parametrize("is_restarted", [False, True])
def test_a_patch_that_lands_before_the_next_plan_is_taken_up(is_restarted: bool) -> None:
    story, slow, world = lost()
    slow.land()
    if is_restarted:
        story.begin()
    is_followed(story, world)


def test_a_patch_that_lands_just_before_the_next_one_is_taken_up_after_that_ones_conflict() -> None:
    story, slow, world = lost()

    def around(word: str, is_over: bool) -> None:  # the form of `Around`
        if word == "patch" and not is_over and slow.waiting:
            slow.land()

    slow.around = around
    story.cycle()
    is_followed(story, world)


def test_one_that_never_lands_is_sent_again_and_can_land_no_more() -> None:
    story, slow, world = lost()
    assert len(story.controller.recorder.book.done.actions) == 1, "it may have been written"
    story.cycle()
    assert story.serves() == "a"
    with pytest.raises(ClusterConflict):
        slow.land()
    is_followed(story, world)


def test_one_that_lands_while_its_plan_waits_for_a_new_yes_is_taken_up() -> None:
    story, slow, world = lost()
    story.begin()
    story.is_killed = True
    story.begin()
    story.cycle()
    assert story.state() is State.SUPPRESSED
    slow.land()
    story.is_killed = False
    story.begin()
    is_followed(story, world)


def test_one_whose_precondition_is_gone_costs_no_budget() -> None:
    story, _, world = lost()
    world.change({"metadata": {"labels": {"n": "1"}}})
    story.is_killed = True
    story.begin()
    story.cycle()
    assert story.state() is State.SUPPRESSED
    assert story.controller.recorder.book.done.actions == ()


def test_answers_that_are_always_lost_end_with_a_person() -> None:
    story, slow, _ = lost(held=99)
    story.cycle(20)
    assert story.state() is State.ESCALATED
    assert len(slow.waiting) <= 9
