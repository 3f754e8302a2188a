"""The settings in the ConfigMaps load, and name the ports, files, services and objects that the manifests make."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from monitor.settings.load import parse
from monitor.settings.model import Settings
from tests.deploying.rendering import OVERLAYS, ROOT, Object, containers, of_kind, pods, rendered, the

FAIRDRIFT = (sys.executable, "-m", "monitor.cli.main")


def text_of(overlay: str) -> str:
    return str(the(rendered(overlay), "ConfigMap", "fairdrift-settings")["data"]["fairdrift.yaml"])


def settings_of(overlay: str) -> Settings:
    return parse(text_of(overlay), overlay)


def container(objects: list[Object], name: str) -> Object:
    return next(one for _, template in pods(objects) for one in template["spec"]["containers"] if one["name"] == name)


def port(address: str) -> int:
    return int(address.rpartition(":")[2])


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_shipped_settings_pass_check_and_no_series_fold(overlay: str, tmp_path: Path) -> None:
    path = tmp_path / "fairdrift.yaml"
    path.write_text(text_of(overlay), encoding="utf-8")
    command = [*FAIRDRIFT, "check", "--settings", str(path), "--output", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    model = json.loads(done.stdout)["result"]["models"]["readmission"]
    assert model["series"] <= model["series_limit"]


def test_observe_only_observes_and_acting_asks_a_person() -> None:
    assert settings_of("observe-only").models["readmission"].mode == "observe"
    assert settings_of("observe-only").controller is None
    assert settings_of("acting").models["readmission"].mode == "approve"
    assert text_of("acting") == text_of("shadow")


def test_the_overlays_watch_the_same() -> None:
    one, other = (settings_of(overlay) for overlay in ("observe-only", "acting"))
    assert (one.kafka, one.feeds, one.state) == (other.kafka, other.feeds, other.state)
    same = {"mode": "observe", "acting": None}
    assert other.models["readmission"].model_copy(update=same) == one.models["readmission"]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_ports_are_those_of_the_settings(overlay: str) -> None:
    objects, settings = rendered(overlay), settings_of(overlay)
    wanted = {"monitor": {"telemetry": port(settings.http.telemetry), "api": port(settings.http.api)}}
    if settings.controller is not None:
        wanted["rollback"] = {"telemetry": port(settings.http.telemetry), "api": port(settings.controller.api)}
    for name, ports in wanted.items():
        assert {one["name"]: one["containerPort"] for one in container(objects, name)["ports"]} == ports
        service = the(objects, "Service", f"fairdrift-{name}")["spec"]["ports"]
        assert {one["name"]: one["port"] for one in service} == ports
        assert all(one["targetPort"] == one["name"] for one in service)
        policy = the(objects, "NetworkPolicy", f"fairdrift-{name}")["spec"]
        assert {one["port"] for rule in policy["ingress"] for one in rule["ports"]} == set(ports)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_the_settings_reach_out_to_is_let_out(overlay: str) -> None:
    objects, settings = rendered(overlay), settings_of(overlay)

    def out(name: str) -> set[int]:
        policy = the(objects, "NetworkPolicy", f"fairdrift-{name}")["spec"]
        return {one["port"] for rule in policy["egress"] for one in rule["ports"]}

    assert settings.kafka is not None
    assert out("monitor") == {53, *(port(one) for one in settings.kafka.bootstrap_servers)}
    if settings.controller is not None:
        addresses = [urlsplit(url) for url in (settings.controller.feed, *settings.alerting.alertmanagers)]
        assert out("rollback") == {53, 443, 6443, *(one.port for one in addresses)}
        assert addresses[0].hostname == the(objects, "Service", "fairdrift-monitor")["metadata"]["name"]
        assert addresses[0].port == port(settings.http.api)


def test_the_settings_name_the_objects_that_there_are() -> None:
    objects, settings = rendered("acting"), settings_of("acting")
    acting = settings.models["readmission"].acting
    assert settings.controller is not None
    assert acting is not None
    ours = the(objects, "Deployment", settings.controller.deployment)["metadata"]
    assert ours["namespace"] == settings.controller.namespace
    for name in ("fairdrift-rollback-reads", "fairdrift-rollback-acts"):
        role = the(objects, "Role", name)
        assert role["metadata"]["namespace"] == acting.target.namespace
        named = [rule["resourceNames"] for rule in role["rules"] if "resourceNames" in rule]
        assert named == [[acting.target.deployment]]


FILES = {
    "monitor": ("kafka.security.password_file", "kafka.security.ca_file", "http.tokens.read_file"),
    "rollback": ("controller.token_file", "audit.signing_key_file", "http.tokens.read_file", "http.tokens.hook_file"),
    "begin-log": ("audit.signing_key_file",),
}
FOLDERS = {
    "monitor": ("state.dir",),
    "rollback": ("audit.dir", "controller.kill_switch_file"),
    "begin-log": ("audit.dir",),
}


@pytest.mark.parametrize("name", list(FILES))
def test_every_path_of_the_settings_lies_in_a_volume_of_its_kind(name: str) -> None:
    settings, objects = settings_of("acting"), rendered("acting")
    template = next(one for workload, one in pods(objects) if workload == f"fairdrift-{name}")
    kinds = {volume["name"]: volume for volume in template["spec"]["volumes"]}
    mounts = {Path(m["mountPath"]): m for m in container(objects, name)["volumeMounts"]}
    for setting in (*FILES[name], *FOLDERS[name]):
        path = Path(_at(settings, setting))
        mount = next(one for place, one in mounts.items() if place in (path, *path.parents))
        volume = kinds[mount["name"]]
        if setting.endswith(".dir"):
            assert "persistentVolumeClaim" in volume
            assert not mount.get("readOnly")
        else:
            assert mount["readOnly"]
    assert {mount["name"] for one in containers(template) for mount in one["volumeMounts"]} == set(kinds)
    assert Path("/etc/fairdrift") in mounts


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_command_and_flag_of_a_container_exists(overlay: str) -> None:
    for _, template in pods(rendered(overlay)):
        for one in template["spec"]["containers"]:
            words = [word for word in one["args"] if re.fullmatch(r"[a-z]+", word)]
            command = words[: 2 if words[0] == "audit" else 1]
            asked = [*FAIRDRIFT, *command, "--help"]
            told = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=60, cwd=ROOT).stdout
            for flag in (word for word in one["args"] if word.startswith("--")):
                assert re.search(rf"(?<![\w-]){flag}\b", told), (command, flag)


def test_no_manifest_names_a_registry_or_a_machine() -> None:
    images = {one["image"] for _, template in pods(rendered("acting")) for one in containers(template)}
    assert images == {"fairdrift:0.1.0"}
    assert len(of_kind(rendered("acting"), "Secret")) == 0


def _at(settings: Settings, path: str) -> Any:
    found: Any = settings
    for step in path.split("."):
        found = getattr(found, step)
    return found
