"""What happens to a roll-out after our patch. A subclass gives the fixture `world`."""

from monitor.acting.limits import DAY_MS, HOUR_MS
from monitor.acting.policy import State
from monitor.acting.raw import field
from tests.changing_a_real_cluster.cluster_contract import settled
from tests.changing_a_real_cluster.worlds import World
from tests.rolling_back.stories import Story, harmed


def patched(story: Story) -> None:
    story.say()
    story.cycle()
    assert story.serves() == "a"


class FollowedContract:
    """Verified, contested, failed."""

    def test_t15_a_target_that_never_gets_ready_fails_at_our_own_deadline(self, world: World) -> None:
        story = Story(world)
        story.roll("a", ready="false")
        world.wait(lambda: story.hashes_of("a"))
        story.begin()
        story.say_good()
        story.cycle()
        story.serve("b", ready="true")
        story.cycle()
        story.skip(10 * DAY_MS)
        story.say_good()
        story.say()
        story.cycle()
        assert story.state() is State.VERIFYING
        story.skip(16 * 60_000)
        story.cycle()
        assert story.state() is State.FAILED
        assert story.serves() == "a"
        story.skip(2 * HOUR_MS)
        story.cycle()
        assert story.state() is State.ESCALATED
        assert story.serves() == "a"  # never back to the condemned one

    def test_t16_pods_that_were_scaled_meanwhile_are_waited_for(self, world: World) -> None:
        story = harmed(world)
        patched(story)
        world.change({"spec": {"replicas": 5}})
        settled(world)
        story.cycle()
        assert story.state() is State.SOAKING
        assert field(story.deployment(), "status", "availableReplicas") == 5

    def test_t17_a_tool_that_puts_the_bad_one_back_is_named_and_answered_once(self, world: World) -> None:
        story = harmed(world, gitops_strategies={"argocd": "patch"})
        bad = story.deployment()["spec"]["template"]
        patched(story)
        settled(world)
        world.pass_time(1.1)
        world.change({"spec": {"template": bad}}, manager="argocd-controller")
        settled(world)
        story.say()
        story.cycle()
        contested = [entry for entry in story.entries() if entry.state is State.CONTESTED]
        assert "argocd-controller" in contested[0].details["why"]
        assert story.serves() == "a"
        settled(world)
        world.pass_time(1.1)
        world.change({"spec": {"template": bad}}, manager="argocd-controller")
        settled(world)
        story.say()
        story.cycle(2)
        assert story.state() is State.ESCALATED
        assert story.serves() == "b"

    def test_t17_a_person_who_puts_it_back_is_not_fought(self, world: World) -> None:
        story = harmed(world)
        bad = story.deployment()["spec"]["template"]
        patched(story)
        settled(world)
        world.pass_time(1.1)
        world.change({"spec": {"template": bad}}, manager="kubectl-edit")
        story.cycle(2)
        assert story.state() is State.ESCALATED
        assert story.serves() == "b"
        assert "kubectl-edit" in str([entry.details for entry in story.entries() if entry.state is State.CONTESTED])

    def test_a_restart_of_the_target_does_not_disturb_its_soak(self, world: World) -> None:
        story = harmed(world)
        patched(story)
        settled(world)
        story.cycle()
        restarted = {"kubectl.kubernetes.io/restartedAt": "2026-02-02T00:00:00Z"}
        world.change({"spec": {"template": {"metadata": {"annotations": restarted}}}})
        settled(world)
        story.cycle()
        assert story.state() is State.SOAKING
