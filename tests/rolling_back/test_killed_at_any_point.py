"""T25: killed before or after any write, and started again: one revision change, and a log that holds together."""

from collections.abc import Callable
from functools import cache

import pytest

from monitor.acting.audit.verify import verify
from monitor.acting.entries import Kind
from monitor.acting.policy import State
from monitor.controller.asked import PlanAnswered
from monitor.ports_cluster import AnswerLost
from tests.acting_safely.logs import TRUST
from tests.changing_a_real_cluster.cluster_contract import settled
from tests.changing_a_real_cluster.worlds import MemoryWorld, RealWorld, World
from tests.parts.kubernetes.control_plane import ControlPlane
from tests.rolling_back.spied import SpiedCluster
from tests.rolling_back.stories import Story, harmed

MODES = ("auto", "approve")


class Killed(BaseException):
    """As SIGKILL: nothing catches it."""


class Points:
    """Every point before and after a write, counted; the process dies at one of them."""

    def __init__(self, deadly: int | None = None) -> None:
        self.names: list[str] = []
        self.deadly = deadly

    def reach(self, name: str) -> None:
        self.names.append(name)
        if len(self.names) - 1 == self.deadly:
            self.deadly = None
            raise Killed(name)


WRITES = ("patch", "dry", "tell", "create", "replace")


def story_with(world: World, points: Points, mode: str) -> tuple[Story, SpiedCluster]:
    """A revision does harm, and the monitor will say so; from here on all points count."""
    spied = SpiedCluster(world.cluster)
    story = harmed(world, mode=mode)
    story.cluster, story.keeps_registry = spied, True
    story.begin("pod-1")

    def around(word: str, is_over: bool) -> None:  # the form of `Around`
        if word in WRITES:
            points.reach(f"{'after' if is_over else 'before'} {word}")

    keep = story.copies.keep

    def kept(name: str, template: object) -> None:
        points.reach("before copy")
        keep(name, template)  # type: ignore[arg-type]
        points.reach("after copy")

    spied.around = around
    story.copies.keep = kept  # type: ignore[method-assign]
    story.log.before_write = lambda kind: points.reach(f"before entry {kind}")
    story.log.after_write = lambda entry: points.reach(f"after entry {entry.kind}")
    story.say()
    return story, spied


def live(story: Story, world: World, is_done: Callable[[], bool]) -> None:
    """Turn the loop until it is done, as another process after each death; a person says yes where one is asked."""
    for _ in range(30):
        try:
            story.cycle()
            waiting = story.incident() if story.controller.recorder.book.incidents else None
            if waiting is not None and waiting.state is State.AWAITING_APPROVAL:
                story.desk.ask(PlanAnswered("ann", waiting.plan, True, "seen on the ward"))
            settled(world)
        except Killed:
            _begin(story, "pod-2")
        if is_done():
            return
        story.skip(6_000)  # a dead one's lease must be seen to run out
    raise AssertionError(f"not done: {story.states()}")


def _begin(story: Story, name: str) -> None:
    """Start again; a start, too, may be the point of death, but only once."""
    try:
        story.begin(name)
    except Killed:
        story.begin(name)


@cache
def points_of(mode: str) -> tuple[str, ...]:
    """All points of a story that nobody disturbs."""
    world, points = MemoryWorld(), Points()
    story, _ = story_with(world, points, mode)
    live(story, world, lambda: story.state() is State.SOAKING)
    return tuple(points.names)


def dies_and_lives(world: World, mode: str, deadly: int) -> None:
    points = Points(deadly)
    story, spied = story_with(world, points, mode)
    before = story.generation()
    live(story, world, lambda: bool(story.log.entries) and story.state() is State.SOAKING)
    assert points.deadly is None, "it never died"
    assert story.generation() == before + 1
    assert len(spied.patched) == 1
    assert story.serves() == "a"
    assert len(story.entries(Kind.PATCHED)) == 1
    assert verify(story.log.lines, (), (), TRUST).findings == ()


@pytest.mark.parametrize("mode", MODES)
def test_the_points_cover_every_kind_of_write(mode: str) -> None:
    names = set(points_of(mode))
    for what in ("patch", "dry", "tell", "replace", "entry intent", "entry patched", "entry verified"):
        assert {f"before {what}", f"after {what}"} <= names


@pytest.mark.parametrize("mode", MODES)
def test_t25_killed_at_any_point_there_is_one_revision_change_and_a_log_that_verifies(mode: str) -> None:
    for deadly in range(len(points_of(mode))):
        dies_and_lives(MemoryWorld(), mode, deadly)


@pytest.mark.parametrize("name", ["before patch", "after patch", "after entry intent", "before entry patched"])
def test_t25_on_the_real_server_killed_around_the_patch_there_is_one_revision_change(
    kubernetes: ControlPlane, name: str
) -> None:
    dies_and_lives(RealWorld(kubernetes), "auto", points_of("auto").index(name))


def test_t25_whoever_changed_it_after_our_death_is_told_from_one_who_fixed_it() -> None:
    world = MemoryWorld()
    story, spied = story_with(world, Points(), "auto")
    story.log.before_write = lambda kind: Points(0).reach("died") if kind is Kind.PATCHED else None
    with pytest.raises(Killed):
        story.cycle()
    story.log.before_write = lambda _kind: None
    story.serve("c")
    story.begin()
    story.cycle(2)
    assert story.states()[-2:] == [State.CONTESTED, State.ESCALATED]
    assert len(spied.patched) == 1


@pytest.mark.parametrize("was_written", [True, False], ids=["written", "not written"])
def test_after_a_lost_answer_it_reads_and_never_sends_again_unread(was_written: bool) -> None:
    world = MemoryWorld()
    story, spied = story_with(world, Points(), "auto")
    before = story.generation()
    lost: list[str] = []

    def around(word: str, is_over: bool) -> None:  # the form of `Around`
        if word == "patch" and is_over is was_written and not lost:
            lost.append(word)
            raise AnswerLost("patch deployment: the answer did not come; read again")

    spied.around = around
    live(story, world, lambda: story.state() is State.SOAKING)
    assert lost
    assert story.generation() == before + 1
    assert "look" in spied.asked[spied.asked.index("patch") + 1 :]
    assert len(story.entries(Kind.PATCHED)) == 1
