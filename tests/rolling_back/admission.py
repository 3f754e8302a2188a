"""Admission that denies or changes what we patch, on either cluster."""

from collections.abc import Iterator
from contextlib import contextmanager

from monitor.ports_cluster import ClusterRefused, Json
from tests.changing_a_real_cluster.rights import DEPLOYMENT
from tests.changing_a_real_cluster.worlds import MemoryWorld, RealWorld, World, patch_to, pods_of
from tests.parts.kubernetes.api import until

ADMISSION = "/apis/admissionregistration.k8s.io"
NOTE = "wards.example/injected"
IS_TARGET = "object.spec.template.metadata.annotations['fairdrift.io/model-digest'].endsWith('aaaa')"


@contextmanager
def deny(world: World, message: str) -> Iterator[None]:
    """While this lasts, the template of model a is refused, with these words."""
    if isinstance(world, MemoryWorld):

        def admission(made: Json) -> Json:
            if _is_target(made):
                raise ClusterRefused(f"admission policy known-good denied: {message}", "Invalid")
            return made

        world.memory.admission = admission
        yield
        world.memory.admission = None
        return
    assert isinstance(world, RealWorld)
    name = f"known-good.{world.target}"
    spec = {
        "failurePolicy": "Fail",
        "matchConstraints": {"resourceRules": [_deployments_are_written()]},
        "validations": [{"expression": f"!{IS_TARGET}", "message": message}],
    }
    binding = {"policyName": name, "validationActions": ["Deny"], "matchResources": _only_in(world.target)}
    api, path = world.plane.api, f"{ADMISSION}/v1/validatingadmissionpolic"
    api.ok("POST", f"{path}ies", {"metadata": {"name": name}, "spec": spec})
    api.ok("POST", f"{path}ybindings", {"metadata": {"name": name}, "spec": binding})
    until(lambda: _outcome(world) == "denied")
    yield
    api.ok("DELETE", f"{path}ybindings/{name}")
    api.ok("DELETE", f"{path}ies/{name}")


@contextmanager
def mutate(world: World) -> Iterator[None]:
    """While this lasts, every template gets one annotation more."""
    if isinstance(world, MemoryWorld):

        def admission(made: Json) -> Json:
            made["spec"]["template"]["metadata"].setdefault("annotations", {})[NOTE] = "yes"
            return made

        world.memory.admission = admission
        yield
        world.memory.admission = None
        return
    assert isinstance(world, RealWorld)
    name = f"sidecar.{world.target}"
    note = "Object{spec: Object.spec{template: Object.spec.template{metadata: Object.spec.template.metadata{"
    spec = {
        "failurePolicy": "Fail",
        "reinvocationPolicy": "Never",
        "matchConstraints": {"resourceRules": [_deployments_are_written()], **_only_in(world.target)},
        "mutations": [
            {
                "patchType": "ApplyConfiguration",
                "applyConfiguration": {"expression": note + f'annotations: {{"{NOTE}": "yes"}}' + "}}}}"},
            }
        ],
    }
    api, path = world.plane.api, f"{ADMISSION}/v1beta1/mutatingadmissionpolic"
    api.ok("POST", f"{path}ies", {"metadata": {"name": name}, "spec": spec})
    api.ok("POST", f"{path}ybindings", {"metadata": {"name": name}, "spec": {"policyName": name}})
    until(lambda: _outcome(world) == "changed")
    yield
    api.ok("DELETE", f"{path}ybindings/{name}")
    api.ok("DELETE", f"{path}ies/{name}")


def _outcome(world: World) -> str:
    """What admission makes of a dry run of the target's template."""
    read = world.cluster.look(world.target, DEPLOYMENT).deployment
    try:
        made = world.cluster.patch(world.target, DEPLOYMENT, patch_to(read, pods_of("a")), is_dry_run=True)
    except ClusterRefused:
        return "denied"
    return "changed" if NOTE in made["spec"]["template"]["metadata"]["annotations"] else "ok"


def _is_target(made: Json) -> bool:
    return bool(made["spec"]["template"]["metadata"]["annotations"]["fairdrift.io/model-digest"].endswith("a"))


def _deployments_are_written() -> Json:
    operations = ["CREATE", "UPDATE"]
    return {"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": operations, "resources": ["deployments"]}


def _only_in(namespace: str) -> Json:
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}
