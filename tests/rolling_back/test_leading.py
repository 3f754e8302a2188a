"""Who leads: one at a time, by clocks that are never compared, and for no longer than the Lease says."""

from collections.abc import Callable

import pytest

from monitor.acting.entries import Kind as EntryKind
from monitor.acting.policy import State
from monitor.controller.asked import PlanAnswered
from monitor.controller.elector import Elector
from monitor.controller.lease import Terms, Watched, decide, written
from monitor.ports_cluster import ClusterConflict, ClusterUnreachable, Kind
from tests.changing_a_real_cluster.rights import LEASE
from tests.changing_a_real_cluster.worlds import MemoryWorld
from tests.rolling_back.spied import SpiedCluster
from tests.rolling_back.stories import MemoryClock, harmed


class Office:
    """A cluster in memory, and candidates with wall clocks that are off."""

    def __init__(self) -> None:
        self.world = MemoryWorld()

    def candidate(self, name: str, skew_ms: int = 0) -> tuple[Elector, SpiedCluster]:
        clock = MemoryClock(self.world)
        clock.skew_ms = skew_ms
        spied = SpiedCluster(self.world.cluster)
        return Elector(spied, (self.world.home, LEASE), name, clock), spied

    def holder(self) -> str:
        return str(self.world.cluster.read(Kind.LEASE, self.world.home, LEASE)["spec"]["holderIdentity"])


@pytest.fixture
def office() -> Office:
    return Office()


def refuse(spied: SpiedCluster, error: Exception, *words: str) -> None:
    def around(word: str, is_over: bool) -> None:  # the form of `Around`
        if word in words and not is_over:
            raise error

    spied.around = around


def test_the_first_makes_the_lease_and_the_second_waits(office: Office) -> None:
    one, other = office.candidate("pod-1")[0], office.candidate("pod-2")[0]
    one.tick()
    other.tick()
    assert (one.lease().is_held, one.lease().left_ms) == (True, 15_000)
    assert not other.lease().is_held
    assert (one.token, other.token) == ("pod-1/0", "")


@pytest.mark.parametrize("skew_ms", [-3_600_000, 0, 3_600_000])
def test_a_lease_that_is_not_renewed_is_taken_by_ones_own_steady_time_whatever_the_wall_clocks_say(
    office: Office, skew_ms: int
) -> None:
    one, other = office.candidate("pod-1")[0], office.candidate("pod-2", skew_ms)[0]
    one.tick()
    other.tick()
    office.world.pass_time(14)
    other.tick()
    assert not other.lease().is_held
    office.world.pass_time(5)
    other.tick()
    assert other.lease().is_held
    assert not one.lease().is_held, "its time was over by its own clock"
    assert one.is_lost
    assert other.transitions == 1


def test_who_renews_keeps_it(office: Office) -> None:
    one, other = office.candidate("pod-1")[0], office.candidate("pod-2")[0]
    for _ in range(20):
        one.tick()
        other.tick()
        office.world.pass_time(5)
    assert office.holder() == "pod-1"
    assert not one.is_lost


def test_a_server_that_cannot_be_reached_ends_it_with_its_time(office: Office) -> None:
    one, spied = office.candidate("pod-1")
    one.tick()
    refuse(spied, ClusterUnreachable("no answer; later"), "read")
    office.world.pass_time(10)
    one.tick()
    assert one.lease().left_ms == 5_000
    assert one.trouble == "no answer; later"
    office.world.pass_time(5)
    one.tick()
    assert not one.lease().is_held
    assert one.is_lost


def test_time_counts_from_before_the_request_that_renewed(office: Office) -> None:
    one, spied = office.candidate("pod-1")

    def slow(word: str, is_over: bool) -> None:  # the form of `Around`
        if word == "create" and is_over:
            office.world.pass_time(4)

    spied.around = slow
    one.tick()
    assert one.lease().left_ms == 11_000


def test_one_whose_lease_another_was_given_leads_no_more_at_once(office: Office) -> None:
    one = office.candidate("pod-1")[0]
    one.tick()
    found = office.world.cluster.read(Kind.LEASE, office.world.home, LEASE)
    given = {**found, "spec": {**found["spec"], "holderIdentity": "pod-9"}}
    office.world.cluster.replace(Kind.LEASE, office.world.home, given)
    office.world.pass_time(5)
    one.tick()
    assert one.is_lost


def test_who_lost_the_lease_with_an_approved_plan_writes_no_more_until_it_leads_again(office: Office) -> None:
    world = office.world
    story = harmed(world, mode="approve")
    story.say()
    story.cycle()
    story.desk.ask(PlanAnswered("ann", story.incident().plan, True, "yes"))
    found = world.cluster.read(Kind.LEASE, world.home, LEASE)
    given = {**found, "spec": {**found["spec"], "holderIdentity": "pod-9"}}
    world.cluster.replace(Kind.LEASE, world.home, given)
    world.pass_time(6)
    story.say()
    story.cycle()
    assert story.state() is State.EXECUTING
    assert not story.incident().has_intent, "it is taken back: nothing was sent for it"
    length = len(story.log.lines)
    story.cycle(5)
    assert len(story.log.lines) == length
    assert story.serves() == "b"
    for _ in range(4):
        world.pass_time(6)
        story.cycle()
    assert story.serves() == "a"
    assert len(story.entries(EntryKind.PATCHED)) == 1


def test_a_conflict_takes_nothing(office: Office) -> None:
    one, spied = office.candidate("pod-1")
    refuse(spied, ClusterConflict("somebody wrote"), "create")
    one.tick()
    assert not one.lease().is_held
    assert one.trouble is None


def test_a_lease_given_back_is_free_at_once(office: Office) -> None:
    one, other = office.candidate("pod-1")[0], office.candidate("pod-2")[0]
    one.tick()
    one.close()
    other.tick()
    assert other.lease().is_held
    one.close()  # what is another's is left alone
    assert office.holder() == "pod-2"


def test_it_asks_no_more_often_than_it_renews(office: Office) -> None:
    one, spied = office.candidate("pod-1")
    for _ in range(10):
        one.tick()
    assert spied.asked == ["read", "create"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda seen: seen, "wait"),
        (lambda seen: Watched(seen.version, "me", seen.duration_ms, 0, 0), "renew"),
        (lambda seen: Watched(seen.version, "", seen.duration_ms, 0, 0), "take"),
        (lambda seen: Watched(seen.version, "other", 999, 0, 0), "take"),
    ],
    ids=["another's", "ours", "nobody's", "run out"],
)
def test_what_is_done_about_a_lease(change: Callable[[Watched], Watched], said: str) -> None:
    assert decide(change(Watched("1", "other", 15_000, 0, 0)), "me", now_ms=1_000) == said


def test_a_term_begins_with_each_new_holder_and_not_with_a_renewal() -> None:
    first = written({"metadata": {"name": LEASE}}, "pod-1", Terms(), 0)
    again = written(first, "pod-1", Terms(), 5_000)
    taken = written(again, "pod-2", Terms(), 9_000)
    assert [one["spec"]["leaseTransitions"] for one in (first, again, taken)] == [0, 0, 1]
    assert (again["spec"]["acquireTime"], again["spec"]["renewTime"]) == (
        "1970-01-01T00:00:00.000000Z",
        "1970-01-01T00:00:05.000000Z",
    )


def test_a_renewal_that_never_comes_in_time_is_refused() -> None:
    with pytest.raises(ValueError, match="renew_ms"):
        Terms(duration_ms=5_000, renew_ms=5_000)


def test_an_intent_that_took_longer_than_the_lease_sends_nothing(office: Office) -> None:
    world = office.world
    story = harmed(world)
    spied = SpiedCluster(world.cluster)
    story.cluster = spied
    story.begin()
    away = [ClusterUnreachable("no answer; later")]

    def around(word: str, is_over: bool) -> None:  # the form of `Around`
        is_executing = bool(story.entries(EntryKind.INTENT))
        if word == "look" and not is_over and is_executing and away:
            raise away.pop()  # the first intent is taken back, and a further one is written right before the patch

    def stalls(kind: EntryKind) -> None:
        if kind is EntryKind.INTENT and not away:
            world.pass_time(20)

    spied.around, story.log.before_write = around, stalls
    story.say()
    story.cycle(2)
    assert len(story.entries(EntryKind.INTENT)) == 2
    assert "patch" not in spied.asked
