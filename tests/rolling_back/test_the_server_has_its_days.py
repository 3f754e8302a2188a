"""K5: an API server that refuses, throttles, loses races: few tries, nothing written twice, a person in the end."""

from itertools import pairwise

import pytest

from monitor.acting.entries import Kind
from monitor.acting.policy import State
from monitor.ports_cluster import ClusterConflict, ClusterError, ClusterRefused, ClusterUnreachable, Told
from tests.changing_a_real_cluster.worlds import MemoryWorld
from tests.rolling_back.spied import SpiedCluster
from tests.rolling_back.stories import Story, harmed


def troubled(*errors: ClusterError, word: str = "patch") -> tuple[Story, SpiedCluster]:
    """A harmful revision, and a server whose answers to one kind of call are these errors, then good."""
    world = MemoryWorld()
    story, left = harmed(world), list(errors)
    spied = SpiedCluster(world.cluster)
    story.cluster = spied
    story.begin()

    def around(asked: str, is_over: bool) -> None:  # the form of `Around`
        if asked == word and not is_over and left:
            raise left.pop(0)

    spied.around = around
    story.say()
    return story, spied


CONFLICT = ClusterConflict("somebody wrote first; read again")


def test_a_lost_race_is_tried_again_on_a_new_read_with_all_guards() -> None:
    story, spied = troubled(CONFLICT, CONFLICT)
    story.cycle(3)
    assert story.serves() == "a"
    assert spied.asked.count("patch") == 3
    tries = [index for index, word in enumerate(spied.asked) if word == "patch"]
    for one, next_one in pairwise(tries):
        assert {"look", "dry"} <= set(spied.asked[one:next_one])
    assert len(story.entries(Kind.PATCHED)) == 1


def test_after_three_lost_races_a_person_is_called() -> None:
    story, spied = troubled(*[CONFLICT] * 10)
    story.cycle(10)
    assert spied.asked.count("patch") == 3
    assert story.states()[-2:] == [State.FAILED, State.ESCALATED]
    assert story.serves() == "b"


def test_a_server_that_was_away_is_tried_again_at_most_three_times() -> None:
    story, spied = troubled(*[ClusterUnreachable("503; later")] * 10)
    story.cycle(10)
    assert spied.asked.count("patch") == 3
    assert story.state() is State.ESCALATED
    done = story.controller.recorder.book.done
    assert done.actions == (), "nothing was written, and no budget is spent"


def test_a_server_that_comes_back_gets_the_patch() -> None:
    story, spied = troubled(ClusterUnreachable("503; later"))
    story.cycle(2)
    assert story.serves() == "a"
    assert spied.asked.count("patch") == 2


def test_a_refusal_is_final_and_quoted() -> None:
    story, spied = troubled(ClusterRefused("403 Forbidden: no right to patch deployments", "Forbidden"))
    story.cycle(5)
    assert spied.asked.count("patch") == 1
    assert story.state() is State.ESCALATED
    (failed,) = [entry for entry in story.entries() if entry.state is State.FAILED]
    assert "no right to patch" in failed.details["why"]


@pytest.mark.parametrize("word", ["look", "dry"])
def test_what_cannot_be_read_or_tried_sends_nothing(word: str) -> None:
    story, spied = troubled(*[ClusterUnreachable("no answer")] * 50, word=word)
    story.cycle(5)
    assert "patch" not in spied.asked
    assert not story.entries(Kind.PATCHED)


def test_who_is_asked_to_wait_waits() -> None:
    story, spied = troubled(ClusterUnreachable("429; later", retry_after_s=60), word="look")
    story.cycle(3)
    assert spied.asked.count("look") == 1
    story.skip(61_000)
    story.cycle()
    assert story.serves() == "a"


class _NobodyListens(SpiedCluster):
    """Events fail, as the adapter then answers."""

    def tell(self, event: Told) -> bool:
        self.told.append(event)
        return False


def test_events_that_cannot_be_written_stop_nothing() -> None:
    story, _ = troubled()
    story.cluster = _NobodyListens(story.cluster)
    story.begin()
    story.cycle()
    assert story.serves() == "a"


def test_a_refusal_a_plan_and_a_patch_are_told_as_events() -> None:
    story, spied = troubled()
    story.is_killed = True
    story.begin()
    story.cycle()
    story.is_killed = False
    story.begin()
    story.cycle()
    told = [(one.action, one.reason) for one in spied.told]
    assert ("Page", "Attributing") in told
    assert ("RollbackHeld", "GuardG0") in told
    assert ("RolledBack", "Verifying") in told
    (patched,) = [one for one in spied.told if one.action == "RolledBack"]
    assert story.incident().plan in patched.note


@pytest.mark.parametrize("wait_s", [10_000_000.0, float("inf")])
def test_who_is_asked_to_wait_for_ever_waits_five_minutes(wait_s: float) -> None:
    story, _ = troubled(ClusterUnreachable("429; later", retry_after_s=wait_s), word="look")
    story.cycle()
    story.skip(299_000)
    story.cycle()
    assert story.serves() == "b"
    story.skip(2_000)
    story.cycle()
    assert story.serves() == "a"


def test_a_clock_that_is_set_back_makes_no_wait_longer() -> None:
    story, _ = troubled(ClusterUnreachable("429; later", retry_after_s=60), word="look")
    story.cycle()
    story.clock.skew_ms = -50_000
    story.skip(61_000)
    story.cycle()
    assert story.serves() == "a"
