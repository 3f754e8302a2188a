"""What outlives a restart, collected ReplicaSets and a deleted Deployment: all that the log says, and nothing else."""

from dataclasses import replace

import pytest

from monitor.acting.entries import Entry, Kind
from monitor.acting.identities import IdentityRules
from monitor.acting.known_good import Standing
from monitor.acting.limits import DAY_MS, HOUR_MS
from monitor.acting.policy import State
from monitor.controller.asked import IncidentAcknowledged, PauseAsked, PlanAnswered
from monitor.controller.planned import propose
from tests.acting_safely.worlds import m_of
from tests.changing_a_real_cluster.cluster_contract import settled
from tests.changing_a_real_cluster.worlds import MemoryWorld
from tests.rolling_back.stories import Story, harmed
from tests.rolling_back.story_contract import HEALTHY, POPULATION
from tests.rolling_back.twins import MemoryLog


@pytest.fixture
def world() -> MemoryWorld:
    return MemoryWorld()


def started_anew(story: Story) -> None:
    """Another process, on what is on the disk."""
    story.log = MemoryLog(story.log.lines)
    story.begin()


def test_after_a_restart_it_knows_the_same(world: MemoryWorld) -> None:
    story = harmed(world)
    story.say()
    story.cycle()
    before = story.controller.recorder.book
    started_anew(story)
    after = story.controller.recorder.book
    assert after.incidents == before.incidents
    assert after.noted == before.noted
    assert after.ledger == before.ledger
    assert (after.done, after.asked) == (before.done, before.asked)


def test_the_ledger_outlives_a_deployment_that_is_deleted_and_made_anew(world: MemoryWorld) -> None:
    story = harmed(world)
    story.say()
    story.cycle()
    world.delete()
    story.cycle()
    assert story.state() is State.OBSERVING
    story.serve("b")
    started_anew(story)
    story.cycle()
    ledger = story.controller.recorder.book.ledger
    assert ledger.standing(m_of("b"), story.clock.now_ms()) is Standing.CONDEMNED
    assert ledger.standing(m_of("a"), story.clock.now_ms()) is Standing.PROVEN


def test_each_replica_set_is_noted_once_and_the_active_one_last(world: MemoryWorld) -> None:
    story = Story(world)
    for letter in "abc":
        story.serve(letter)
    story.begin()
    story.cycle(3)
    seen = [(entry.model_identity, entry.details["started_ms"]) for entry in story.entries(Kind.SEEN)]
    assert seen == [(m_of(letter), None) for letter in "abc"], "nobody knows since when they served"
    story.skip(HOUR_MS)
    story.serve("a")
    story.cycle(2)
    (*_, last) = story.entries(Kind.SEEN)
    assert (last.model_identity, last.details["started_ms"]) == (m_of("a"), story.clock.now_ms())
    assert len(story.entries(Kind.SEEN)) == 4


def test_a_restart_of_the_same_model_begins_no_other_incident(world: MemoryWorld) -> None:
    story = harmed(world, mode="approve")
    story.say()
    story.cycle()
    first = story.incident().id
    world.change({"spec": {"template": {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": "now"}}}}})
    settled(world)
    story.say()
    story.cycle(2)
    assert list(story.controller.recorder.book.incidents) == [first]
    assert story.state() is State.AWAITING_APPROVAL


def test_other_rules_of_identity_are_an_entry_and_name_what_serves_anew(world: MemoryWorld) -> None:
    story = harmed(world)
    changed = Story(world, identities=IdentityRules(ignore=frozenset({"model"})))
    changed.log, changed.copies, changed.feed = story.log, story.copies, story.feed
    changed.begin()
    changed.say()
    changed.cycle(2)
    assert changed.entries(Kind.CONFIG_CHANGED)
    assert changed.controller.gathering.moment(changed.target).serving() is not None


def test_one_that_was_degraded_once_is_not_known_good_any_more(world: MemoryWorld) -> None:
    story = harmed(world)
    assert story.controller.recorder.book.ledger.standing(m_of("a"), story.clock.now_ms()) is Standing.PROVEN
    story.say("a", **POPULATION)
    story.cycle()
    story.say("a", **HEALTHY)
    story.say_good()
    story.cycle()
    started_anew(story)
    assert story.controller.recorder.book.ledger.standing(m_of("a"), story.clock.now_ms()) is Standing.UNPROVEN


def test_evidence_against_what_no_longer_serves_condemns_nobody(world: MemoryWorld) -> None:
    story = Story(world)
    story.serve("a")
    story.begin()
    story.say_good()
    story.cycle()
    story.serve("b")
    story.cycle()
    story.say(blame="unknown", blame_by=None, may_act=False, blocked_by=["unknown"])
    story.cycle()
    assert story.state() is State.UNDECIDED
    story.skip(HOUR_MS // 10)
    story.serve("c")
    story.say()
    story.cycle(2)
    assert story.state() is State.UNDECIDED
    assert not story.entries(Kind.CONDEMNED)


def test_an_escalated_incident_freezes_every_plan_of_its_deployment(world: MemoryWorld) -> None:
    story = harmed(world)
    story.say()
    story.cycle()
    settled(world)
    world.pass_time(2)
    story.roll("b", manager="kubectl-edit")
    story.cycle(2)
    assert story.state() is State.ESCALATED
    assert story.controller.gathering.moment(story.target).brakes.freezes


def test_a_plan_whose_template_was_lost_is_kept_again_when_it_is_made(world: MemoryWorld) -> None:
    story = harmed(world, mode="approve")
    story.copies.kept.clear()
    started_anew(story)
    story.say()
    story.cycle()
    started_anew(story)
    story.ask(PlanAnswered("ann", story.incident().plan, True, "yes"))
    story.cycle()
    assert story.serves() == "a"


def test_an_attempt_that_may_have_been_written_after_all_is_taken_up(world: MemoryWorld) -> None:
    story = harmed(world, mode="approve")
    story.say()
    story.cycle()
    unsettled = replace(story.incident(), state=State.PLANNING, is_unsettled=True)
    story.serve("a")
    moment = story.controller.gathering.moment(story.target)
    found = propose(moment, unsettled)
    assert found.plan is not None
    assert found.plan.hash == unsettled.plan
    assert propose(moment, replace(unsettled, is_unsettled=False)).signal == "fixed"


def test_time_that_goes_on_is_written_once_a_day(world: MemoryWorld) -> None:
    story = harmed(world)
    before = len(story.log.lines)
    for _ in range(24):
        story.skip(HOUR_MS // 2)
        story.say_good()
        story.cycle()
    assert len(story.log.lines) - before <= 1


def test_an_acknowledged_incident_opens_again_on_news_alone(world: MemoryWorld) -> None:
    story = harmed(world)
    story.say(**POPULATION)
    story.cycle()
    story.ask(IncidentAcknowledged("ann", story.incident().id, "the season"))
    story.say(**POPULATION)
    story.cycle(3)
    assert story.state() is State.OBSERVING
    story.say(**POPULATION, subgroup="male")
    story.cycle()
    assert story.state() is State.POPULATION_SHIFT
    story.ask(IncidentAcknowledged("ann", story.incident().id, "the season"))
    story.say(**HEALTHY)
    story.cycle()
    story.say()
    story.cycle()
    assert story.serves() == "a", "it stood better meanwhile: this is news"


def test_a_pause_outlives_a_deployment_that_is_made_anew(world: MemoryWorld) -> None:
    story = harmed(world)
    story.ask(PauseAsked("ann", "readmission", story.clock.now_ms() + 90 * DAY_MS, "an inspection"))
    world.delete()
    story.cycle()
    story.serve("a")
    story.cycle()
    story.serve("b")
    story.cycle()
    story.skip(10 * DAY_MS)
    story.say_good()
    story.say()
    story.cycle()
    assert story.refusals()[-1] == "G0"
    assert story.serves() == "b"


def test_templates_are_kept_apart_and_never_in_the_log(world: MemoryWorld) -> None:
    story = Story(world)
    story.serve("a")
    world.change({"spec": {"template": {"spec": {"containers": [_with_secret(story)]}}}})
    settled(world)
    story.begin()
    story.cycle()
    assert any("hunter2" in str(template) for template in story.copies.kept.values())
    assert not any(b"hunter2" in line for line in story.log.lines)


def _with_secret(story: Story) -> dict[str, object]:
    (container,) = story.deployment()["spec"]["template"]["spec"]["containers"]
    return {**container, "env": [{"name": "PASSWORD", "value": "hunter2"}]}


def test_without_the_copy_of_a_plans_template_nothing_is_sent_and_a_person_is_called(world: MemoryWorld) -> None:
    story = harmed(world)

    def die(entry: Entry) -> None:
        if entry.kind is Kind.INTENT:
            raise KeyboardInterrupt

    story.log.after_write = die
    story.say()
    with pytest.raises(KeyboardInterrupt):
        story.cycle()
    story.copies.kept.clear()
    started_anew(story)
    story.cycle(2)
    assert story.states()[-2:] == [State.FAILED, State.ESCALATED]
    assert story.serves() == "b"
