"""T32: the shipped Roles are enough, and hold nothing that is not used."""

from collections.abc import Iterator
from typing import Any

import pytest

from monitor.ports_cluster import ClusterRefused, Kind, Told
from tests.changing_a_real_cluster.cluster_contract import look, roll_to, settled
from tests.changing_a_real_cluster.object_contract import lease, registry
from tests.changing_a_real_cluster.rights import (
    ACCOUNT,
    DEPLOYMENT,
    FILES,
    LEASE,
    REGISTRY,
    is_allowed,
    shipped,
)
from tests.changing_a_real_cluster.worlds import RealWorld, patch_to, pods_of, spec_of
from tests.parts.kubernetes.api import Api, until
from tests.parts.kubernetes.audit import asked_by
from tests.parts.kubernetes.control_plane import ControlPlane

Right = tuple[str, str, str]
"""Verb, API group, resource."""


def rights(*files: str) -> Iterator[Right]:
    """What the Roles in the files grant."""
    for rule in rules(*files):
        for group in rule["apiGroups"]:
            for resource in rule["resources"]:
                yield from ((verb, group, resource) for verb in rule["verbs"])


def rules(*files: str) -> Iterator[dict[str, Any]]:
    for thing in shipped(*(files or FILES)):
        if thing["kind"] == "Role":
            yield from thing["rules"]


@pytest.fixture
def world(kubernetes: ControlPlane) -> RealWorld:
    made = RealWorld(kubernetes)
    made.make(DEPLOYMENT, spec_of(pods_of("a")))
    settled(made)
    return made


def everything_we_ever_ask_for(world: RealWorld) -> None:
    cluster = world.cluster
    held = cluster.create(Kind.LEASE, world.home, lease("a"))
    cluster.read(Kind.LEASE, world.home, LEASE)
    cluster.replace(Kind.LEASE, world.home, held)
    kept = cluster.create(Kind.CONFIG_MAP, world.home, registry(m1="proven"))
    cluster.read(Kind.CONFIG_MAP, world.home, REGISTRY)
    cluster.replace(Kind.CONFIG_MAP, world.home, kept)
    cluster.patch(world.target, DEPLOYMENT, patch_to(settled(world), pods_of("b")), is_dry_run=True)
    roll_to(world, pods_of("b"))
    assert cluster.tell(Told(look(world), "Rollback", "Degraded", "back to a", is_warning=False, time_ms=0))


def test_t32_every_right_that_is_shipped_is_used_and_every_one_that_is_used_is_shipped(world: RealWorld) -> None:
    everything_we_ever_ask_for(world)

    def used() -> set[Right]:
        asked = asked_by(world.plane.audit_log, world.home, ACCOUNT)
        return {(one.verb, one.group, one.resource) for one in asked}

    until(lambda: ("create", "events.k8s.io", "events") in used())
    assert used() == set(rights())
    assert not [one for one in asked_by(world.plane.audit_log, world.home, ACCOUNT) if one.code in (401, 403)]


def test_the_server_is_told_who_asks(world: RealWorld) -> None:
    until(lambda: asked_by(world.plane.audit_log, world.home, ACCOUNT))
    agents = {one.agent for one in asked_by(world.plane.audit_log, world.home, ACCOUNT)}
    assert all(agent.startswith("fairdrift/") for agent in agents)


@pytest.mark.parametrize("rule", list(rules()), ids=lambda rule: f"{'+'.join(rule['verbs'])} {rule['resources'][0]}")
def test_what_can_be_limited_to_a_name_is(rule: dict[str, Any]) -> None:
    words = [*rule["verbs"], *rule["resources"], *rule["apiGroups"], *rule.get("resourceNames", ())]
    assert "*" not in words
    assert not {"secrets", "pods", "roles", "serviceaccounts"} & set(rule["resources"])
    if set(rule["verbs"]) & {"get", "patch", "update", "delete"}:
        assert rule["resourceNames"]


def test_nothing_that_is_shipped_reaches_beyond_its_namespaces() -> None:
    assert {thing["kind"] for thing in shipped(*FILES)} == {"ServiceAccount", "Role", "RoleBinding"}


def test_the_monitor_has_an_account_without_a_token_and_without_any_right() -> None:
    accounts = {one["metadata"]["name"]: one for one in shipped(*FILES) if one["kind"] == "ServiceAccount"}
    assert set(accounts) == {"fairdrift-monitor", ACCOUNT}
    assert accounts["fairdrift-monitor"]["automountServiceAccountToken"] is False
    bound = {who["name"] for one in shipped(*FILES) if one["kind"] == "RoleBinding" for who in one["subjects"]}
    assert bound == {ACCOUNT}
    assert [one["kind"] for one in shipped("monitor/account.yaml")] == ["ServiceAccount"]


def test_another_deployment_of_the_namespace_is_out_of_reach(world: RealWorld) -> None:
    world.make("twin", spec_of(pods_of("a")))
    with pytest.raises(ClusterRefused) as refused:
        world.cluster.look(world.target, "twin")
    assert refused.value.reason == "Forbidden"
    with pytest.raises(ClusterRefused):
        world.cluster.patch(world.target, "twin", patch_to(look(world), pods_of("b")))
    with pytest.raises(ClusterRefused):
        world.cluster.read(Kind.CONFIG_MAP, world.home, "kube-root-ca.crt")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/namespaces/{target}/secrets"),
        ("GET", "/api/v1/namespaces/{target}/pods"),
        ("GET", "/apis/apps/v1/namespaces/{target}/deployments"),
        ("DELETE", "/apis/apps/v1/namespaces/{target}/deployments/readmission"),
        ("PUT", "/apis/apps/v1/namespaces/{target}/deployments/readmission"),
        ("PATCH", "/apis/apps/v1/namespaces/{target}/deployments/readmission/scale"),
        ("GET", "/apis/apps/v1/deployments"),
        ("GET", "/api/v1/namespaces/{home}/configmaps"),
        ("DELETE", "/api/v1/namespaces/{home}/configmaps/fairdrift-registry"),
        ("POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/{home}/rolebindings"),
    ],
)
def test_whoever_steals_the_token_can_do_no_more_than_we(world: RealWorld, method: str, path: str) -> None:
    thief = Api(world.plane.url, world.plane.ca, world.plane.account_token(world.home, ACCOUNT))
    status, answer = thief.ask(
        method, path.format(home=world.home, target=world.target), {} if method != "GET" else None
    )
    assert (status, answer["reason"]) == (403, "Forbidden")


def test_in_shadow_everything_can_be_read_and_nothing_written(kubernetes: ControlPlane) -> None:
    world = RealWorld(kubernetes, "monitor/account.yaml", "rollback/rights.yaml")
    world.make(DEPLOYMENT, spec_of(pods_of("a")))
    read = settled(world)
    for is_dry_run in (True, False):
        with pytest.raises(ClusterRefused) as refused:
            world.cluster.patch(world.target, DEPLOYMENT, patch_to(read, pods_of("b")), is_dry_run=is_dry_run)
        assert refused.value.reason == "Forbidden"
    with pytest.raises(ClusterRefused):
        world.cluster.create(Kind.LEASE, world.home, lease("a"))
    assert not world.cluster.tell(Told(read, "Rollback", "Degraded", "not to be read", is_warning=False, time_ms=0))
    assert look(world) == read


def test_rights_that_are_taken_away_are_gone_for_us_too(world: RealWorld) -> None:
    path = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{world.target}/rolebindings/fairdrift-rollback-acts"
    world.plane.api.ok("DELETE", path)
    about = {"namespace": world.target, "verb": "patch", "group": "apps", "resource": "deployments", "name": DEPLOYMENT}
    until(lambda: not is_allowed(world.plane, world.home, about))
    with pytest.raises(ClusterRefused):
        world.cluster.patch(world.target, DEPLOYMENT, patch_to(look(world), pods_of("b")))


def test_an_account_that_is_gone_is_refused_in_words(world: RealWorld) -> None:
    world.plane.api.ok("DELETE", f"/api/v1/namespaces/{world.home}/serviceaccounts/{ACCOUNT}")

    def reason() -> str:
        try:
            look(world)
        except ClusterRefused as refused:
            return refused.reason
        return ""

    assert until(reason, 40) == "Unauthorized"
