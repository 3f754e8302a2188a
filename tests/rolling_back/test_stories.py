"""The stories on both clusters: in memory, and on the real one as the shipped account with the shipped rights."""

import pytest

from tests.changing_a_real_cluster.worlds import MemoryWorld, RealWorld
from tests.parts.kubernetes.control_plane import ControlPlane
from tests.rolling_back.followed_contract import FollowedContract
from tests.rolling_back.hindrance_contract import HindranceContract
from tests.rolling_back.raced_contract import RacedContract
from tests.rolling_back.story_contract import StoryContract


class Contract(StoryContract, HindranceContract, FollowedContract, RacedContract):
    """All of them."""


class TestInMemory(Contract):
    """`MemoryCluster`."""

    @pytest.fixture
    def world(self) -> MemoryWorld:
        return MemoryWorld()


class TestOnTheRealCluster(Contract):
    """kube-apiserver, controller-manager and etcd."""

    @pytest.fixture
    def world(self, kubernetes: ControlPlane) -> RealWorld:
        return RealWorld(kubernetes)
