"""The contract of `ports_cluster.Cluster`: the cluster in memory keeps it, and so does the real one.

On the real one we are the shipped ServiceAccount with the shipped Roles, and nothing more.
"""

import pytest

from tests.changing_a_real_cluster.cluster_contract import PatchContract
from tests.changing_a_real_cluster.object_contract import ObjectContract
from tests.changing_a_real_cluster.plan_contract import PlanContract
from tests.changing_a_real_cluster.rollout_contract import RolloutContract
from tests.changing_a_real_cluster.worlds import MemoryWorld, RealWorld
from tests.parts.kubernetes.control_plane import ControlPlane


class Contract(PatchContract, RolloutContract, ObjectContract, PlanContract):
    """All of it."""


class TestTheClusterInMemory(Contract):
    """`MemoryCluster`."""

    @pytest.fixture
    def world(self) -> MemoryWorld:
        return MemoryWorld()


class TestTheRealCluster(Contract):
    """`KubernetesCluster`, on kube-apiserver, controller-manager and etcd."""

    @pytest.fixture
    def world(self, kubernetes: ControlPlane) -> RealWorld:
        return RealWorld(kubernetes)
