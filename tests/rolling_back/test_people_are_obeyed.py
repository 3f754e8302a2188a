"""What people ask is written first, then answered; what cannot be is refused in a sentence, and not written."""

from collections.abc import Callable

import pytest

from monitor.acting.entries import Kind
from monitor.acting.limits import DAY_MS
from monitor.acting.policy import State
from monitor.controller.asked import (
    Asked,
    IncidentAcknowledged,
    Look,
    PauseAsked,
    PlanAnswered,
    PlanOverridden,
)
from monitor.ports_acting import AuditUnwritable
from tests.acting_safely.worlds import m_of
from tests.changing_a_real_cluster.worlds import MemoryWorld
from tests.rolling_back.stories import Story, harmed


@pytest.fixture
def story() -> Story:
    """A plan waits for approval."""
    story = harmed(MemoryWorld(), mode="approve")
    story.say()
    story.cycle()
    assert story.state() is State.AWAITING_APPROVAL
    return story


REFUSED: dict[str, tuple[Callable[[Story], Asked], str]] = {
    "a model nobody acts for": (lambda _: PauseAsked("ann", "sepsis", 2**52, "x"), "no model sepsis"),
    "a pause that is over": (lambda _: PauseAsked("ann", None, 1, "x"), "must end in the future"),
    "a pause without a reason": (lambda _: PauseAsked("ann", None, 2**52, " "), "needs a reason"),
    "another plan": (lambda _: PlanAnswered("ann", "sha256:0", True, "x"), "waits for approval"),
    "no such incident": (lambda _: IncidentAcknowledged("ann", "i-0", "x"), "no incident i-0 is open"),
    "a state that ends by itself": (
        lambda story: IncidentAcknowledged("ann", story.incident().id, "x"),
        "ends by itself",
    ),
    "a guard that nobody skips": (
        lambda story: PlanOverridden("ann", story.incident().id, m_of("a"), ("G3",), "x"),
        "G3 cannot be skipped",
    ),
    "an override without a reason": (
        lambda story: PlanOverridden("ann", story.incident().id, m_of("a"), (), ""),
        "needs a reason",
    ),
    "back to what harms": (
        lambda story: PlanOverridden("ann", story.incident().id, m_of("b"), (), "x"),
        "what the incident is about",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused_and_not_written(story: Story, name: str) -> None:
    asked, said = REFUSED[name]
    before = len(story.log.lines)
    with pytest.raises(ValueError, match=said):
        story.ask(asked(story))
    assert len(story.log.lines) == before


def test_a_yes_bears_the_name_of_who_gave_it(story: Story) -> None:
    said = story.ask(PlanAnswered("ann", story.incident().plan, True, "seen on the ward"))
    assert "approved" in said
    (entry,) = story.entries(Kind.APPROVED)
    assert (entry.actor, entry.plan, entry.details["reason"]) == ("ann", story.incident().plan, "seen on the ward")


def test_a_full_disk_is_told_to_the_asker_and_stops_the_loop(story: Story) -> None:
    story.log.left = 0
    answer = story.desk.ask(PauseAsked("ann", None, story.clock.now_ms() + DAY_MS, "x"))
    with pytest.raises(AuditUnwritable):
        story.cycle()
    with pytest.raises(AuditUnwritable):
        answer.result(0)


def test_a_hint_only_wakes(story: Story) -> None:
    before = len(story.log.lines)
    assert story.ask(Look("readmission")) == "looking"
    assert len(story.log.lines) == before


def test_an_override_is_heard_only_where_a_plan_could_be_taken_up() -> None:
    story = harmed(MemoryWorld())
    story.say()
    story.cycle()
    assert story.state() is State.VERIFYING
    with pytest.raises(ValueError, match="no plan can be asked for"):
        story.ask(PlanOverridden("ann", story.incident().id, m_of("a"), (), "x"))


def test_an_override_lifts_a_cool_down_and_still_asks_for_approval(story: Story) -> None:
    story.ask(PlanAnswered("ann", story.incident().plan, False, "not this one"))
    story.cycle()
    assert story.state() is State.SUPPRESSED
    story.ask(PlanOverridden("ben", story.incident().id, m_of("a"), ("G9", "G10"), "now it is"))
    story.cycle(2)
    assert story.state() is State.AWAITING_APPROVAL
    assert story.serves() == "b"
    story.ask(PlanAnswered("ben", story.incident().plan, True, "as said"))
    story.cycle()
    assert story.serves() == "a"
