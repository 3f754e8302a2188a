"""What the loop believes of the feed: one history of one monitor, whole, about the models it acts for."""

import pytest

from monitor.acting.known_good import Standing
from monitor.acting.policy import State
from tests.acting_safely.worlds import m_of
from tests.changing_a_real_cluster.worlds import MemoryWorld
from tests.rolling_back.stories import Story, harmed
from tests.rolling_back.story_contract import HEALTHY
from tests.rolling_back.twins import MemoryFeed


@pytest.fixture
def story() -> Story:
    return harmed(MemoryWorld())


def heard(story: Story) -> int:
    return len(story.controller.ear.heard.streams) + len(story.controller.ear.heard.revisions)


def test_all_parts_are_read_in_one_cycle(story: Story) -> None:
    story.feed.page_size = 3
    for number in range(20):
        story.say(**HEALTHY, subgroup=f"group{number}")
    story.cycle()
    assert len(story.controller.ear.heard.streams) == 20


def test_a_gap_begins_anew_with_what_is_still_held(story: Story) -> None:
    story.say(**HEALTHY, subgroup="before")
    story.cycle()
    story.say(**HEALTHY, subgroup="lost")
    story.feed.first += len(story.feed.records)
    story.feed.records.clear()
    story.say(**HEALTHY, subgroup="after")
    story.cycle()
    assert [key[3] for key in story.controller.ear.heard.streams] == ["after"]


def test_another_source_is_another_history(story: Story) -> None:
    story.say()
    story.feed.is_away = True
    before = heard(story)
    assert before
    story.feed = story.controller.ear._feed = MemoryFeed("monitor-2")  # the monitor was set up anew
    story.cycle()
    assert heard(story) == 0
    story.say_good()
    story.say()
    story.cycle()
    assert story.serves() == "a"


def test_another_source_is_another_history_also_where_its_numbers_go_on(story: Story) -> None:
    story.say(**HEALTHY, subgroup="before")
    story.cycle()
    story.feed.source = "monitor-2"
    story.feed.records.clear()
    for number in range(9):
        story.say(**HEALTHY, subgroup=f"after{number}")
    story.cycle()
    assert len(story.controller.ear.heard.streams) == 9
    assert not story.controller.ear.heard.revisions


def test_numbers_that_fall_begin_anew(story: Story) -> None:
    before = list(story.feed.records)
    story.say(**HEALTHY)
    story.cycle()
    story.feed.records[:] = before[:1]
    story.cycle()
    assert not story.controller.ear.heard.streams


def test_a_record_that_keeps_no_contract_is_counted_and_decides_nothing(story: Story) -> None:
    story.say()
    story.feed.records[-1] = story.feed.records[-1].replace(b'"coverage":true', b'"coverage":"yes"')
    story.cycle(2)
    assert story.controller.ear.malformed == 1
    assert story.state() is State.OBSERVING
    assert story.serves() == "b"


def test_a_record_about_another_model_decides_nothing(story: Story) -> None:
    story.say(model="sepsis")
    story.cycle(2)
    assert not story.states()


def test_a_revision_that_no_template_stands_for_pages_and_condemns_nobody(story: Story) -> None:
    story.say(model_digest=None)
    story.cycle(2)
    assert story.states() == [State.ATTRIBUTING, State.UNDECIDED]
    assert story.serves() == "b"


def test_what_is_said_of_a_revision_that_no_template_stands_for_proves_nobody(story: Story) -> None:
    story.say_good("c", model_digest=None, pod_template_hashes=(), cleared=True)
    story.serve("c")
    story.cycle(2)
    ledger = story.controller.recorder.book.ledger
    assert ledger.standing(m_of("c"), story.clock.now_ms()) is Standing.UNPROVEN


def test_what_was_heard_before_the_feed_went_away_is_acted_on_only_while_it_holds(story: Story) -> None:
    story.is_killed = True
    story.begin()
    story.say()
    story.cycle()
    assert story.state() is State.SUPPRESSED
    story.feed.is_away = True
    story.skip(16 * 60_000)
    story.is_killed = False
    story.cycle(3)
    assert story.serves() == "b"
    assert any("does not answer" in trouble for trouble in story.controller.troubles())


def test_a_number_that_the_audit_log_cannot_hold_is_malformed_and_ends_nothing(story: Story) -> None:
    story.say(data={"lag_records": 2**60})
    story.cycle(2)
    assert story.controller.ear.malformed == 1
    assert not story.states()
