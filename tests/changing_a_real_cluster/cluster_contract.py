"""What every `Cluster` does when Deployments are read and patched. A subclass gives the fixture `world`."""

import pytest

from monitor.acting.identities import bare_template, is_same_template
from monitor.acting.owners import last_writer
from monitor.acting.raw import field
from monitor.ports_cluster import ClusterConflict, ClusterGone, ClusterRefused, Json
from tests.changing_a_real_cluster.rights import DEPLOYMENT
from tests.changing_a_real_cluster.worlds import World, patch_to, pods_of, spec_of


def look(world: World) -> Json:
    return world.cluster.look(world.target, DEPLOYMENT).deployment


def settled(world: World) -> Json:
    """The Deployment as soon as its rollout is complete and no pod terminates."""

    def complete() -> Json | None:
        found = look(world)
        status, wanted = found.get("status", {}), found["spec"]["replicas"]
        served = [status.get(name, 0) for name in ("updatedReplicas", "replicas", "availableReplicas")]
        is_seen = status.get("observedGeneration", 0) >= found["metadata"]["generation"]
        is_alone = not status.get("terminatingReplicas")
        return found if is_seen and is_alone and served == [wanted] * 3 else None

    found = world.wait(complete)
    assert found is not None
    return found


def roll_to(world: World, pods: Json) -> Json:
    """Patch in a template as we do, again after each conflict; the answer."""
    for _ in range(20):
        try:
            return world.cluster.patch(world.target, DEPLOYMENT, patch_to(look(world), pods))
        except ClusterConflict:
            continue
    raise AssertionError("twenty conflicts")


class PatchContract:
    """Reading a Deployment, and one patch of it."""

    @pytest.fixture
    def web(self, world: World) -> Json:
        """A Deployment at rest."""
        world.make(DEPLOYMENT, spec_of(pods_of("a")))
        return settled(world)

    def test_a_look_gives_the_deployment_and_its_replica_sets(self, world: World, web: Json) -> None:
        seen = world.cluster.look(world.target, DEPLOYMENT)
        assert seen.deployment["metadata"]["uid"] == web["metadata"]["uid"]
        (one,) = seen.replica_sets
        assert is_same_template(one["spec"]["template"], web["spec"]["template"])
        assert one["metadata"]["ownerReferences"][0]["uid"] == web["metadata"]["uid"]

    def test_t8_a_replica_set_of_another_owner_is_left_out(self, world: World, web: Json) -> None:
        world.make("twin", spec_of(pods_of("b")))
        world.pass_time(1)
        (one,) = world.cluster.look(world.target, DEPLOYMENT).replica_sets
        assert one["metadata"]["ownerReferences"][0]["uid"] == web["metadata"]["uid"]

    def test_what_does_not_exist_is_gone(self, world: World) -> None:
        with pytest.raises(ClusterGone):
            world.cluster.look(world.target, DEPLOYMENT)
        with pytest.raises(ClusterGone):
            world.cluster.patch(world.target, DEPLOYMENT, patch_to({"metadata": {"resourceVersion": "1"}}, {}))

    def test_a_patch_answers_with_what_it_made(self, world: World, web: Json) -> None:
        answer = world.cluster.patch(world.target, DEPLOYMENT, patch_to(web, pods_of("b")))
        assert is_same_template(answer["spec"]["template"], look(world)["spec"]["template"])
        assert answer["metadata"]["generation"] == web["metadata"]["generation"] + 1
        assert answer["status"]["observedGeneration"] == web["metadata"]["generation"]  # nobody has reacted yet
        assert answer["metadata"]["resourceVersion"] != web["metadata"]["resourceVersion"]

    def test_the_server_fills_in_what_a_template_leaves_out_and_keeps_the_rest(self, world: World, web: Json) -> None:
        answer = world.cluster.patch(world.target, DEPLOYMENT, patch_to(web, pods_of("b")))
        before, after = web["spec"]["template"], answer["spec"]["template"]
        assert after["spec"]["restartPolicy"] == "Always"
        image = after["spec"]["containers"][0].pop("image")
        assert image == pods_of("b")["spec"]["containers"][0]["image"]
        del before["spec"]["containers"][0]["image"]
        assert after["spec"] == before["spec"]

    def test_a_patch_without_the_version_that_was_read_is_never_sent(self, world: World, web: Json) -> None:
        with pytest.raises(ValueError, match="resourceVersion"):
            world.cluster.patch(world.target, DEPLOYMENT, patch_to(web, pods_of("b"))[1:])
        assert look(world) == web

    def test_t10_a_patch_after_somebody_wrote_is_a_conflict(self, world: World, web: Json) -> None:
        world.change({"metadata": {"labels": {"ward": "seven"}}})
        with pytest.raises(ClusterConflict):
            world.cluster.patch(world.target, DEPLOYMENT, patch_to(web, pods_of("b")))
        assert look(world)["spec"] == web["spec"]

    def test_t11_a_status_that_was_written_is_a_conflict_too(self, world: World, web: Json) -> None:
        early = roll_to(world, pods_of("b"))
        settled(world)
        with pytest.raises(ClusterConflict):
            world.cluster.patch(world.target, DEPLOYMENT, patch_to(early, pods_of("c")))

    def test_a_dry_run_answers_as_the_patch_would_and_leaves_nothing(self, world: World, web: Json) -> None:
        tried = world.cluster.patch(world.target, DEPLOYMENT, patch_to(web, pods_of("b")), is_dry_run=True)
        assert look(world) == web
        done = world.cluster.patch(world.target, DEPLOYMENT, patch_to(web, pods_of("b")))
        assert tried["spec"] == done["spec"]
        assert tried["metadata"]["generation"] == done["metadata"]["generation"]

    def test_a_dry_run_is_held_to_the_same_version(self, world: World, web: Json) -> None:
        world.change({"metadata": {"labels": {"ward": "seven"}}})
        with pytest.raises(ClusterConflict):
            world.cluster.patch(world.target, DEPLOYMENT, patch_to(web, pods_of("b")), is_dry_run=True)

    @pytest.mark.parametrize("is_dry_run", [True, False])
    @pytest.mark.parametrize(
        "operation",
        [
            {"op": "replace", "path": "/spec/selector/matchLabels/app", "value": "other"},
            {"op": "replace", "path": "/spec/template/metadata/labels/app", "value": "other"},
            {"op": "replace", "path": "/spec/template/spec/containers", "value": []},
            {"op": "add", "path": "/spec/replica", "value": 5},
            {"op": "replace", "path": "/spec/strategy/ward", "value": "seven"},
            {"op": "test", "path": "/spec/replicas", "value": 5},
        ],
        ids=[
            "another selector",
            "labels beside the selector",
            "no container",
            "a field that is none",
            "a path that leads nowhere",
            "a test that fails",
        ],
    )
    def test_a_patch_that_the_server_finds_wrong_is_refused_whole(
        self, world: World, web: Json, operation: Json, is_dry_run: bool
    ) -> None:
        good, *_ = patch_to(web, pods_of("b"))
        paused = {"op": "add", "path": "/spec/paused", "value": True}
        with pytest.raises(ClusterRefused) as refused:
            world.cluster.patch(world.target, DEPLOYMENT, [good, paused, operation], is_dry_run=is_dry_run)
        assert refused.value.reason in ("Invalid", "BadRequest")
        assert look(world) == web

    def test_t4_a_patch_of_nothing_changes_no_version(self, world: World, web: Json) -> None:
        same = patch_to(web, web["spec"]["template"])
        assert world.cluster.patch(world.target, DEPLOYMENT, same)["metadata"] == web["metadata"]
        assert look(world) == web

    def test_annotations_of_others_stay_as_they_are(self, world: World, web: Json) -> None:
        world.change({"metadata": {"annotations": {"wards.example/contact": "seven"}}})
        read = settled(world)
        ours = {"op": "add", "path": "/metadata/annotations/fairdrift.io~1incident", "value": "i-1"}
        answer = world.cluster.patch(world.target, DEPLOYMENT, [*patch_to(read, pods_of("b")), ours])
        assert (
            answer["metadata"]["annotations"].items()
            >= {
                "wards.example/contact": "seven",
                "fairdrift.io/incident": "i-1",
                "deployment.kubernetes.io/revision": "1",
            }.items()
        )

    def test_t17_who_wrote_the_template_last_can_be_told(self, world: World, web: Json) -> None:
        world.pass_time(1.1)
        assert last_writer(roll_to(world, pods_of("b"))).name == "fairdrift-rollback"
        world.pass_time(1.1)
        world.change({"spec": {"template": pods_of("c")}}, manager="argocd-controller")
        assert last_writer(settled(world)).name == "argocd-controller"

    def test_t12_one_that_was_made_anew_is_another(self, world: World, web: Json) -> None:
        world.delete()
        with pytest.raises(ClusterGone):
            look(world)
        world.make(DEPLOYMENT, spec_of(pods_of("a")))
        with pytest.raises((ClusterConflict, ClusterRefused)):
            world.cluster.patch(world.target, DEPLOYMENT, patch_to(web, pods_of("b")))
        found = settled(world)
        assert found["metadata"]["uid"] != web["metadata"]["uid"]
        assert field(found, "spec", "template", "spec") == bare_template(web["spec"]["template"])["spec"]
