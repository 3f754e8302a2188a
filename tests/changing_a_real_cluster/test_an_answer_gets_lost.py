"""The real server did it, or did not, and we were not told: what a new read shows, and that nothing is sent twice."""

from contextlib import suppress

import pytest

from monitor.acting.identities import is_same_template
from monitor.ports_cluster import AnswerLost, ClusterConflict, ClusterError, ClusterUnreachable, Kind
from tests.changing_a_real_cluster.cluster_contract import look, settled
from tests.changing_a_real_cluster.detour import asking, cut_short, handed_on, handed_on_too_late
from tests.changing_a_real_cluster.object_contract import lease
from tests.changing_a_real_cluster.odd_server import Answer, hanging_up, odd_server, saying
from tests.changing_a_real_cluster.rights import ACCOUNT, DEPLOYMENT, LEASE
from tests.changing_a_real_cluster.worlds import RealWorld, patch_to, pods_of, spec_of
from tests.parts.kubernetes.api import until
from tests.parts.kubernetes.audit import Asked, asked_by
from tests.parts.kubernetes.control_plane import ControlPlane

TIMEOUT_S = 0.6


@pytest.fixture
def world(kubernetes: ControlPlane) -> RealWorld:
    made = RealWorld(kubernetes)
    made.make(DEPLOYMENT, spec_of(pods_of("a")))
    settled(made)
    return made


def patches(world: RealWorld) -> list[Asked]:
    """Patches that the server's own audit log has, dry runs left out."""
    asked = asked_by(world.plane.audit_log, world.home, ACCOUNT)
    return [one for one in asked if one.verb == "patch" and not one.is_dry_run]


LOST: list[Answer] = [handed_on_too_late, cut_short, hanging_up, saying(504), saying(502, "<html>"), saying(500)]
NAMES = ["too late", "cut short", "hung up", "504", "502", "500"]


@pytest.mark.parametrize("then", LOST, ids=NAMES)
def test_a_patch_that_was_applied_is_found_by_reading_and_was_sent_once(world: RealWorld, then: Answer) -> None:
    read = look(world)
    with odd_server(asking(world.plane, then)) as server:
        far = world.open(server.url, TIMEOUT_S)
        with pytest.raises(AnswerLost):
            far.patch(world.target, DEPLOYMENT, patch_to(read, pods_of("b")))
        far.close()
        assert len(server.asked) == 1
    found = look(world)
    assert found["metadata"]["generation"] == read["metadata"]["generation"] + 1
    assert found["spec"]["template"]["spec"]["containers"][0]["image"].endswith("b" * 8)
    until(lambda: len(patches(world)) == 1)
    # Even somebody who does not read, and sends it again, changes nothing: the version is spent.
    with pytest.raises(ClusterConflict):
        world.cluster.patch(world.target, DEPLOYMENT, patch_to(read, pods_of("b")))


@pytest.mark.parametrize("then", LOST, ids=NAMES)
def test_a_lease_that_was_taken_is_found_by_reading(world: RealWorld, then: Answer) -> None:
    with odd_server(asking(world.plane, then)) as server:
        far = world.open(server.url, TIMEOUT_S)
        with pytest.raises(AnswerLost):
            far.create(Kind.LEASE, world.home, lease("a"))
        far.close()
    assert world.cluster.read(Kind.LEASE, world.home, LEASE)["spec"]["holderIdentity"] == "a"


@pytest.mark.parametrize("answer", [hanging_up, saying(504), saying(500)], ids=["hung up", "504", "500"])
def test_a_patch_that_never_arrived_looks_the_same_and_is_found_missing(world: RealWorld, answer: Answer) -> None:
    read = look(world)
    with odd_server(answer) as server:
        far = world.open(server.url, TIMEOUT_S)
        with pytest.raises(AnswerLost):
            far.patch(world.target, DEPLOYMENT, patch_to(read, pods_of("b")))
        far.close()
    assert is_same_template(look(world)["spec"]["template"], read["spec"]["template"])
    assert not patches(world)


def test_on_the_detour_itself_everything_works(world: RealWorld) -> None:
    with odd_server(asking(world.plane, handed_on)) as server:
        far = world.open(server.url, 5)
        read = far.look(world.target, DEPLOYMENT).deployment
        far.patch(world.target, DEPLOYMENT, patch_to(read, pods_of("b")))
        far.close()
        assert server.asked[-1].startswith("PATCH")
    assert settled(world)["metadata"]["generation"] == 2


def test_a_server_that_hangs_and_comes_back_has_one_patch_at_most(world: RealWorld) -> None:
    read = look(world)
    near = world.open(timeout_s=TIMEOUT_S)
    near.look(world.target, DEPLOYMENT)  # the connection stands
    world.plane.freeze()
    try:
        with pytest.raises(ClusterUnreachable):
            near.look(world.target, DEPLOYMENT)
        with pytest.raises(AnswerLost):
            near.patch(world.target, DEPLOYMENT, patch_to(read, pods_of("b")))
    finally:
        world.plane.thaw()
    near.close()
    world.pass_time(1)  # what lay in the socket is done by now
    with suppress(ClusterConflict):
        world.cluster.patch(world.target, DEPLOYMENT, patch_to(read, pods_of("b")))
    found = settled(world)
    assert found["metadata"]["generation"] == read["metadata"]["generation"] + 1


def test_a_server_that_was_restarted_is_found_again(world: RealWorld) -> None:
    world.plane.restart()

    def is_back() -> bool:
        try:
            return bool(look(world))
        except ClusterError:
            return False

    until(is_back, 30)
    read = settled(world)
    answer = world.cluster.patch(world.target, DEPLOYMENT, patch_to(read, pods_of("b")))
    assert answer["metadata"]["generation"] == 2
