"""Two connections that both want the patch, on the real server: its precondition lets one of them through."""

import threading
from collections.abc import Callable
from contextlib import suppress

import pytest

from monitor.ports_cluster import Cluster, ClusterConflict, Json, Kind
from tests.changing_a_real_cluster.cluster_contract import settled
from tests.changing_a_real_cluster.object_contract import lease
from tests.changing_a_real_cluster.rights import DEPLOYMENT, LEASE
from tests.changing_a_real_cluster.worlds import RealWorld, patch_to, pods_of, spec_of
from tests.parts.kubernetes.control_plane import ControlPlane

ROUNDS, RACERS = 25, 4


@pytest.fixture
def world(kubernetes: ControlPlane) -> RealWorld:
    return RealWorld(kubernetes)


def race(world: RealWorld, act: Callable[[Cluster, int], Json]) -> list[Json]:
    """Let several act at once, each on a connection of its own; what came of those that met no conflict."""
    start, done = threading.Barrier(RACERS), list[Json]()

    def one(number: int) -> None:
        mine = world.open()
        start.wait(10)
        with suppress(ClusterConflict):
            done.append(act(mine, number))
        mine.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(RACERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return done


def test_of_many_patches_on_one_read_one_is_written(world: RealWorld) -> None:
    world.make(DEPLOYMENT, spec_of(pods_of("a"), replicas=1))
    for number in range(ROUNDS):
        read = settled(world)
        body = patch_to(read, pods_of("ba"[number % 2]))
        done = race(world, lambda mine, _, body=body: mine.patch(world.target, DEPLOYMENT, body))  # type: ignore[misc]
        assert len(done) == 1
        assert settled(world)["metadata"]["generation"] == read["metadata"]["generation"] + 1


def test_of_many_who_want_the_lease_one_gets_it(world: RealWorld) -> None:
    held: Json = world.cluster.create(Kind.LEASE, world.home, lease("nobody"))
    for term in range(1, ROUNDS + 1):

        def take(mine: Cluster, number: int, held: Json = held, term: int = term) -> Json:
            # The term makes each body a change: one that changes nothing succeeds and spends no version.
            changed = {"holderIdentity": f"pod-{number}", "leaseTransitions": term}
            body = {**held, "spec": {**held["spec"], **changed}}
            return mine.replace(Kind.LEASE, world.home, body)

        done = race(world, take)
        assert len(done) == 1
        held = world.cluster.read(Kind.LEASE, world.home, LEASE)
        assert held["spec"] == done[0]["spec"]
