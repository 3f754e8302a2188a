"""Whole stories, from what the monitor says to where the incident ends. A subclass gives the fixture `world`."""

from typing import Any

import pytest

from monitor.acting.entries import Kind
from monitor.acting.limits import DAY_MS, HOUR_MS
from monitor.acting.policy import State
from monitor.controller.asked import IncidentAcknowledged, PlanAnswered, PlanOverridden
from tests.acting_safely.worlds import m_of, moment
from tests.changing_a_real_cluster.cluster_contract import settled
from tests.changing_a_real_cluster.worlds import World
from tests.rolling_back.stories import Story, harmed

BY_TIMING: dict[str, Any] = {"blame_by": "timing", "may_act": False, "blocked_by": ["no_control"]}
POPULATION: dict[str, Any] = {"blame": "population", "blame_by": None, "may_act": False, "blocked_by": ["population"]}
HEALTHY: dict[str, Any] = {
    "verdict": "HEALTHY",
    "blame": None,
    "blame_by": None,
    "may_act": False,
    "blocked_by": ["verdict"],
}


def soaked(story: Story, own: str) -> None:
    """Nine days later: what the monitor says of the target since the patch."""
    patched_ms = story.incident().patched_ms
    assert patched_ms is not None
    story.skip(9 * DAY_MS)
    story.say_good(rollout=moment(patched_ms), own=own)
    story.say("a", **HEALTHY)
    story.cycle()


class StoryContract:
    """What becomes of a verdict."""

    def test_a_revision_that_harms_is_rolled_back_verified_soaked_and_resolved(self, world: World) -> None:
        story = harmed(world)
        before = story.generation()
        story.say()
        story.cycle()
        assert (story.serves(), story.generation()) == ("a", before + 1)
        assert story.state() is State.VERIFYING
        settled(world)
        story.cycle()
        assert story.state() is State.SOAKING
        soaked(story, "below")
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
        assert story.controller.recorder.book.ledger.record(m_of("b")).condemned_seq

    def test_its_twin_when_the_population_shifts_pages_and_patches_nothing(self, world: World) -> None:
        story = harmed(world)
        before = story.generation()
        story.say(**POPULATION)
        story.cycle(3)
        assert story.states() == [State.ATTRIBUTING, State.POPULATION_SHIFT]
        assert (story.serves(), story.generation()) == ("b", before)
        assert not story.entries(Kind.INTENT, Kind.CONDEMNED)
        story.say(**HEALTHY)
        story.cycle()
        assert story.state() is State.OBSERVING

    @pytest.mark.parametrize("blame", ["mixed", "unknown"])
    def test_who_cannot_be_blamed_is_left_to_a_person(self, world: World, blame: str) -> None:
        story = harmed(world)
        story.say(blame=blame, blame_by=None, may_act=False, blocked_by=[blame])
        story.cycle(2)
        assert story.state() is State.UNDECIDED
        assert story.serves() == "b"

    def test_blame_by_timing_makes_a_plan_that_waits_and_a_yes_carries_it_out(self, world: World) -> None:
        story = harmed(world)
        before = story.generation()
        story.say(**BY_TIMING)
        story.cycle(3)
        assert story.states() == [State.ATTRIBUTING, State.PLANNING, State.AWAITING_APPROVAL]
        assert not story.entries(Kind.CONDEMNED)
        plan = story.incident().plan
        story.ask(PlanAnswered("ann", plan, True, "seen on the ward"))
        story.cycle()
        assert (story.serves(), story.generation()) == ("a", before + 1)
        (condemned,) = story.entries(Kind.CONDEMNED)
        assert (condemned.actor, condemned.model_identity) == ("ann", m_of("b"))
        (intent,) = story.entries(Kind.INTENT)
        assert intent.details["is_automatic"] is False

    def test_blame_by_timing_acts_by_itself_where_the_operator_lets_it(self, world: World) -> None:
        story = harmed(world, timing_may_act=True)
        story.say(**BY_TIMING)
        story.cycle()
        assert story.serves() == "a"
        assert story.state() is State.VERIFYING

    def test_what_was_held_for_its_timing_and_is_then_shown_side_by_side_condemns_before_it_patches(
        self, world: World
    ) -> None:
        story = harmed(world)
        story.say(**BY_TIMING)
        story.cycle()
        story.ask(PlanAnswered("ann", story.incident().plan, False, "it is the season"))
        story.cycle()
        assert story.state() is State.SUPPRESSED
        story.say()
        story.cycle(2)
        assert story.serves() == "a"
        kinds = [entry.kind for entry in story.entries(Kind.CONDEMNED, Kind.PATCHED)]
        assert kinds == [Kind.CONDEMNED, Kind.PATCHED]
        assert story.controller.recorder.book.ledger.record(m_of("b")).condemned_seq

    def test_a_plan_that_is_rejected_is_not_shown_again(self, world: World) -> None:
        story = harmed(world, mode="approve")
        story.say()
        story.cycle()
        assert story.state() is State.AWAITING_APPROVAL
        story.ask(PlanAnswered("ann", story.incident().plan, False, "it is the season"))
        story.cycle(3)
        assert story.state() is State.SUPPRESSED
        assert story.serves() == "b"

    def test_an_approval_ends_with_its_time_and_with_the_evidence(self, world: World) -> None:
        story = harmed(world, mode="approve")
        story.say()
        story.cycle()
        first = story.incident().plan
        story.say(cells="sha256:" + "7" * 64)
        story.cycle()
        assert story.state() is State.AWAITING_APPROVAL
        assert story.incident().plan != first
        with pytest.raises(ValueError, match="waits for approval"):
            story.ask(PlanAnswered("ann", first, True, ""))
        story.skip(5 * HOUR_MS)
        story.say(cells="sha256:" + "7" * 64)
        story.cycle(2)
        assert story.state() is State.SUPPRESSED
        assert story.serves() == "b"

    def test_t26_a_target_that_is_no_better_gets_no_second_rollback(self, world: World) -> None:
        story = harmed(world)
        story.say()
        story.cycle()
        settled(world)
        story.cycle()
        generation = story.generation()
        soaked(story, "page")
        assert story.states()[-2:] == [State.INEFFECTIVE, State.ESCALATED]
        story.say("a")
        story.cycle(3)
        assert story.generation() == generation
        assert story.state() is State.ESCALATED
        story.ask(IncidentAcknowledged("ann", story.incident().id, "taken over"))
        story.cycle(3)
        assert story.generation() == generation
        assert len(story.entries(Kind.PATCHED)) == 1

    def test_a_person_may_name_another_target_and_still_approves_the_plan(self, world: World) -> None:
        story = harmed(world)
        story.say(blame="unknown", blame_by=None, may_act=False, blocked_by=["unknown"])
        story.cycle()
        asked = PlanOverridden("ann", story.incident().id, m_of("a"), ("G5", "G6"), "seen on the ward")
        story.ask(asked)
        story.cycle()
        assert story.state() is State.AWAITING_APPROVAL
        assert story.serves() == "b"
        story.ask(PlanAnswered("ben", story.incident().plan, True, "as above"))
        story.cycle()
        assert story.serves() == "a"

    def test_t23_a_restart_of_the_condemned_changes_nothing_of_it(self, world: World) -> None:
        story = harmed(world, timing_may_act=False)
        story.say()
        story.cycle()
        settled(world)
        story.cycle()
        restarted = {"kubectl.kubernetes.io/restartedAt": "2026-02-02T00:00:00Z"}
        story.roll("b")
        world.change({"spec": {"template": {"metadata": {"annotations": restarted}}}})
        settled(world)
        story.cycle()
        assert story.state() is State.ESCALATED  # a person put it back
        ledger = story.controller.recorder.book.ledger
        assert ledger.standing(m_of("b"), story.clock.now_ms()) == "condemned"
