"""docs/deploying.md, run from top to bottom against a real API server: its commands say what it shows."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from monitor.settings.load import parse
from tests.deploying.rendering import FOLDER, ROOT, of_kind, rendered, the
from tests.parts.kubernetes.control_plane import ControlPlane
from tests.parts.kubernetes.program import control_plane_programs
from tests.proving_what_happened.test_the_page_is_true import is_as_shown, shell

PAGE = (ROOT / "docs" / "deploying.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(console|yaml|sh)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def blocks(language: str) -> list[str]:
    return [block for found, block in BLOCK.findall(PAGE) if found == language]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as the page takes it for granted: `deploy/`, what Kafka's people gave, our commands."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "mine").mkdir()
    (tmp_path / "bin" / "kubectl").symlink_to(control_plane_programs() / "kubectl")
    script = tmp_path / "bin" / "fairdrift"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m monitor.cli.main "$@"\n')
    script.chmod(0o755)
    (tmp_path / "deploy").symlink_to(FOLDER.parent)
    (tmp_path / "password").write_text("secret")
    (tmp_path / "ca.crt").write_text("-----BEGIN CERTIFICATE-----\n")
    return tmp_path


def test_every_command_of_the_page_says_what_the_page_shows(
    kubernetes: ControlPlane, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(kubernetes.kubeconfig()))
    (folder / "mine" / "kustomization.yaml").write_text(blocks("yaml")[0], encoding="utf-8")
    commands = 0
    for block in blocks("console"):
        said = shell(folder, block)
        assert is_as_shown(said, block), f"the page shows\n{block}\nand it says\n{said}"
        commands += block.count("\n$ ") + block.startswith("$ ")
    assert commands == PAGE.count("\n$ ") > 25


def test_the_patches_of_the_page_move_the_roles_and_nothing_else(tmp_path: Path) -> None:
    overlay = YAML(typ="safe", pure=True).load(next(one for one in blocks("yaml") if "patches:" in one))
    overlay["resources"] = [os.path.relpath(FOLDER / "acting", tmp_path.resolve())]
    with (tmp_path / "kustomization.yaml").open("w", encoding="utf-8") as file:
        YAML(typ="safe", pure=True).dump(overlay, file)
    objects = rendered(tmp_path.resolve())
    for name, verb in (("reads", "get"), ("acts", "patch")):
        role = the(objects, "Role", f"fairdrift-rollback-{name}")
        assert role["metadata"]["namespace"] == "wards"
        assert (role["rules"][0]["resourceNames"], role["rules"][0]["verbs"]) == (["triage"], [verb])
        bound = the(objects, "RoleBinding", f"fairdrift-rollback-{name}")
        assert bound["metadata"]["namespace"] == "wards"
        assert bound["subjects"][0]["namespace"] == "fairdrift"
    assert the(objects, "Role", "fairdrift-rollback-own")["metadata"]["namespace"] == "fairdrift"
    assert len(of_kind(objects, "Role")) == 3


def test_prometheus_takes_what_the_page_says_of_scraping(promtool: Path, tmp_path: Path) -> None:
    shown = next(one for one in blocks("yaml") if "scrape_configs" in one)
    (tmp_path / "prometheus.yml").write_text(shown, encoding="utf-8")
    asked = [str(promtool), "check", "config", str(tmp_path / "prometheus.yml")]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    jobs = YAML(typ="safe", pure=True).load(shown)["scrape_configs"]
    for job in jobs:
        (target,) = job["static_configs"][0]["targets"]
        name, _, rest = target.partition(".")
        service = the(rendered("acting"), "Service", name)
        assert rest == f"{service['metadata']['namespace']}:{service['spec']['ports'][0]['port']}"


def test_the_switch_of_the_page_is_the_one_that_the_process_looks_at() -> None:
    found = re.search(r"create configmap (\S+) --from-literal=(\w+)=\n", PAGE)
    assert found is not None
    objects = rendered("acting")
    settings = parse(the(objects, "ConfigMap", "fairdrift-settings")["data"]["fairdrift.yaml"], "acting")
    spec = the(objects, "Deployment", "fairdrift-rollback")["spec"]["template"]["spec"]
    (volume,) = (one["name"] for one in spec["volumes"] if one.get("configMap", {}).get("name") == found[1])
    (place,) = (one["mountPath"] for one in spec["containers"][0]["volumeMounts"] if one["name"] == volume)
    assert settings.controller is not None
    assert settings.controller.kill_switch_file == Path(place) / found[2]


def test_what_is_shown_and_not_run_exists() -> None:
    shown = "".join(blocks("sh"))
    commands = set(re.findall(r"-- (?:env \S+ )?fairdrift ((?:audit )?[a-z]+)", shown))
    assert len(commands) == shown.count(" -- ") == 4
    for command in commands:
        asked = [sys.executable, "-m", "monitor.cli.main", *command.split(), "--help"]
        assert subprocess.run(asked, capture_output=True, check=False, cwd=ROOT).returncode == 0, command
    for path in re.findall(r"-f (\S+)", shown):
        assert (ROOT / path).exists()
