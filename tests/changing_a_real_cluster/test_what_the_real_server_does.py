"""Facts of the real server that the design rests on, and T2: the same rollback as the real kubectl makes."""

import json
from typing import Any

import pytest

from monitor.acting.patch import tried
from monitor.ports_cluster import ClusterConflict, ClusterRefused, Json, Kind
from tests.changing_a_real_cluster.cluster_contract import look, roll_to, settled
from tests.changing_a_real_cluster.object_contract import lease
from tests.changing_a_real_cluster.plan_contract import carry_out, plan_to
from tests.changing_a_real_cluster.rights import DEPLOYMENT, LEASE
from tests.changing_a_real_cluster.rollout_contract import known
from tests.changing_a_real_cluster.worlds import RealWorld, patch_to, pods_of, spec_of
from tests.parts.kubernetes.api import JSON_PATCH, until
from tests.parts.kubernetes.control_plane import ControlPlane

ADMISSION = "/apis/admissionregistration.k8s.io/v1"


@pytest.fixture
def world(kubernetes: ControlPlane) -> RealWorld:
    return RealWorld(kubernetes)


def served(world: RealWorld, *letters: str) -> Json:
    """A Deployment that kubectl applied, and that served these revisions, each with a note of its own."""
    for letter in letters:
        about = {
            "name": DEPLOYMENT,
            "namespace": world.target,
            "annotations": {"kubernetes.io/change-cause": f"model {letter}", f"wards.example/{letter}": "seen"},
        }
        body = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": about, "spec": spec_of(pods_of(letter))}
        path = world.plane.ca.parent / f"{world.target}-{letter}.json"
        path.write_text(json.dumps(body), encoding="utf-8")
        applied = world.plane.kubectl("apply", "-f", str(path))
        assert applied.returncode == 0, applied.stderr
        settled(world)
    return look(world)


def test_t2_in_its_manner_we_leave_what_kubectl_rollout_undo_leaves(kubernetes: ControlPlane) -> None:
    theirs, ours = RealWorld(kubernetes), RealWorld(kubernetes)
    for world in (theirs, ours):
        served(world, "a", "b", "c")
    undo = kubernetes.kubectl("-n", theirs.target, "rollout", "undo", f"deployment/{DEPLOYMENT}", "--to-revision=1")
    assert undo.returncode == 0, undo.stderr
    carry_out(ours, plan_to(ours, "a"), "kubectl")

    def left(world: RealWorld) -> Any:
        found = settled(world)
        notes = dict(found["metadata"]["annotations"])
        applied = json.loads(notes.pop("kubectl.kubernetes.io/last-applied-configuration"))
        del applied["metadata"]["namespace"]  # in which the two differ
        return found["spec"], notes, applied, [(one.number, one.earlier, one.replicas) for one in known(world)]

    assert left(ours) == left(theirs)


def test_t2_kubectl_erases_what_was_noted_since_and_we_do_not(kubernetes: ControlPlane) -> None:
    world = RealWorld(kubernetes)
    served(world, "a", "b")
    world.change({"metadata": {"annotations": {"wards.example/opt-out": "yes"}}})
    carry_out(world, plan_to(world, "a"))
    assert settled(world)["metadata"]["annotations"]["wards.example/opt-out"] == "yes"
    world.change({"metadata": {"annotations": {"wards.example/later": "yes"}}})
    settled(world)
    undo = kubernetes.kubectl("-n", world.target, "rollout", "undo", f"deployment/{DEPLOYMENT}")
    assert undo.returncode == 0, undo.stderr
    assert "wards.example/later" not in settled(world)["metadata"]["annotations"]


def test_t10_a_test_of_the_version_fails_as_a_refusal_and_its_replacement_as_a_conflict(world: RealWorld) -> None:
    world.make(DEPLOYMENT, spec_of(pods_of("a")))
    read = settled(world)
    world.change({"metadata": {"labels": {"ward": "seven"}}})
    path = f"/apis/apps/v1/namespaces/{world.target}/deployments/{DEPLOYMENT}"
    replaced, change = patch_to(read, pods_of("b"))
    assert world.plane.api.ask("PATCH", path, [replaced, change], JSON_PATCH)[0] == 409
    assert world.plane.api.ask("PATCH", path, [{**replaced, "op": "test"}, change], JSON_PATCH)[0] == 422


def test_many_replica_sets_come_in_pages_and_none_is_left_out(world: RealWorld) -> None:
    world.make(DEPLOYMENT, spec_of(pods_of("a")))
    settled(world)
    for letter in "bcde":
        roll_to(world, pods_of(letter))
        settled(world)
    far = world.open(page_size=2)
    assert len(far.look(world.target, DEPLOYMENT).replica_sets) == 5
    far.close()


def test_a_policy_that_refuses_is_named_by_the_dry_run_and_by_the_patch(world: RealWorld) -> None:
    """T13, first half."""
    world.make(DEPLOYMENT, spec_of(pods_of("a")))
    read = settled(world)
    name = f"known-good.{world.target}"
    rule = {"expression": "!object.spec.template.metadata.annotations.exists(k, k == 'wards.example/refuse-me')"}
    spec = {
        "failurePolicy": "Fail",
        "matchConstraints": {"resourceRules": [_deployments_are_written()]},
        "validations": [{**rule, "message": "condemned since Tuesday"}],
    }
    policy = world.plane.api.ok("POST", f"{ADMISSION}/validatingadmissionpolicies", _named(name, spec))
    binding = {"policyName": name, "validationActions": ["Deny"], "matchResources": _only_in(world.target)}
    world.plane.api.ok("POST", f"{ADMISSION}/validatingadmissionpolicybindings", _named(name, binding))
    bad = pods_of("b")
    bad["metadata"]["annotations"]["wards.example/refuse-me"] = "yes"

    def refusal() -> ClusterRefused | None:
        try:
            world.cluster.patch(world.target, DEPLOYMENT, patch_to(look(world), bad), is_dry_run=True)
        except ClusterRefused as refused:
            return refused
        return None

    refused = until(refusal)
    assert refused is not None
    assert name in str(refused)
    assert "condemned since Tuesday" in str(refused)
    with pytest.raises(ClusterRefused, match="condemned since Tuesday"):
        world.cluster.patch(world.target, DEPLOYMENT, patch_to(look(world), bad))
    assert look(world)["spec"] == read["spec"]
    checked = world.plane.api.ok("GET", f"{ADMISSION}/validatingadmissionpolicies/{policy['metadata']['name']}")
    assert not checked.get("status", {}).get("typeChecking", {}).get("expressionWarnings")


def test_a_template_that_admission_changed_is_seen_in_the_answer(world: RealWorld) -> None:
    """T13, second half."""
    world.make(DEPLOYMENT, spec_of(pods_of("a")))
    settled(world)
    roll_to(world, pods_of("b"))
    settled(world)
    plan = plan_to(world, "a")
    name, beta = f"sidecar.{world.target}", "/apis/admissionregistration.k8s.io/v1beta1"
    note = "Object{spec: Object.spec{template: Object.spec.template{metadata: Object.spec.template.metadata{"
    expression = note + 'annotations: {"wards.example/injected": "yes"}}}}}'
    spec = {
        "failurePolicy": "Fail",
        "reinvocationPolicy": "Never",
        "matchConstraints": {"resourceRules": [_deployments_are_written()], **_only_in(world.target)},
        "mutations": [{"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": expression}}],
    }
    world.plane.api.ok("POST", f"{beta}/mutatingadmissionpolicies", _named(name, spec))
    world.plane.api.ok("POST", f"{beta}/mutatingadmissionpolicybindings", _named(name, {"policyName": name}))

    def outcome() -> str:
        read = look(world)
        try:
            answer = world.cluster.patch(world.target, DEPLOYMENT, patch_to(read, plan.template), is_dry_run=True)
        except ClusterConflict:
            return ""
        said = tried(plan, answer, None).outcome
        return "" if said == "ok" else said

    assert until(outcome) == "changed"


def test_a_lease_names_its_holder_to_kubectl(world: RealWorld) -> None:
    world.cluster.create(Kind.LEASE, world.home, lease("pod-1"))
    said = world.plane.kubectl("-n", world.home, "get", "lease", LEASE, "-o", "jsonpath={.spec.holderIdentity}")
    assert said.stdout == "pod-1"


def _deployments_are_written() -> Json:
    operations = ["CREATE", "UPDATE"]
    return {"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": operations, "resources": ["deployments"]}


def _only_in(namespace: str) -> Json:
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}


def _named(name: str, spec: Json) -> Json:
    return {"metadata": {"name": name}, "spec": spec}
