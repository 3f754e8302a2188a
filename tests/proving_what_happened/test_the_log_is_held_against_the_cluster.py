"""`audit reconcile`: what a cluster has and no entry tells of; on the cluster in memory and on a real API server."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monitor.acting.entries import Entry, Kind
from monitor.acting.raw import field, uid
from monitor.acting.replica_sets import revisions
from monitor.cli.audit.reconcile import reconciled, targets_of
from monitor.cli.exits import Refused
from monitor.settings.load import load
from tests.acting_safely.worlds import RULES
from tests.changing_a_real_cluster.rights import ACCOUNT, DEPLOYMENT
from tests.changing_a_real_cluster.worlds import MemoryWorld, RealWorld, World, pods_of, spec_of
from tests.parts.kubernetes.control_plane import ControlPlane
from tests.proving_what_happened.files import Place, place


@pytest.fixture(params=["memory", "real"])
def world(request: pytest.FixtureRequest) -> World:
    """A Deployment that served two revisions."""
    made: World = MemoryWorld() if request.param == "memory" else RealWorld(request.getfixturevalue("kubernetes"))
    made.make(DEPLOYMENT, spec_of(pods_of("a")))
    made.wait(lambda: len(made.cluster.look(made.target, DEPLOYMENT).replica_sets) == 1)
    made.change({"spec": {"template": pods_of("b")}})
    made.wait(lambda: len(made.cluster.look(made.target, DEPLOYMENT).replica_sets) == 2)
    return made


def seen(world: World) -> list[Entry]:
    """The entries of a controller that saw all of it."""
    there = world.cluster.look(world.target, DEPLOYMENT)
    return [
        Entry(
            seq=number,
            at_ms=0,
            kind=Kind.SEEN,
            actor="fairdrift",
            uid=uid(there.deployment),
            template_identity=one.template_identity,
            model_identity=one.model_identity,
            details={"replica_set_uid": one.uid},
        )
        for number, one in enumerate(revisions(there.deployment, there.replica_sets, RULES), start=1)
    ]


def findings(world: World, entries: list[Entry]) -> list[tuple[str, str]]:
    result = reconciled(entries, [(world.target, DEPLOYMENT)], world.cluster)
    return [(one["name"], one["why"]) for one in result[f"{world.target}/{DEPLOYMENT}"]["findings"]]


def test_a_log_that_tells_of_all_has_no_finding(world: World) -> None:
    entries = seen(world)
    assert len(entries) == 2
    assert findings(world, entries) == []


def test_a_revision_that_no_entry_tells_of_is_named(world: World) -> None:
    entries = seen(world)
    world.change({"spec": {"template": pods_of("c")}})
    world.wait(lambda: len(world.cluster.look(world.target, DEPLOYMENT).replica_sets) == 3)
    ((name, why),) = findings(world, entries)
    assert why == "no entry tells that it served"
    names = [field(one, "metadata", "name") for one in world.cluster.look(world.target, DEPLOYMENT).replica_sets]
    assert name in names


def test_a_deployment_that_is_gone_is_a_finding(world: World) -> None:
    entries = seen(world)
    world.delete()
    ((name, why),) = findings(world, entries)
    assert name == DEPLOYMENT
    assert why.startswith("there is no such Deployment, so nothing can be compared")


def test_the_command_compares_with_the_shipped_rights_of_the_controller(
    kubernetes: ControlPlane, tmp_path: Path
) -> None:
    world = RealWorld(kubernetes)
    world.make(DEPLOYMENT, spec_of(pods_of("a")))
    world.wait(lambda: len(world.cluster.look(world.target, DEPLOYMENT).replica_sets) == 1)
    kept = place(tmp_path)
    kept.settings.write_text(kept.settings.read_text().replace("clinical", world.target))
    kubeconfig = kubernetes.kubeconfig(kubernetes.account_token(world.home, ACCOUNT))
    compare = ("reconcile", "--kubeconfig", kubeconfig, "--output", "json")

    write(kept, [])
    done = kept.run(*compare)
    assert done.exit_code == 3, done.output
    assert len(json.loads(done.stdout)["result"][f"{world.target}/{DEPLOYMENT}"]["findings"]) == 1

    write(kept, seen(world))
    done = kept.run(*compare)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["result"][f"{world.target}/{DEPLOYMENT}"]["replica_sets"] == 1


def write(kept: Place, entries: list[Entry]) -> None:
    trail = kept.open()
    for one in entries:
        about: dict[str, Any] = {"uid": one.uid, "template_identity": one.template_identity, "details": one.details}
        trail.write(one.kind, at_ms=one.at_ms, actor=one.actor, **about)
    trail.close()


def without_file(kept: Place) -> Path:
    return kept.folder / "nowhere"


def without_server(kept: Place) -> Path:
    path = kept.folder / "kubeconfig"
    path.write_text(
        "apiVersion: v1\nkind: Config\ncurrent-context: a\n"
        "clusters: [{name: a, cluster: {server: 'http://127.0.0.1:1'}}]\n"
        "contexts: [{name: a, context: {cluster: a, user: a}}]\nusers: [{name: a, user: {}}]\n"
    )
    return path


@pytest.mark.parametrize(
    ("kubeconfig", "code", "sentence"),
    [(without_file, 2, "no way to the API server"), (without_server, 5, "127.0.0.1")],
)
def test_a_cluster_that_cannot_be_asked_is_told_in_one_sentence(
    tmp_path: Path, kubeconfig: Callable[[Place], Path], code: int, sentence: str
) -> None:
    kept = place(tmp_path)
    write(kept, [])
    done = kept.run("reconcile", "--kubeconfig", kubeconfig(kept))
    assert done.exit_code == code, done.output
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_target_there_is_nothing_to_compare(tmp_path: Path) -> None:
    kept = place(tmp_path)
    text = kept.settings.read_text()
    kept.settings.write_text("\n".join(line for line in text.splitlines() if "acting:" not in line))
    with pytest.raises(Refused, match=r"no model of these settings has acting\.target"):
        targets_of(load(kept.settings))
