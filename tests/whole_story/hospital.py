"""A hospital, all parts real: broker, monitor, Prometheus, Alertmanager, controller, API server; one settings file.

Each process reads the same file; where both would listen at one address on this machine, the environment of one of them
says another, as it would override any setting.
"""

import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import numpy as np
from typer.testing import CliRunner

from monitor.adapters.audit_reading import kept
from monitor.adapters.verdict_feed import HttpVerdictFeed
from monitor.cli.main import app
from tests.changing_a_real_cluster.rights import ACCOUNT, DEPLOYMENT
from tests.changing_a_real_cluster.worlds import RealWorld
from tests.parts.kafka.broker import KafkaBroker
from tests.parts.kubernetes.audit import Asked, asked_by
from tests.parts.kubernetes.control_plane import ControlPlane
from tests.parts.processes import HOST, Process, free_ports, start
from tests.rolling_back.stories import Story
from tests.telling_the_controller.worlds import Served
from tests.way_of_an_event.story import DAY_MS, Case, cases
from tests.way_of_an_event.test_from_a_kafka_record_to_a_prometheus_series import is_ready, send

SETTINGS = """\
version: 1
kafka: {{bootstrap_servers: ["{bootstrap}"], security: {{protocol: PLAINTEXT, insecure: true}}}}
state: {{dir: "{folder}/state"}}
feeds:
  discharge:
    inference: {{topic: {inference}}}
    outcome: {{topic: {outcome}}}
    horizon: 5d
    allowed_lateness: 6h
models:
  readmission:
    feed: discharge
    mode: auto
    attributes: {{sex: {{values: {{female: [F], male: [M]}}}}}}
    subgroups: {{depth: 1, min_cell: 11}}
    metrics: [false_negative_rate, false_positive_rate, error_rate]
    windows: {{pane: 1d, published: [7d, 28d]}}
    acting: {{target: {{namespace: {target}, deployment: {deployment}}}, timing_may_act: false}}
alerting: {{alertmanagers: ["http://{manager}"]}}
controller: {{feed: "http://127.0.0.1:{api}", token_file: "{folder}/read.token", api: "127.0.0.1:{hook}",
             namespace: {home}, kubeconfig: "{kubeconfig}", every: 10m}}
audit: {{dir: "{folder}/audit"}}
http: {{telemetry: "127.0.0.1:{telemetry}", api: "127.0.0.1:{api}",
       tokens: {{read_file: "{folder}/read.token", hook_file: "{folder}/hook.token"}}}}
"""
TOKENS = {"read": "a-token-for-reading", "hook": "a-token-for-hints"}
FAIRDRIFT = [sys.executable, "-m", "monitor.cli.main"]
WRITES = frozenset({"patch", "update", "create", "delete", "deletecollection"})


def patients(now_ms: int, r2_days: int, share: float, worse_days: int, *, by_r2: bool) -> list[Served]:
    """75 days of them. For `r2_days` r2 has served `share`; for `worse_days` two in three women who have the outcome
    have been missed: by r2 alone, or whoever serves."""
    rng, told = np.random.default_rng(3), []
    for case in cases(now_ms, days=75, per_day=80):
        is_new = case.time_ms >= now_ms - r2_days * DAY_MS and rng.random() < share
        is_worse = case.time_ms >= now_ms - worse_days * DAY_MS and case.sex == "F" and case.label
        fields = {name: getattr(case, name) for name in Case.__slots__ if name != "revision"}
        served = Served(**fields, revision="r2" if is_new else "r1")
        is_missed = is_worse and (is_new or not by_r2)
        told.append(replace(served, prediction=int(rng.random() > 2 / 3)) if is_missed else served)
    return told


@dataclass
class Hospital:
    """The parts, as they are started; `stop` ends the processes."""

    kafka: KafkaBroker
    kubernetes: ControlPlane
    folder: Path
    manager: str
    topics: Mapping[str, str]
    hook: int
    running: list[Process] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.telemetry, self.api, self.other = free_ports(3)
        self.world = RealWorld(self.kubernetes)
        self.cluster = Story(self.world)
        for letter in "ab":
            self.cluster.serve(letter)
        self.generation = self.cluster.generation()
        for name, token in TOKENS.items():
            (self.folder / f"{name}.token").write_text(token, encoding="utf-8")
        names = {"target": self.world.target, "home": self.world.home, "deployment": DEPLOYMENT, **self.topics}
        kubeconfig = self.kubernetes.kubeconfig(self.kubernetes.account_token(self.world.home, ACCOUNT))
        ports = {"telemetry": self.telemetry, "api": self.api, "hook": self.hook}
        told = {"bootstrap": self.kafka.bootstrap, "folder": self.folder, "manager": self.manager}
        self.settings = self.folder / "fairdrift.yaml"
        self.settings.write_text(SETTINGS.format(**names, **ports, **told, kubeconfig=kubeconfig), encoding="utf-8")
        done = CliRunner().invoke(app, ["audit", "start", "--reason", "the first", "--settings", str(self.settings)])
        assert done.exit_code == 0, done.output

    def admit(self, story: Sequence[Served], now_ms: int) -> None:
        """Send the patients, each served by pods that the cluster has."""
        hashes = {f"r{number}": self.cluster.hashes_of(letter)[0] for number, letter in enumerate("ab", 1)}
        for topic in self.topics.values():
            self.kafka.create_topic(topic, 2)
        named: list[Case] = [replace(case, says={"pod_template_hash": hashes[case.revision]}) for case in story]
        send(self.kafka, self.topics, named, now_ms)

    def run(self) -> Process:
        """Start the monitor."""
        monitor = self._start("run", {})
        monitor.wait_ready(lambda: is_ready(self.telemetry))
        return monitor

    def rollback(self, **more: str) -> Process:
        """Start the controller; it looks every ten minutes, if it is not told otherwise or asked to look sooner."""
        controller = self._start("rollback", {"FAIRDRIFT__HTTP__TELEMETRY": f"{HOST}:{self.other}", **more})
        controller.wait_ready(lambda: self.incidents() is not None and "stopped" not in self.kinds()[-1:])
        return controller

    def _start(self, command: str, more: Mapping[str, str]) -> Process:
        line: list[str | Path] = [*FAIRDRIFT, command, "--settings", self.settings]
        self.running.append(start(command, line, self.folder, {**os.environ, **more}))
        return self.running[-1]

    def feed(self) -> HttpVerdictFeed:
        return HttpVerdictFeed(f"http://{HOST}:{self.api}", self.folder / "read.token")

    def incidents(self) -> list[dict[str, Any]] | None:
        """What the controller says of incidents; None while it does not answer."""
        asked = Request(
            f"http://{HOST}:{self.hook}/v1/incidents", headers={"Authorization": f"Bearer {TOKENS['read']}"}
        )
        with suppress(OSError), urlopen(asked, timeout=5) as answer:
            found: list[dict[str, Any]] = json.load(answer)["incidents"]
            return found
        return None

    def states(self) -> list[str]:
        return [one["state"] for one in self.incidents() or []]

    def kinds(self) -> list[str]:
        """Kinds of the audit entries on the disk, oldest first."""
        return [str(json.loads(line)["kind"]) for line in kept(self.folder / "audit").lines]

    def writes(self) -> list[Asked]:
        """Writes that the controller asked the API server for, but for those on our own objects and Events."""
        asked = asked_by(self.kubernetes.audit_log, self.world.home, ACCOUNT)
        return [one for one in asked if one.verb in WRITES and one.resource not in ("leases", "configmaps", "events")]

    def end(self, process: Process) -> None:
        """As Kubernetes ends a pod."""
        process.child.send_signal(signal.SIGTERM)
        assert process.child.wait(20) == 0, process.tail()

    def stop(self) -> None:
        for process in self.running:
            process.stop()
