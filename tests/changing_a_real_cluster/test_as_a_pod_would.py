"""The pod's own account: its token and its authority from the files that a kubelet mounts."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from kubernetes.config import ConfigException, incluster_config

from monitor.adapters.kubernetes.cluster import KubernetesCluster
from monitor.adapters.kubernetes.connection import open_client
from monitor.ports_cluster import ClusterGone, ClusterRefused
from tests.changing_a_real_cluster.rights import ACCOUNT, DEPLOYMENT
from tests.changing_a_real_cluster.worlds import RealWorld, pods_of, spec_of
from tests.parts.kubernetes.certificates import write_certificates
from tests.parts.kubernetes.control_plane import ControlPlane


@pytest.fixture
def world(kubernetes: ControlPlane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RealWorld:
    """One in which we find ourselves in a pod."""
    made = RealWorld(kubernetes)
    token = tmp_path / "token"
    token.write_text(kubernetes.account_token(made.home, ACCOUNT), encoding="utf-8")
    address = urlsplit(kubernetes.url)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", str(address.hostname))
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(address.port))
    monkeypatch.setattr(incluster_config, "SERVICE_TOKEN_FILENAME", str(token))
    monkeypatch.setattr(incluster_config, "SERVICE_CERT_FILENAME", str(kubernetes.ca))
    return made


def test_what_is_mounted_is_enough(world: RealWorld) -> None:
    near = KubernetesCluster(open_client(), "pod-1")
    with pytest.raises(ClusterGone):
        near.look(world.target, DEPLOYMENT)
    made = world.make(DEPLOYMENT, spec_of(pods_of("a")))
    assert near.look(world.target, DEPLOYMENT).deployment["metadata"]["uid"] == made["metadata"]["uid"]
    near.close()


@pytest.mark.parametrize("error", [OSError("gone"), ConfigException("empty")], ids=["gone", "empty"])
def test_a_token_that_cannot_be_read_again_is_a_refusal(world: RealWorld, error: Exception) -> None:
    client = open_client()

    def read_again(_: Any) -> None:
        raise error

    client.configuration.refresh_api_key_hook = read_again
    with pytest.raises(ClusterRefused, match="the token of this pod's account cannot be read"):
        KubernetesCluster(client, "pod-1").look(world.target, DEPLOYMENT)


def test_a_server_with_another_authority_is_refused(
    world: RealWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_certificates(tmp_path)
    monkeypatch.setattr(incluster_config, "SERVICE_CERT_FILENAME", str(tmp_path / "ca.crt"))
    near = KubernetesCluster(open_client(), "pod-1")
    with pytest.raises(ClusterRefused, match="is the CA of the kubeconfig or the account the server's") as refused:
        near.look(world.target, DEPLOYMENT)
    assert refused.value.reason == "Certificate"
    near.close()
