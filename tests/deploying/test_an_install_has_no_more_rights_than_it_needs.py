"""Observe-only can do nothing in the cluster; shadow reads; acting alone holds the Roles that write."""

from typing import Any

import pytest

from monitor import __version__
from tests.deploying.rendering import OVERLAYS, Object, containers, of_kind, pods, rendered, the

RIGHTS = ("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")


def verbs(overlay: str) -> set[str]:
    return {verb for role in of_kind(rendered(overlay), "Role") for rule in role["rules"] for verb in rule["verbs"]}


def test_observe_only_has_no_role_no_token_and_nothing_that_could_act() -> None:
    objects = rendered("observe-only")
    assert not of_kind(objects, *RIGHTS)
    assert [one["metadata"]["name"] for one in of_kind(objects, "ServiceAccount")] == ["fairdrift-monitor"]
    assert the(objects, "ServiceAccount", "fairdrift-monitor")["automountServiceAccountToken"] is False
    assert [name for name, _ in pods(objects)] == ["fairdrift-monitor"]
    assert "acting" not in the(objects, "ConfigMap", "fairdrift-settings")["data"]["fairdrift.yaml"]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_only_the_rollback_process_gets_a_token_of_the_api_server(overlay: str) -> None:
    got = {}
    for name, template in pods(rendered(overlay)):
        projected = [volume for volume in template["spec"]["volumes"] if "projected" in volume]
        got[name] = template["spec"]["automountServiceAccountToken"] or bool(projected)
    assert {name for name, has in got.items() if has} == ({"fairdrift-rollback"} & set(got))


def test_shadow_only_reads_and_acting_adds_what_it_writes() -> None:
    assert verbs("shadow") == {"get", "list"}
    assert verbs("acting") == {"get", "list", "create", "update", "patch"}
    kinds = {one["kind"] for overlay in OVERLAYS for one in rendered(overlay)}
    assert not {"ClusterRole", "ClusterRoleBinding", "Secret"} & kinds


def test_shadow_cannot_act_whatever_the_settings_say_and_acting_can() -> None:
    def args(overlay: str) -> list[str]:
        spec = the(rendered(overlay), "Deployment", "fairdrift-rollback")["spec"]["template"]["spec"]
        return list(spec["containers"][0]["args"])

    assert args("shadow")[-2:] == ["--mode", "shadow"]
    assert args("acting") == args("shadow")[:-2]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_containers_write_nowhere_but_into_their_volumes(overlay: str) -> None:
    for _, template in pods(rendered(overlay)):
        person = template["spec"]["securityContext"]
        assert (person["runAsNonRoot"], person["runAsUser"], person["fsGroup"]) == (True, 10001, 10001)
        for one in containers(template):
            assert one["securityContext"]["readOnlyRootFilesystem"] is True
            assert one["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert set(one["resources"]["limits"]) == {"memory"}
            assert set(one["resources"]["requests"]) == {"cpu", "memory"}


def test_the_audit_log_has_one_writer_and_the_state_one_reader_of_the_log() -> None:
    objects = rendered("acting")
    rollback = the(objects, "Deployment", "fairdrift-rollback")["spec"]
    assert (rollback["replicas"], rollback["strategy"]) == (1, {"type": "Recreate"})
    assert the(objects, "StatefulSet", "fairdrift-monitor")["spec"]["replicas"] == 1
    assert the(objects, "CronJob", "fairdrift-begin-log")["spec"]["suspend"] is True


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_everything_carries_the_usual_labels_and_selectors_only_the_lasting_ones(overlay: str) -> None:
    usual = {f"app.kubernetes.io/{key}" for key in ("name", "instance", "version", "part-of", "managed-by")}
    for one in rendered(overlay):
        labels = one["metadata"]["labels"]
        assert usual <= set(labels), one["metadata"]["name"]
        assert labels["app.kubernetes.io/version"] == __version__
        assert one["kind"] == "ConfigMap" or "app.kubernetes.io/component" in labels
        for selector in _selectors(one):
            assert set(selector) == {"app.kubernetes.io/name", "app.kubernetes.io/component"}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_selector_finds_its_pods(overlay: str) -> None:
    objects = rendered(overlay)
    labels = [template["metadata"]["labels"] for _, template in pods(objects)]
    for one in of_kind(objects, "Service", "PodDisruptionBudget", "NetworkPolicy", "Deployment", "StatefulSet"):
        selector = next(_selectors(one))
        found = [pod for pod in labels if selector.items() <= pod.items()]
        assert len(found) == 1, one["metadata"]["name"]


def _selectors(one: Object) -> Any:
    spec = one.get("spec", {})
    if one["kind"] == "Service":
        yield spec["selector"]
    for key in ("selector", "podSelector"):
        if "matchLabels" in spec.get(key, {}):
            yield spec[key]["matchLabels"]
