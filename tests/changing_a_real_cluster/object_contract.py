"""What every `Cluster` does with our own objects, and with Events. A subclass gives the fixture `world`."""

import pytest

from monitor.ports_cluster import ClusterConflict, ClusterGone, Json, Kind, Told
from tests.changing_a_real_cluster.cluster_contract import look, settled
from tests.changing_a_real_cluster.rights import DEPLOYMENT, LEASE, REGISTRY
from tests.changing_a_real_cluster.worlds import World, pods_of, spec_of


def lease(holder: str) -> Json:
    time = "2026-01-01T00:00:00.000000Z"
    spec = {"holderIdentity": holder, "leaseDurationSeconds": 15, "acquireTime": time, "renewTime": time}
    return {"metadata": {"name": LEASE}, "spec": {**spec, "leaseTransitions": 0}}


def registry(**states: str) -> Json:
    return {"metadata": {"name": REGISTRY}, "data": states}


class ObjectContract:
    """The Lease, the registry, and Events."""

    @pytest.mark.parametrize(
        ("kind", "body"),
        [(Kind.LEASE, lease("a")), (Kind.CONFIG_MAP, registry(m1="proven"))],
        ids=["lease", "registry"],
    )
    def test_what_is_made_is_read_and_replaced(self, world: World, kind: Kind, body: Json) -> None:
        name = body["metadata"]["name"]
        with pytest.raises(ClusterGone):
            world.cluster.read(kind, world.home, name)
        made = world.cluster.create(kind, world.home, body)
        assert made["metadata"]["resourceVersion"]
        assert world.cluster.read(kind, world.home, name)["metadata"]["uid"] == made["metadata"]["uid"]
        with pytest.raises(ClusterConflict):
            world.cluster.create(kind, world.home, body)

    def test_a_lease_goes_to_another_and_whoever_comes_back_is_fenced(self, world: World) -> None:
        mine = world.cluster.create(Kind.LEASE, world.home, lease("a"))
        theirs = {**mine, "spec": {**mine["spec"], "holderIdentity": "b", "leaseTransitions": 1}}
        taken = world.cluster.replace(Kind.LEASE, world.home, theirs)
        assert taken["spec"]["holderIdentity"] == "b"
        with pytest.raises(ClusterConflict):
            world.cluster.replace(Kind.LEASE, world.home, mine)
        assert world.cluster.read(Kind.LEASE, world.home, LEASE)["spec"] == taken["spec"]

    def test_a_registry_holds_what_was_put_in(self, world: World) -> None:
        made = world.cluster.create(Kind.CONFIG_MAP, world.home, registry(m1="proven"))
        changed = world.cluster.replace(Kind.CONFIG_MAP, world.home, {**made, "data": {"m1": "condemned"}})
        assert changed["metadata"]["resourceVersion"] != made["metadata"]["resourceVersion"]
        assert world.cluster.read(Kind.CONFIG_MAP, world.home, REGISTRY)["data"] == {"m1": "condemned"}

    def test_a_replacement_by_the_same_spends_no_version(self, world: World) -> None:
        made = world.cluster.create(Kind.LEASE, world.home, lease("a"))
        assert (
            world.cluster.replace(Kind.LEASE, world.home, made)["metadata"]["resourceVersion"]
            == (made["metadata"]["resourceVersion"])
        )

    @pytest.mark.parametrize("missing", ["resourceVersion", "uid"])
    def test_a_replacement_of_what_was_not_read_is_never_sent(self, world: World, missing: str) -> None:
        changed = world.cluster.create(Kind.CONFIG_MAP, world.home, registry(m1="proven"))
        changed["data"] = {"m1": "condemned"}
        del changed["metadata"][missing]
        with pytest.raises(ValueError, match=missing):
            world.cluster.replace(Kind.CONFIG_MAP, world.home, changed)
        assert world.cluster.read(Kind.CONFIG_MAP, world.home, REGISTRY)["data"] == {"m1": "proven"}

    def test_what_was_never_made_cannot_be_replaced(self, world: World) -> None:
        body = {**lease("a"), "metadata": {"name": LEASE, "resourceVersion": "1", "uid": "of one that was deleted"}}
        with pytest.raises((ClusterGone, ClusterConflict)):
            world.cluster.replace(Kind.LEASE, world.home, body)
        with pytest.raises(ClusterGone):
            world.cluster.read(Kind.LEASE, world.home, LEASE)

    def told(self, world: World, note: str) -> Told:
        world.make(DEPLOYMENT, spec_of(pods_of("a")))
        settled(world)
        return Told(look(world), "Rollback", "Degraded", note, is_warning=True, time_ms=1_767_225_600_250)

    def test_t28_an_event_is_taken_however_long_its_note(self, world: World) -> None:
        assert world.cluster.tell(self.told(world, "too long: " + "ö" * 2_000))

    def test_an_event_where_we_may_not_write_is_no_error(self, world: World) -> None:
        event = self.told(world, "nobody will read this")
        event.deployment["metadata"]["namespace"] = "nowhere"
        assert not world.cluster.tell(event)
