"""What every `Cluster` shows of rollouts: numbers, history, progress. A subclass gives the fixture `world`."""

from typing import Any

import pytest

from monitor.acting.identities import IdentityRules, is_same_template
from monitor.acting.raw import field
from monitor.acting.replica_sets import Revision, current, revisions
from monitor.ports_cluster import Json
from tests.changing_a_real_cluster.cluster_contract import look, roll_to, settled
from tests.changing_a_real_cluster.rights import DEPLOYMENT
from tests.changing_a_real_cluster.worlds import World, pods_of, spec_of


def known(world: World) -> tuple[Revision, ...]:
    seen = world.cluster.look(world.target, DEPLOYMENT)
    return revisions(seen.deployment, seen.replica_sets, IdentityRules())


def progressing(deployment: Json) -> str:
    found: list[Any] = field(deployment, "status", "conditions") or []
    return next((str(one["reason"]) for one in found if one["type"] == "Progressing"), "")


class RolloutContract:
    """Rollouts, forth and back."""

    def served(self, world: World, *letters: str, **more: Any) -> Json:
        """A Deployment that served these revisions, one after the other."""
        first, *others = letters
        world.make(DEPLOYMENT, spec_of(pods_of(first), **more))
        settled(world)
        for letter in others:
            roll_to(world, pods_of(letter))
            settled(world)
        return look(world)

    def test_t1_going_back_reuses_the_replica_set_under_a_new_number(self, world: World) -> None:
        self.served(world, "a", "b", "c")
        former = {one.number: one.name for one in known(world)}
        roll_to(world, pods_of("a"))
        settled(world)
        found = {one.number: one for one in known(world)}
        assert {number: one.name for number, one in found.items()} == {2: former[2], 3: former[3], 4: former[1]}
        assert found[4].earlier == (1,)
        assert [found[number].replicas for number in (2, 3, 4)] == [0, 0, 3]
        assert look(world)["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "4"

    def test_the_active_revision_is_the_one_with_the_template(self, world: World) -> None:
        found = self.served(world, "a", "b")
        active = current(found, known(world))
        assert active is not None
        assert (active.number, active.replicas) == (2, 3)

    def test_old_replica_sets_go_beyond_the_history_limit(self, world: World) -> None:
        self.served(world, "a", "b", "c", revisionHistoryLimit=1)
        assert [one.number for one in world.wait(lambda: known(world) if len(known(world)) == 2 else ())] == [2, 3]

    def test_t6_a_template_whose_replica_set_is_gone_comes_back_equal(self, world: World) -> None:
        first = self.served(world, "a", revisionHistoryLimit=0)["spec"]["template"]
        roll_to(world, pods_of("b"))
        settled(world)
        world.wait(lambda: len(known(world)) == 1)
        roll_to(world, first)
        found = settled(world)
        assert found["spec"]["template"] == first
        (one,) = world.wait(lambda: known(world) if len(known(world)) == 1 else ())
        assert (one.number, one.earlier) == (3, ())

    def test_t5_a_paused_rollout_takes_the_template_and_moves_no_pod(self, world: World) -> None:
        self.served(world, "a", "b")
        world.change({"spec": {"paused": True}})
        generation = roll_to(world, pods_of("a"))["metadata"]["generation"]
        world.wait(lambda: look(world)["status"]["observedGeneration"] >= generation)
        world.wait(lambda: [one.number for one in known(world)] == [2, 3])  # a number proves no rollout
        assert [one.replicas for one in known(world)] == [3, 0]
        assert progressing(look(world)) == "DeploymentPaused"
        world.change({"spec": {"paused": None}})
        settled(world)
        assert [one.replicas for one in known(world)] == [0, 3]

    def test_while_new_pods_are_not_ready_old_ones_serve(self, world: World) -> None:
        self.served(world, "a")
        roll_to(world, pods_of("b", ready="false"))
        found = world.wait(lambda: look(world) if look(world)["status"].get("unavailableReplicas") else None)
        assert found is not None
        status = found["status"]
        assert (status["availableReplicas"], status["updatedReplicas"], status["replicas"]) == (3, 1, 4)

    def test_t14_a_condition_of_the_stuck_rollout_outlives_it(self, world: World) -> None:
        self.served(world, "a", progressDeadlineSeconds=1)
        roll_to(world, pods_of("b", fail="ImagePullBackOff"))
        world.wait(lambda: progressing(look(world)) == "ProgressDeadlineExceeded")
        answer = roll_to(world, pods_of("a"))
        assert progressing(answer) == "ProgressDeadlineExceeded"
        assert progressing(settled(world)) == "NewReplicaSetAvailable"

    def test_t15_pods_that_are_never_ready_complete_nothing(self, world: World) -> None:
        self.served(world, "a", progressDeadlineSeconds=1)
        generation = roll_to(world, pods_of("b", ready="false"))["metadata"]["generation"]
        world.wait(lambda: progressing(look(world)) == "ProgressDeadlineExceeded")
        status = look(world)["status"]
        assert status["observedGeneration"] >= generation
        assert status["updatedReplicas"] < 3

    def test_complete_is_said_while_old_pods_still_answer(self, world: World) -> None:
        world.make(DEPLOYMENT, spec_of(pods_of("a", ends_after_s="3")))
        settled(world)
        roll_to(world, pods_of("b"))

        def ending() -> int:
            status = look(world)["status"]
            is_said = progressing(look(world)) == "NewReplicaSetAvailable" and status.get("updatedReplicas") == 3
            return status.get("terminatingReplicas", 0) if is_said and status["replicas"] == 3 else 0

        assert world.wait(ending) > 0
        assert settled(world)["status"]["terminatingReplicas"] == 0

    def test_t16_scaling_while_it_rolls_out_completes_at_the_new_number(self, world: World) -> None:
        self.served(world, "a")
        patched = roll_to(world, pods_of("b", ready_after_s="0.5"))
        world.change({"spec": {"replicas": 4}})
        found = settled(world)
        assert found["status"]["availableReplicas"] == 4
        assert found["metadata"]["generation"] == patched["metadata"]["generation"] + 1
        assert is_same_template(found["spec"]["template"], patched["spec"]["template"])

    def test_nothing_left_running_is_complete_too(self, world: World) -> None:
        self.served(world, "a")
        world.change({"spec": {"replicas": 0}})
        assert "availableReplicas" not in settled(world)["status"]

    @pytest.mark.parametrize("copies", [1, 3])
    def test_old_pods_serve_until_new_ones_do(self, world: World, copies: int) -> None:
        self.served(world, "a", replicas=copies)
        roll_to(world, pods_of("b", ready_after_s="0.3"))
        least = copies

        def over() -> bool:
            nonlocal least
            status = look(world)["status"]
            least = min(least, status.get("availableReplicas", 0))
            counts = [status.get(name, 0) for name in ("observedGeneration", "updatedReplicas", "replicas")]
            return counts == [2, copies, copies]

        world.wait(over)
        assert least >= copies - copies // 4
