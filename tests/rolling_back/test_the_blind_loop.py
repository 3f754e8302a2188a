"""Ten thousand blind situations through the whole loop, each with a process that starts: no patch is ever sent."""

from collections import Counter
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.acting.records import StreamRecord
from monitor.ports_acting import AuditUnwritable
from monitor.ports_cluster import Kind
from tests.acting_safely import blindness
from tests.changing_a_real_cluster.rights import LEASE
from tests.changing_a_real_cluster.worlds import MemoryWorld
from tests.rolling_back.spied import SpiedCluster
from tests.rolling_back.spoiling import spoiled, touches_the_record
from tests.rolling_back.stories import harmed
from tests.rolling_back.twins import MemoryFeed, MemoryLog

EXAMPLES = 10_000
OF_RECORDS = ("stale", "incomplete", "lag", "no data", "NaN", "wrong revision")
OF_THE_PROCESS: dict[str, st.SearchStrategy[Callable[["Prepared"], None]]] = {
    "lost lease": st.builds(lambda term: lambda now: now.lead("pod-9", term), st.integers(0, 1_000)),
    "unwritable log": st.builds(lambda left: lambda now: now.fill(left), st.integers(0, 4)),
    "clock ahead": st.builds(lambda ms: lambda now: now.skew(ms), st.integers(900_000, 10**11)),
    "clock behind": st.builds(lambda ms: lambda now: now.skew(-ms), st.integers(61_001, 10**11)),
}
SHARE = EXAMPLES // 9  # the log has only five ways to be full


class Prepared:
    """A story just before the monitor speaks of harm; begun anew for each example, on the same log and cluster."""

    def __init__(self) -> None:
        self.world = MemoryWorld()
        self.story = harmed(self.world)
        self.story.controller.stop()
        self._lines, self._records = list(self.story.log.lines), list(self.story.feed.records)
        self.story.say()
        self.harm = msgspec.json.decode(self.story.feed.records[-1], type=StreamRecord)
        self.generation = self.story.generation()

    def begin(self) -> None:
        self.spied = SpiedCluster(self.world.cluster)
        self.story.log, self.story.feed, self.story.cluster = MemoryLog(self._lines), MemoryFeed(), self.spied
        self.story.feed.records = list(self._records)
        self.story.clock.skew_ms = 0
        self.lead("", 0)
        self.story.begin()

    def lead(self, holder: str, term: int) -> None:
        """Somebody holds the lease, or nobody."""
        found = self.world.cluster.read(Kind.LEASE, self.world.home, LEASE)
        spec = {**found["spec"], "holderIdentity": holder, "leaseTransitions": term, "leaseDurationSeconds": 15}
        self.world.cluster.replace(Kind.LEASE, self.world.home, {**found, "spec": spec})

    def fill(self, left: int) -> None:
        """The disk takes so many more lines; the intent would be the fifth."""
        self.story.log.left = left

    def skew(self, ms: int) -> None:
        """Our wall clock is off."""
        self.story.clock.skew_ms = ms

    def has_patched(self) -> bool:
        for _ in range(2):
            try:
                self.story.cycle()
            except AuditUnwritable:
                continue
        return "patch" in self.spied.asked


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return Prepared()


def test_who_sees_acts() -> None:
    prepared = Prepared()
    prepared.begin()
    prepared.story.feed.say(prepared.harm)
    assert prepared.has_patched()


@pytest.mark.parametrize("kind", OF_RECORDS)
def test_ten_thousand_blind_situations_give_no_patch(prepared: Prepared, kind: str) -> None:
    met: Counter[str] = Counter()
    ways = blindness.KINDS[kind].filter(touches_the_record)

    @settings(max_examples=SHARE, deadline=None, derandomize=True, database=None)
    @given(ways, st.lists(blindness.ANY.filter(touches_the_record), max_size=2))
    def blind(spoil: blindness.Spoil, further: list[blindness.Spoil]) -> None:
        prepared.begin()
        record = spoiled(prepared.harm, [spoil, *further])
        if record is not None:
            prepared.story.feed.say(record)
        met[kind] += 1
        assert not prepared.has_patched()

    blind()
    assert met[kind] >= SHARE
    assert prepared.story.generation() == prepared.generation


@pytest.mark.parametrize("kind", OF_THE_PROCESS)
def test_ten_thousand_situations_of_a_blind_process_give_no_patch(prepared: Prepared, kind: str) -> None:
    met: Counter[str] = Counter()

    @settings(max_examples=SHARE, deadline=None, derandomize=True, database=None)
    @given(OF_THE_PROCESS[kind])
    def blind(spoil: Callable[[Prepared], None]) -> None:
        prepared.begin()
        prepared.story.feed.say(prepared.harm)
        spoil(prepared)
        met[kind] += 1
        assert not prepared.has_patched()

    blind()
    assert met[kind] >= min(SHARE, 5)
    assert prepared.story.generation() == prepared.generation
