"""The part itself: real programs, the pinned version, and pods that do as they are told."""

from pathlib import Path
from typing import Any

import pytest

from monitor.simulating.cluster.pods import PREFIX
from tests.parts.kubernetes.api import until
from tests.parts.kubernetes.control_plane import ControlPlane
from tests.parts.kubernetes.program import version


def test_the_server_and_kubectl_are_the_pinned_version(kubernetes: ControlPlane) -> None:
    assert kubernetes.api.ok("GET", "/version")["gitVersion"] == version()
    said = kubernetes.kubectl("version", "-o", "json").stdout
    assert said.count(version()) == 2


def test_a_folder_that_does_not_hold_the_programs_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRDRIFT_PART_KUBERNETES", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="holds no etcd and no kube-apiserver"):
        ControlPlane(tmp_path)


def test_a_program_that_does_not_start_is_reported_with_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs, home = tmp_path / "programs", tmp_path / "home"
    programs.mkdir()
    home.mkdir()
    for name in ("etcd", "kube-apiserver", "kube-controller-manager", "kubectl"):
        (programs / name).write_text("#!/bin/sh\necho wrong flag\nexit 3\n", encoding="utf-8")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("FAIRDRIFT_PART_KUBERNETES", str(programs))
    with pytest.raises(RuntimeError, match=r"kube-apiserver exited with 3:\nwrong flag"), ControlPlane(home):
        raise AssertionError("it started")


@pytest.mark.parametrize(
    ("said", "ready", "phase"),
    [
        ({}, True, "Running"),
        ({"ready": "false"}, False, "Running"),
        ({"fail": "ImagePullBackOff"}, False, "Pending"),
        ({"ready-after-s": "0.3"}, True, "Running"),
    ],
    ids=["as it is", "never ready", "no image", "later"],
)
def test_a_pod_becomes_what_its_annotations_say(
    kubernetes: ControlPlane, said: dict[str, str], ready: bool, phase: str
) -> None:
    pods = f"/api/v1/namespaces/{kubernetes.namespace()}/pods"
    about = {"name": "one", "annotations": {PREFIX + name: text for name, text in said.items()}}
    account = pods.replace("/pods", "/serviceaccounts/default")
    until(lambda: kubernetes.api.exists(account))
    container = {"name": "model", "image": "registry.example/readmission:1"}
    kubernetes.api.ok("POST", pods, {"metadata": about, "spec": {"containers": [container]}})

    def status() -> Any:
        found = kubernetes.api.ok("GET", f"{pods}/one")["status"]
        return found if "containerStatuses" in found else None

    found = until(status)
    assert found["phase"] == phase
    assert found["containerStatuses"][0]["ready"] is ready
    kubernetes.api.ok("DELETE", f"{pods}/one")
    until(lambda: not kubernetes.api.exists(f"{pods}/one"))
