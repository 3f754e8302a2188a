"""A lag, a silence or a restart of the monitor costs time, and neither a condemnation nor an ending."""

import pytest

from monitor.acting.entries import Kind
from monitor.acting.policy import State
from monitor.controller.asked import PlanAnswered
from tests.acting_safely.worlds import m_of, moment
from tests.changing_a_real_cluster.worlds import MemoryWorld
from tests.rolling_back.stories import Story, harmed

MINUTE_MS = 60_000


@pytest.fixture
def world() -> MemoryWorld:
    return MemoryWorld()


def monitor_restarts(story: Story) -> None:
    """Its feed begins anew, and it has said nothing yet."""
    story.feed.first += len(story.feed.records) + 100_000
    story.feed.records = []


@pytest.mark.parametrize("data", [{"lag_records": 20_000}, {"rejected": 0.5}, {"watermark": moment(0)}])
def test_what_g5_refuses_condemns_nobody_and_is_waited_out(world: MemoryWorld, data: dict[str, object]) -> None:
    story = harmed(world)
    for _ in range(5):
        story.say(data=data)
        story.cycle()
        assert story.state() is State.UNDECIDED
    assert not story.entries(Kind.CONDEMNED)
    assert story.incident().endings == 0
    story.say()
    story.cycle()
    assert story.serves() == "a"


def test_lags_that_come_and_go_call_no_person(world: MemoryWorld) -> None:
    story = harmed(world)
    story.is_killed = True
    story.begin()
    for _ in range(4):
        story.say()
        story.cycle()
        assert story.state() is State.SUPPRESSED
        story.say(data={"lag_records": 20_000})
        story.cycle()
    story.is_killed = False
    story.begin()
    story.say()
    story.cycle()
    assert story.serves() == "a"


def test_a_plan_that_waits_outlives_restarts_of_the_monitor(world: MemoryWorld) -> None:
    story = harmed(world, mode="approve")
    story.say()
    story.cycle()
    plan = story.incident().plan
    for _ in range(3):
        story.skip(10 * MINUTE_MS)
        monitor_restarts(story)
        story.cycle(2)
        assert (story.state(), story.incident().plan) == (State.AWAITING_APPROVAL, plan)
        story.say_good()
        story.say()
        story.cycle()
        assert (story.state(), story.incident().plan) == (State.AWAITING_APPROVAL, plan)


def test_a_yes_while_the_feed_is_silent_is_carried_out_when_it_speaks_again(world: MemoryWorld) -> None:
    story = harmed(world, mode="approve")
    story.say()
    story.cycle()
    monitor_restarts(story)
    story.cycle()
    story.ask(PlanAnswered("ann", story.incident().plan, True, "seen on the ward"))
    story.cycle(2)
    assert (story.state(), story.refusals()[-1]) == (State.AWAITING_APPROVAL, "G5")
    story.say_good()
    story.say()
    story.cycle()
    assert story.serves() == "a"


def test_one_record_that_comes_to_nothing_is_one_ending(world: MemoryWorld) -> None:
    story = harmed(world)
    weak = {"evidence": [{"detector": "revision_effect", "log_e": 5.0, "rollback": 13.1}]}
    story.say(**weak)
    story.cycle(6)
    assert (story.state(), story.incident().endings) == (State.UNDECIDED, 1)
    assert story.incident().model_identity == m_of("b")
    story.say(**weak)
    story.cycle(2)
    assert story.state() is State.ESCALATED, "another record that comes to nothing is for a person"
