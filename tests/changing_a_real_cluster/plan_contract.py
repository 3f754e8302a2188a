"""Plans, patches and completion of `monitor.acting`, on what a cluster really says. A subclass gives `world`."""

import json

from monitor.acting.completion import Patched, Progress, progress
from monitor.acting.identities import IdentityRules, is_same_template
from monitor.acting.patch import Manner, is_already_there, trial, warnings
from monitor.acting.plan import Plan, make_plan
from monitor.acting.raw import time_ms
from monitor.acting.replica_sets import revisions
from monitor.acting.target import candidates
from monitor.ports_cluster import ClusterConflict, Json
from tests.acting_safely.worlds import m_of
from tests.changing_a_real_cluster.cluster_contract import look, roll_to, settled
from tests.changing_a_real_cluster.rights import DEPLOYMENT
from tests.changing_a_real_cluster.rollout_contract import known, progressing
from tests.changing_a_real_cluster.worlds import World, pods_of, spec_of

RULES = IdentityRules()
OPT_OUT = "wards.example/keep"


def plan_to(world: World, letter: str, **stored: Json) -> Plan:
    """The plan of a person to go back to the revision that serves model `letter`."""
    seen = world.cluster.look(world.target, DEPLOYMENT)
    offered, _ = candidates(revisions(seen.deployment, seen.replica_sets, RULES), stored, RULES)
    target = next(one for one in offered if one.model_identity == m_of(letter))
    return make_plan("i-1", seen.deployment, target, None, by="person", policy="sha256:0", rules=RULES)


def carry_out(world: World, plan: Plan, manner: Manner = "minimal") -> Json | None:
    """Try the plan's patch dry, then send it; None if there is nothing to send."""
    for _ in range(20):
        patch = trial(plan, look(world), manner)
        if patch is None:
            return None
        try:
            tried = world.cluster.patch(world.target, DEPLOYMENT, patch.operations, is_dry_run=True)
            done = world.cluster.patch(world.target, DEPLOYMENT, patch.operations)
        except ClusterConflict:
            continue
        assert is_already_there(plan, tried)
        return done
    raise AssertionError("twenty conflicts")


def progress_of(world: World, plan: Plan, patched: Json) -> Progress:
    seen = world.cluster.look(world.target, DEPLOYMENT)
    found = revisions(seen.deployment, seen.replica_sets, RULES)
    writes = patched["metadata"]["managedFields"]
    ours = next(one for one in writes if one["manager"] == "fairdrift-rollback")
    at_ms = time_ms(ours["time"])
    assert at_ms is not None
    return progress(plan, seen.deployment, found, Patched(patched["metadata"]["generation"], at_ms))


class PlanContract:
    """From a plan to a rollout that has ended."""

    def test_t3_what_others_noted_on_the_deployment_stays_and_ours_says_why(self, world: World) -> None:
        world.make(DEPLOYMENT, spec_of(pods_of("a")))
        settled(world)
        roll_to(world, pods_of("b"))
        settled(world)
        world.change({"metadata": {"annotations": {OPT_OUT: "yes"}}})
        assert carry_out(world, plan_to(world, "a")) is not None
        notes = settled(world)["metadata"]["annotations"]
        assert notes[OPT_OUT] == "yes"
        assert notes["fairdrift.io/incident"] == "i-1"
        assert "rollback of incident i-1" in notes["kubernetes.io/change-cause"]

    def test_t4_to_the_template_that_is_there_nothing_is_sent(self, world: World) -> None:
        world.make(DEPLOYMENT, spec_of(pods_of("a")))
        settled(world)
        plan = plan_to(world, "a")
        assert carry_out(world, plan) is None
        assert look(world)["metadata"]["generation"] == 1

    def test_our_own_rule_of_completion_waits_for_the_last_old_pod(self, world: World) -> None:
        world.make(DEPLOYMENT, spec_of(pods_of("a")))
        settled(world)
        roll_to(world, pods_of("b", ends_after_s="2"))
        settled(world)
        plan = plan_to(world, "a")
        patched = carry_out(world, plan)
        assert patched is not None
        early = progress_of(world, plan, patched)
        assert (early.is_moved, early.has_stalled) == (False, False)

        def said_complete() -> Progress | None:
            found = progress_of(world, plan, patched)
            return found if found.is_replaced else None

        first = world.wait(said_complete)
        assert first is not None
        assert first.is_terminating is True
        world.wait(lambda: progress_of(world, plan, patched).is_terminating is False)

    def test_t14_back_from_a_stuck_rollout_its_stale_condition_does_not_count(self, world: World) -> None:
        world.make(DEPLOYMENT, spec_of(pods_of("a"), progressDeadlineSeconds=1))
        settled(world)
        roll_to(world, pods_of("b", fail="CrashLoopBackOff"))
        world.wait(lambda: progressing(look(world)) == "ProgressDeadlineExceeded")
        world.pass_time(2)
        plan = plan_to(world, "a")
        patched = carry_out(world, plan)
        assert patched is not None
        assert progressing(patched) == "ProgressDeadlineExceeded"
        assert not progress_of(world, plan, patched).has_stalled
        world.wait(lambda: progress_of(world, plan, patched).is_replaced)

    def test_t16_more_pods_meanwhile_are_waited_for(self, world: World) -> None:
        world.make(DEPLOYMENT, spec_of(pods_of("a")))
        settled(world)
        roll_to(world, pods_of("b"))
        settled(world)
        plan = plan_to(world, "a")
        patched = carry_out(world, plan)
        assert patched is not None
        world.change({"spec": {"replicas": 5}})
        world.wait(lambda: progress_of(world, plan, patched).is_replaced)
        assert look(world)["status"]["availableReplicas"] == 5

    def test_t17_somebody_who_puts_the_bad_one_back_is_seen(self, world: World) -> None:
        world.make(DEPLOYMENT, spec_of(pods_of("a")))
        settled(world)
        bad = roll_to(world, pods_of("b"))["spec"]["template"]
        settled(world)
        plan = plan_to(world, "a")
        patched = carry_out(world, plan)
        assert patched is not None
        world.change({"spec": {"template": bad}}, manager="argocd-controller")
        assert progress_of(world, plan, patched).is_moved

    def test_t6_the_own_copy_of_a_template_stands_in_for_its_replica_set(self, world: World) -> None:
        world.make(DEPLOYMENT, spec_of(pods_of("a"), revisionHistoryLimit=0))
        settled(world)
        (first,) = known(world)
        roll_to(world, pods_of("b"))
        settled(world)
        world.wait(lambda: len(known(world)) == 1)
        copy = json.loads(json.dumps(first.template))
        plan = plan_to(world, "a", **{first.template_identity: copy})
        assert plan.source == "own_copy"
        assert carry_out(world, plan) is not None
        assert is_same_template(settled(world)["spec"]["template"], first.template)

    def test_c15_a_client_side_apply_is_warned_of(self, world: World) -> None:
        world.make(DEPLOYMENT, spec_of(pods_of("a")))
        settled(world)
        assert not warnings(look(world))
        world.change({"metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"}}})
        assert warnings(look(world))
