"""The acting overlay, installed in namespaces of its own, and its pods on this machine."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from monitor.adapters.audit_reading import kept
from tests.changing_a_real_cluster.rights import ACCOUNT, DEPLOYMENT
from tests.changing_a_real_cluster.worlds import pods_of, spec_of
from tests.deploying.node import Node, needs_mounts
from tests.deploying.rendering import HOME, TARGET, Object, apply, moved, of_kind, pods, rendered, the
from tests.parts.kafka.broker import KafkaBroker
from tests.parts.kubernetes.control_plane import ControlPlane
from tests.parts.processes import HOST, Process, free_ports

READER, CONTROLLER, OPERATOR = "token-of-a-reader", "token-of-the-controller", "token-of-kim"


@dataclass(frozen=True)
class Install:
    """The acting overlay in namespaces of its own, with what an operator brings."""

    node: Node
    templates: dict[str, Object]
    ports: dict[str, int]
    home: str

    def begin_log(self) -> str:
        template = self.templates["fairdrift-begin-log"]
        self.node.run(template, "key")
        return self.node.run(template, "begin-log")

    def probes(self, name: str) -> dict[str, int]:
        """Status of each probe of a container, asked as a kubelet would."""
        one = self.templates[f"fairdrift-{name}"]["spec"]["containers"][0]
        paths = {kind: one[kind]["httpGet"] for kind in ("startupProbe", "livenessProbe", "readinessProbe")}
        assert {get["port"] for get in paths.values()} == {"telemetry"}
        return {kind: self.get(f"{name} telemetry", get["path"]) for kind, get in paths.items()}

    def get(self, port: str, path: str, token: str | None = None) -> int:
        """Status of an answer; 0: none."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        try:
            with urlopen(Request(f"http://{HOST}:{self.ports[port]}{path}", headers=headers), timeout=5) as answer:
                return int(answer.status)
        except HTTPError as error:
            error.close()
            return error.code
        except (URLError, OSError):
            return 0

    def asks(self, *words: str) -> str:
        """What a person is told who runs a command in the pod of the rollback process."""
        template = deepcopy(self.templates["fairdrift-rollback"])
        template["spec"]["containers"][0]["args"] = list(words)
        env = {**self.node.env, "FAIRDRIFT__CONTROLLER__API": f":{self.ports['rollback api']}", "LOGNAME": "kim"}
        return replace(self.node, env=env).run(template, "rollback")

    def kinds(self) -> list[str]:
        folder = self.node.claimed("fairdrift-audit") / "audit"
        with suppress(OSError):
            return [str(json.loads(line)["kind"]) for line in kept(folder).lines]
        return []


@pytest.fixture
def install(kubernetes: ControlPlane, kafka: KafkaBroker, tmp_path: Path) -> Install:
    needs_mounts()
    home, target = kubernetes.namespace(), kubernetes.namespace()
    objects = moved(rendered("acting"), {HOME: home, TARGET: target})
    for one in of_kind(objects, "ServiceAccount", "Role", "RoleBinding"):
        assert apply(kubernetes.api, one)[0] in (200, 201)
    body = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": DEPLOYMENT}}
    where = f"/apis/apps/v1/namespaces/{target}/deployments"
    kubernetes.api.ok("POST", where, {**body, "spec": spec_of(pods_of("a"))})
    topics = [kafka.create_topic(f"{home}.{role}") for role in ("inference", "outcome")]

    names = ("monitor telemetry", "monitor api", "rollback telemetry", "rollback api")
    ports = dict(zip(names, free_ports(4), strict=True))
    settings = the(objects, "ConfigMap", "fairdrift-settings")
    text = settings["data"]["fairdrift.yaml"]
    for old, new in {
        r"kafka-bootstrap\.kafka:9093": kafka.bootstrap,
        r"security: \{[^}]*\}": "security: {protocol: PLAINTEXT, insecure: true}",
        r"readmission\.inference": topics[0],
        r"readmission\.outcome": topics[1],
        r"http://fairdrift-monitor:8464": f"http://{HOST}:{ports['monitor api']}",
        r"controller: \{": f"controller: {{every: 1s, namespace: {home}, ",
        r"namespace: clinical": f"namespace: {target}",
    }.items():
        text, count = re.subn(old, new, text)
        assert count == 1, old
    key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    tokens = {"read.token": f"grafana {READER}\nrollback {CONTROLLER}\n", "operate.token": f"kim {OPERATOR}\n"}
    contents = {
        settings["metadata"]["name"]: {"fairdrift.yaml": text},
        "fairdrift-kafka": {"password": "secret", "ca.crt": ""},
        "fairdrift-tokens": {**tokens, "hook.token": "token-of-alertmanager"},
        "fairdrift-feed": {"feed.token": CONTROLLER},
        "fairdrift-audit-key": {"audit.key": key},
        "fairdrift-begin": {"who": "kim", "reason": "acting begins on the wards"},
    }
    account = {"token": kubernetes.account_token(home, ACCOUNT), "ca.crt": kubernetes.ca.read_text(), "namespace": home}
    address = urlsplit(kubernetes.url)
    env = {"KUBERNETES_SERVICE_HOST": str(address.hostname), "KUBERNETES_SERVICE_PORT": str(address.port)}
    return Install(Node(tmp_path, contents, account, env), dict(pods(objects)), ports, home)


@pytest.fixture
def started(install: Install) -> Iterator[Callable[[str], Process]]:
    """Starts a container on ports of its own, and ends it with the test."""
    processes = []

    def start(name: str) -> Process:
        node = install.node
        ports = {
            "FAIRDRIFT__HTTP__TELEMETRY": f":{install.ports[f'{name} telemetry']}",
            f"FAIRDRIFT__{'HTTP' if name == 'monitor' else 'CONTROLLER'}__API": f":{install.ports[f'{name} api']}",
        }
        other = replace(node, env={**node.env, **ports})
        processes.append(other.start(install.templates[f"fairdrift-{name}"], name))
        return processes[-1]

    yield start
    for process in processes:
        process.stop(grace_s=10)
