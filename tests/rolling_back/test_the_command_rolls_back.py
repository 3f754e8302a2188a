"""`fairdrift rollback` as a process of its own: on the real API server, with the shipped rights, to the end."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from typer.testing import CliRunner

from monitor.adapters.audit_reading import kept
from monitor.cli.main import app
from tests.changing_a_real_cluster.cluster_contract import settled
from tests.changing_a_real_cluster.rights import ACCOUNT, DEPLOYMENT
from tests.changing_a_real_cluster.worlds import RealWorld
from tests.parts.kubernetes.api import until
from tests.parts.kubernetes.control_plane import ControlPlane
from tests.parts.processes import HOST, Process, free_ports, start
from tests.rolling_back.monitor_server import serving
from tests.rolling_back.stories import Story

SETTINGS = """\
version: 1
feeds:
  discharge:
    inference: {{topic: readmission.inference, adapter: flat_json}}
    outcome: {{topic: readmission.outcome, adapter: flat_json}}
    horizon: 45d
models:
  readmission:
    feed: discharge
    mode: {mode}
    attributes: {{sex: {{values: {{female: [F], male: [M]}}}}}}
    metrics: [false_negative_rate]
    windows: {{pane: 1d, published: [7d]}}
    acting: {{target: {{namespace: {target}, deployment: {deployment}}}}}
alerting: {{alertmanagers: ["{monitor}"]}}
controller: {{feed: "{monitor}", token_file: {folder}/token, api: "127.0.0.1:{api}", namespace: {home},
             kubeconfig: {kubeconfig}, every: 1s}}
audit: {{dir: {folder}/audit}}
http: {{telemetry: "127.0.0.1:{telemetry}"}}
"""


@dataclass
class Place:
    """A cluster, a monitor that blames b, and the settings of a process between them."""

    story: Story
    folder: Path
    telemetry: int
    api: int

    @property
    def settings(self) -> Path:
        return self.folder / "fairdrift.yaml"

    def begin_log(self) -> None:
        done = CliRunner().invoke(app, ["audit", "start", "--reason", "first", "--settings", str(self.settings)])
        assert done.exit_code == 0, done.output

    @contextmanager
    def running(self, *more: str) -> Iterator[Process]:
        command = [sys.executable, "-m", "monitor.cli.main", "rollback", "--settings", str(self.settings), *more]
        process = start("rollback", command, self.folder, {**os.environ, "FAIRDRIFT_DEBUG": "1"})
        try:
            yield process
        finally:
            process.stop()

    def ask(self, path: str) -> Any:
        with urlopen(f"http://{HOST}:{self.api}{path}", timeout=5) as answer:
            return json.load(answer)

    def metric(self, line: str) -> float | None:
        with suppress(OSError), urlopen(f"http://{HOST}:{self.telemetry}/metrics", timeout=5) as answer:
            found = [one for one in answer.read().decode().splitlines() if one.startswith(line + " ")]
            return float(found[0].rpartition(" ")[2]) if found else None
        return None

    def kinds(self) -> list[str]:
        """Kinds of the entries on the disk, read beside the process that writes."""
        return [str(json.loads(line)["kind"]) for line in kept(self.folder / "audit").lines]


@contextmanager
def placed(kubernetes: ControlPlane, folder: Path, mode: str = "auto") -> Iterator[Place]:
    world = RealWorld(kubernetes)
    story = Story(world)
    story.serve("a")
    story.serve("b")
    story.say_good()
    story.say(rollout=None)
    telemetry, api = free_ports(2)
    place = Place(story, folder, telemetry, api)
    kubeconfig = kubernetes.kubeconfig(kubernetes.account_token(world.home, ACCOUNT))
    (folder / "token").write_text("secret", encoding="utf-8")
    with serving(story.feed) as monitor:
        names = {"target": world.target, "home": world.home, "deployment": DEPLOYMENT, "kubeconfig": kubeconfig}
        ports = {"telemetry": telemetry, "api": api, "monitor": monitor, "folder": folder, "mode": mode}
        place.settings.write_text(SETTINGS.format(**names, **ports), encoding="utf-8")
        yield place


def test_it_rolls_back_says_so_and_ends_cleanly(kubernetes: ControlPlane, tmp_path: Path) -> None:
    with placed(kubernetes, tmp_path) as place:
        before = place.story.generation()
        place.begin_log()
        with place.running() as process:
            process.wait_ready(lambda: place.story.generation() > before)
            settled(place.story.world)
            until(lambda: _states(place) == ["soaking"])
            assert place.metric('fairdrift_rollbacks_total{model="readmission",result="done"}') == 1
            assert place.metric("fairdrift_controller_ready") == 1
            process.child.send_signal(signal.SIGTERM)
            assert process.child.wait(10) == 0
        assert (place.story.serves(), place.story.generation()) == ("a", before + 1)
        assert place.kinds()[-1] == "stopped"
        verified = CliRunner().invoke(app, ["audit", "verify", "--settings", str(place.settings)])
        assert verified.exit_code == 0, verified.output


def _states(place: Place) -> list[str]:
    with suppress(OSError):
        return [one["state"] for one in place.ask("/v1/incidents")["incidents"]]
    return []


def test_a_log_that_nobody_has_begun_and_a_lowered_mode_only_watch(kubernetes: ControlPlane, tmp_path: Path) -> None:
    with placed(kubernetes, tmp_path) as place:
        before = place.story.generation()
        with place.running() as process:
            process.wait_ready(lambda: _states(place) == ["suppressed"])
            process.child.send_signal(signal.SIGTERM)
            assert process.child.wait(10) == 0
        place.begin_log()
        with place.running("--mode", "shadow") as process:
            process.wait_ready(lambda: place.metric('fairdrift_mode{mode="shadow",model="readmission"}') == 1)
            process.wait_ready(lambda: _states(place) == ["suppressed"])
        assert place.story.generation() == before


def _has(kind: str) -> Callable[[Place], bool]:
    return lambda place: kind in place.kinds()


@pytest.mark.parametrize(
    "is_time", [_has("intent"), lambda place: place.story.serves() == "a"], ids=["intent written", "patched"]
)
def test_t25_killed_by_the_system_it_makes_one_revision_change(
    kubernetes: ControlPlane, tmp_path: Path, is_time: Callable[[Place], bool]
) -> None:
    with placed(kubernetes, tmp_path) as place:
        before = place.story.generation()
        place.begin_log()
        with place.running() as process:
            process.wait_ready(lambda: is_time(place))
            process.child.send_signal(signal.SIGKILL)
            process.child.wait(10)
        with place.running() as process:
            process.wait_ready(lambda: _states(place) == ["soaking"], 60)
        assert (place.story.serves(), place.story.generation()) == ("a", before + 1)
        verified = CliRunner().invoke(app, ["audit", "verify", "--settings", str(place.settings)])
        assert verified.exit_code == 0, verified.output


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("controller:", "x_controller:"), "x_controller"),
        (("acting:", "x_acting:"), "x_acting"),
        (("every: 1s", "every: 0s"), "longer than nothing"),
    ],
)
def test_settings_that_cannot_be_used_are_named(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    names = dict.fromkeys(("target", "home", "deployment"), "n")
    ports = {"telemetry": 1, "api": 2, "monitor": "http://monitor.example", "folder": tmp_path, "kubeconfig": "k"}
    text = SETTINGS.format(mode="auto", **names, **ports).replace(*change)
    (tmp_path / "fairdrift.yaml").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "monitor.cli.main", "rollback", "--settings", str(tmp_path / "fairdrift.yaml")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert said in done.stderr
