"""A real control plane on loopback: etcd, kube-apiserver, kube-controller-manager; `kubelet` plays the nodes.

It dies with the tests, however they end. Every test takes a namespace of its own and leaves it behind: deleting one
takes longer than anything a test does in it.
"""

import json
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Self

from tests.parts.kubernetes.api import Api
from tests.parts.kubernetes.audit import POLICY
from tests.parts.kubernetes.certificates import write_certificates
from tests.parts.kubernetes.program import NAMES, control_plane_programs
from tests.parts.processes import HOST, Process, free_ports, start

CONTROLLERS = (
    "deployment-controller",
    "replicaset-controller",
    "garbage-collector-controller",
    "namespace-controller",
    "serviceaccount-controller",
    "clusterrole-aggregation-controller",
    "root-ca-certificate-publisher-controller",
    "validatingadmissionpolicy-status-controller",
)
"""What a rollout, its ownership and its permissions need."""

ADMIN, MANAGER = "admin", "system:kube-controller-manager"


class ControlPlane:
    """Kubernetes without nodes; stop, freeze and restart its server as a test needs.

    Parameters
    ----------
    home
        An empty folder.

    Raises
    ------
    FileNotFoundError
        if the folder of the part does not hold the four programs.
    RuntimeError, TimeoutError
        if one of them does not start; the message holds the end of its log.
    """

    def __init__(self, home: Path) -> None:
        self._home, self._programs = home, control_plane_programs()
        missing = [name for name in NAMES if not (self._programs / name).exists()]
        if missing:
            raise FileNotFoundError(f"{self._programs} holds no {' and no '.join(missing)}")
        self._tokens = {name: secrets.token_hex(16) for name in (ADMIN, MANAGER)}
        self._processes: dict[str, Process] = {}
        self._commands: dict[str, tuple[str, ...]] = {}
        self._names = count(1)
        self.ca, self.audit_log = home / "ca.crt", home / "audit.jsonl"

    def __enter__(self) -> Self:
        write_certificates(self._home)
        rows = ((self._tokens[ADMIN], ADMIN, ADMIN, "system:masters"), (self._tokens[MANAGER], MANAGER, MANAGER, ""))
        (self._home / "tokens.csv").write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
        (self._home / "audit-policy.json").write_text(json.dumps(POLICY), encoding="utf-8")
        for attempts_left in (2, 1, 0):
            try:
                self._start()
                break
            except RuntimeError:  # somebody took a port between our choosing it and the program's binding it
                self._stop()
                if not attempts_left:
                    raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _start(self) -> None:
        etcd, peer, port = free_ports(3)
        self.url = f"https://{HOST}:{port}"
        self.api = Api(self.url, self.ca, self._tokens[ADMIN])
        shutil.rmtree(self._home / "etcd", ignore_errors=True)
        self._run("etcd", _etcd(f"http://{HOST}:{etcd}", f"http://{HOST}:{peer}"))
        self._run("kube-apiserver", _api_server(f"http://{HOST}:{etcd}", port))
        self._wait_ready()
        manager = self.kubeconfig(self._tokens[MANAGER])
        self._run("kube-controller-manager", _manager(manager))
        account = "/api/v1/namespaces/default/serviceaccounts/default"
        self._processes["kube-controller-manager"].wait_ready(lambda: self.api.exists(account), 90)

    def _wait_ready(self) -> None:
        server = self._processes["kube-apiserver"]
        try:
            server.wait_ready(self.api.is_ready, 90)
        except (RuntimeError, TimeoutError) as error:
            error.add_note(f"etcd says:\n{self._processes['etcd'].tail()}")
            raise

    def _run(self, name: str, options: Mapping[str, str]) -> None:
        self._commands[name] = tuple(f"--{key.replace('_', '-')}={value}" for key, value in options.items())
        self._processes[name] = start(name, [self._programs / name, *self._commands[name]], self._home)

    def _stop(self) -> None:
        for process in reversed(self._processes.values()):
            process.stop()  # nothing to save
        self._processes.clear()

    def restart(self) -> None:
        """Kill the API server and start it again on the same address and store."""
        self._processes["kube-apiserver"].stop()
        command = self._commands["kube-apiserver"]
        self._processes["kube-apiserver"] = start(
            "kube-apiserver", [self._programs / "kube-apiserver", *command], self._home
        )
        self._wait_ready()

    def freeze(self) -> None:
        """Stop the API server from running, its connections kept open: it hangs."""
        self._processes["kube-apiserver"].child.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it run again."""
        self._processes["kube-apiserver"].child.send_signal(signal.SIGCONT)
        self._wait_ready()

    def namespace(self) -> str:
        """A namespace for one test."""
        name = f"test-{next(self._names)}"
        self.api.ok("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
        return name

    def account_token(self, namespace: str, account: str) -> str:
        """A token of a ServiceAccount, good for ten minutes, as its pod would get one."""
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token"
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 600}}
        token: str = self.api.ok("POST", path, body)["status"]["token"]
        return token

    def kubeconfig(self, token: str | None = None, server: str | None = None) -> Path:
        """A kubeconfig for who holds a token (None: the administrator).

        Parameters
        ----------
        server
            Where the API server is reached; None: directly.
        """
        cluster: Mapping[str, str] = {"server": server or self.url, "certificate-authority": str(self.ca)}
        settings = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "test",
            "clusters": [{"name": "test", "cluster": cluster}],
            "users": [{"name": "test", "user": {"token": token or self._tokens[ADMIN]}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
        }
        path = self._home / f"{secrets.token_hex(4)}.kubeconfig"
        path.touch(mode=0o600)
        path.write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML, too
        return path

    def kubectl(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run the real kubectl as administrator."""
        command = [str(self._programs / "kubectl"), f"--kubeconfig={self.kubeconfig()}", *arguments]
        return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


def _etcd(client: str, peer: str) -> Mapping[str, str]:
    return {
        "name": "test",
        "data_dir": "etcd",
        "listen_client_urls": client,
        "advertise_client_urls": client,
        "listen_peer_urls": peer,
        "initial_advertise_peer_urls": peer,
        "initial_cluster": f"test={peer}",
        "unsafe_no_fsync": "true",
        "log_level": "warn",
    }


def _api_server(etcd: str, port: int) -> Mapping[str, str]:
    return {
        "etcd_servers": etcd,
        "bind_address": HOST,
        "secure_port": str(port),
        "cert_dir": ".",
        "tls_cert_file": "server.crt",
        "tls_private_key_file": "server.key",
        "token_auth_file": "tokens.csv",
        "authorization_mode": "RBAC",
        "service_account_issuer": "https://kubernetes.default.svc",
        "service_account_key_file": "accounts.key",
        "service_account_signing_key_file": "accounts.key",
        "service_cluster_ip_range": "10.0.0.0/24",
        "endpoint_reconciler_type": "none",
        "audit_policy_file": "audit-policy.json",
        "audit_log_path": "audit.jsonl",
        # A template that admission changes is one of our refusals; the other way to make one is a webhook with TLS.
        "feature_gates": "MutatingAdmissionPolicy=true",
        "runtime_config": "admissionregistration.k8s.io/v1beta1=true",
    }


def _manager(kubeconfig: Path) -> Mapping[str, str]:
    return {
        "kubeconfig": str(kubeconfig),
        "controllers": ",".join(CONTROLLERS),
        "use_service_account_credentials": "true",
        "service_account_private_key_file": "accounts.key",
        "root_ca_file": "ca.crt",
        "leader_elect": "false",
        "secure_port": "0",
        "kube_api_qps": "500",
        "kube_api_burst": "1000",
    }
