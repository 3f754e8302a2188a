"""What stands in the way of a patch, and what follows. A subclass gives the fixture `world`."""

from typing import Any

import pytest

from monitor.acting.entries import Kind
from monitor.acting.limits import DAY_MS
from monitor.acting.policy import State
from monitor.controller.asked import PauseAsked, PlanAnswered
from tests.changing_a_real_cluster.cluster_contract import settled
from tests.changing_a_real_cluster.rights import DEPLOYMENT
from tests.changing_a_real_cluster.worlds import World, pods_of, spec_of
from tests.rolling_back.admission import deny, mutate
from tests.rolling_back.stories import Story, harmed


def acts_after(story: Story) -> None:
    """What held is gone: the next look acts."""
    story.say()
    story.cycle()
    assert story.serves() == "a"


def held(story: Story, guard: str) -> None:
    """The plan is held by just this guard, in words, in an entry and in an Event; nothing was patched."""
    assert story.state() is State.SUPPRESSED
    assert story.refusals()[-1] == guard
    assert story.serves() == "b"
    assert not story.entries(Kind.INTENT)


class HindranceContract:
    """Held plans, missing targets, refused patches."""

    def test_t5_a_paused_rollout_holds_the_plan_and_goes_on_after_it(self, world: World) -> None:
        story = harmed(world)
        world.change({"spec": {"paused": True}})
        story.say()
        story.cycle(2)
        held(story, "G2")
        world.change({"spec": {"paused": None}})
        settled(world)
        acts_after(story)

    def test_t6_a_target_whose_replica_set_is_gone_comes_from_our_own_copy(self, world: World) -> None:
        story = Story(world)
        world.make(DEPLOYMENT, spec_of(pods_of("a"), revisionHistoryLimit=0))
        settled(world)
        story.begin()
        story.say_good()
        story.cycle()
        first = story.deployment()["spec"]["template"]
        story.serve("b")
        world.wait(lambda: len(world.cluster.look(world.target, DEPLOYMENT).replica_sets) == 1)
        story.cycle()
        story.skip(10 * DAY_MS)
        story.begin()  # also after a restart
        story.say()
        story.cycle()
        assert story.deployment()["spec"]["template"] == first
        assert story.entries(Kind.INTENT)[-1].details["plan"]["source"] == "own_copy"

    def test_t7_without_any_copy_there_is_no_target_and_a_page(self, world: World) -> None:
        story = Story(world)
        story.serve("b")
        story.begin()
        story.cycle()
        story.skip(10 * DAY_MS)
        story.say(rollout=None)
        story.cycle(2)
        assert story.state() is State.NO_TARGET
        assert story.generation() == 1

    def test_t7_a_target_that_becomes_known_good_meanwhile_is_gone_back_to(self, world: World) -> None:
        story = Story(world)
        story.serve("a")
        story.begin()
        story.cycle()
        story.serve("b")
        story.cycle()
        story.skip(10 * DAY_MS)
        story.say()
        story.cycle()
        assert story.state() is State.NO_TARGET
        story.say_good()
        acts_after(story)

    def test_a_silence_about_others_holds_nothing_and_one_with_unknown_labels_does(self, world: World) -> None:
        story = harmed(world)
        said: dict[str, Any] = {"id": "s-1", "createdBy": "ann", "comment": "x"}
        unknown: dict[str, Any] = {"name": "cluster", "value": "east", "isRegex": False, "isEqual": True}
        story.silences.told = [{**said, "matchers": [unknown]}]
        story.say()
        story.cycle()
        held(story, "G0")
        story.silences.told = [{**said, "matchers": [unknown, {**unknown, "name": "model", "value": "sepsis"}]}]
        acts_after(story)

    def test_t12_one_that_was_made_anew_closes_the_incident_and_is_not_touched(self, world: World) -> None:
        story = harmed(world, mode="approve")
        story.say()
        story.cycle()
        plan = story.incident().plan
        world.delete()
        world.wait(lambda: not _is_there(world))
        world.make(DEPLOYMENT, spec_of(pods_of("b")))
        settled(world)
        story.ask(PlanAnswered("ann", plan, True, "too late"))
        story.cycle()
        assert [entry.signal for entry in story.entries() if entry.state is State.OBSERVING] == ["gone"]
        assert story.generation() == 1
        assert not story.entries(Kind.INTENT)

    def test_t13_a_policy_that_denies_the_dry_run_is_named_and_holds_the_plan(self, world: World) -> None:
        story = harmed(world)
        with deny(world, "condemned since Tuesday"):
            story.say()
            story.cycle()
        held(story, "G8")
        assert "condemned since Tuesday" in str(story.entries()[-1].details)

    def test_t13_a_policy_that_came_after_the_plan_fails_it_and_a_person_takes_over(self, world: World) -> None:
        story = harmed(world, mode="approve")
        story.say()
        story.cycle()
        story.ask(PlanAnswered("ann", story.incident().plan, True, "yes"))
        with deny(world, "condemned since Tuesday"):
            story.cycle(2)
        assert story.states()[-2:] == [State.FAILED, State.ESCALATED]
        (failed,) = [entry for entry in story.entries() if entry.state is State.FAILED]
        assert "condemned since Tuesday" in failed.details["why"]
        assert story.serves() == "b"

    def test_t13_a_target_that_admission_would_change_is_held(self, world: World) -> None:
        story = harmed(world)
        with mutate(world):
            story.say()
            story.cycle()
        held(story, "G8")

    def test_t30_one_that_another_controller_owns_is_left_to_it(self, world: World) -> None:
        story = harmed(world)
        owner = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "web", "uid": "u-1"}
        world.change({"metadata": {"ownerReferences": [{**owner, "controller": True}]}})
        story.say()
        story.cycle()
        held(story, "G4")
        assert "roll back through that one" in str(story.entries()[-1].details)

    @pytest.mark.parametrize("model", ["readmission", None])
    def test_a_persons_pause_holds_the_plan_until_it_ends(self, world: World, model: str | None) -> None:
        story = harmed(world)
        story.ask(PauseAsked("ann", model, story.clock.now_ms() + DAY_MS, "an inspection"))
        story.say()
        story.cycle()
        held(story, "G0")
        story.ask(PauseAsked("ann", model, 0, ""))
        acts_after(story)

    def test_a_silence_over_the_alert_holds_the_plan_and_so_does_no_answer(self, world: World) -> None:
        story = harmed(world)
        over: dict[str, Any] = {"name": "model", "value": "readmission", "isRegex": False, "isEqual": True}
        story.silences.told = [{"id": "s-1", "createdBy": "ann", "comment": "we know", "matchers": [over]}]
        story.say()
        story.cycle()
        held(story, "G0")
        story.silences.told, story.silences.is_away = [], True
        story.cycle()
        held(story, "G0")
        story.silences.is_away = False
        acts_after(story)

    @pytest.mark.parametrize("is_killed", [True, None])
    def test_the_kill_switch_holds_the_plan_also_when_it_cannot_be_read(
        self, world: World, is_killed: bool | None
    ) -> None:
        story = harmed(world)
        story.is_killed = is_killed
        story.say()
        story.cycle()
        held(story, "G0")
        story.is_killed = False
        acts_after(story)

    def test_t26_a_second_action_within_the_week_is_held(self, world: World) -> None:
        story = harmed(world)
        acts_after(story)
        settled(world)
        story.cycle()
        story.skip(DAY_MS)
        story.serve("c")
        story.cycle()
        story.say("c")
        story.cycle(2)
        assert story.serves() == "c"
        assert len(story.entries(Kind.PATCHED)) == 1


def harmed_from(story: Story) -> None:
    story.serve("a")
    story.begin()
    story.say_good()
    story.cycle()
    story.serve("b")
    story.cycle()
    story.skip(10 * DAY_MS)
    story.say_good()


def _is_there(world: World) -> bool:
    try:
        world.cluster.look(world.target, DEPLOYMENT)
    except LookupError:
        return True
    except Exception:  # noqa: BLE001  # gone, in the words of either cluster
        return False
    return True
