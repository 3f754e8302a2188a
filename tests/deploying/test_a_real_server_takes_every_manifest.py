"""Every object is applied to a real API server that refuses unknown fields; its pods pass the restricted profile."""

import json
from typing import Any

import pytest

from tests.deploying.rendering import HOME, OVERLAYS, TARGET, Object, apply, moved, of_kind, pods, rendered
from tests.parts.kubernetes.control_plane import ControlPlane


def in_new_namespaces(plane: ControlPlane, objects: Any) -> Any:
    return moved(objects, {HOME: plane.namespace(), TARGET: plane.namespace()})


def applied(plane: ControlPlane, objects: list[Object]) -> list[Object]:
    """The objects as the server keeps them."""
    answers = [(one["metadata"]["name"], *apply(plane.api, one)) for one in objects]
    refused = [(name, status, answer.get("message")) for name, status, answer in answers if status not in (200, 201)]
    assert not refused
    return [answer for _, _, answer in answers]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_object_is_taken_and_applying_again_changes_nothing(kubernetes: ControlPlane, overlay: str) -> None:
    objects = in_new_namespaces(kubernetes, rendered(overlay))
    first = applied(kubernetes, objects)
    assert len(first) == len(objects) >= 6
    again = applied(kubernetes, objects)
    assert [one["metadata"].get("generation") for one in again] == [one["metadata"].get("generation") for one in first]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_next_version_is_applied_over_this_one(kubernetes: ControlPlane, overlay: str) -> None:
    objects = in_new_namespaces(kubernetes, rendered(overlay))
    applied(kubernetes, objects)
    newer = json.loads(json.dumps(objects).replace("0.1.0", "0.2.0"))
    assert newer != objects
    applied(kubernetes, newer)


def test_a_field_that_nobody_knows_is_refused(kubernetes: ControlPlane) -> None:
    one = in_new_namespaces(kubernetes, of_kind(rendered("observe-only"), "StatefulSet")[0])
    one["spec"]["template"]["spec"]["containers"][0]["readynessProbe"] = {}
    status, answer = apply(kubernetes.api, one)
    assert status >= 400
    assert "readynessProbe" in answer["message"]


def restricted(plane: ControlPlane) -> str:
    """A namespace that takes no other pods than those of the restricted profile."""
    name = f"{plane.namespace()}-restricted"
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    plane.api.ok("POST", "/api/v1/namespaces", {"metadata": {"name": name, "labels": labels}})
    return name


def made(plane: ControlPlane, namespace: str, template: Object) -> tuple[int, Any]:
    body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "one"}, "spec": template["spec"]}
    return plane.api.ask("POST", f"/api/v1/namespaces/{namespace}/pods", body, dryRun="All", fieldValidation="Strict")


def test_a_namespace_with_the_restricted_profile_takes_all_pods_and_none_with_less(kubernetes: ControlPlane) -> None:
    namespace, objects = restricted(kubernetes), rendered("acting")
    applied(kubernetes, moved(of_kind(objects, "ServiceAccount"), {HOME: namespace}))
    templates = dict(pods(objects))
    assert set(templates) == {"fairdrift-monitor", "fairdrift-rollback", "fairdrift-begin-log"}
    for template in templates.values():
        template["spec"]["serviceAccountName"] = template["spec"].get("serviceAccountName", "fairdrift-monitor")
        status, answer = made(kubernetes, namespace, template)
        assert status == 201, answer
        del template["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"]
        status, answer = made(kubernetes, namespace, template)
        assert (status, "PodSecurity" in answer["message"]) == (403, True)
