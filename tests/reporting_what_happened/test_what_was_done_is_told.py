"""The controller's audit log as a story for people: what was done or not, and why; no count of anybody."""

import re

from monitor.exporting.acted import Acted, Served, acted
from tests.acting_safely.worlds import m_of
from tests.changing_a_real_cluster.worlds import MemoryWorld
from tests.rolling_back.stories import Story, harmed
from tests.rolling_back.story_contract import BY_TIMING, POPULATION

KNOWN = {m_of("a"): Served("r1", "model@1"), m_of("b"): Served("r2", "model@2")}


def told(story: Story) -> Acted:
    return acted(story.log.entries, KNOWN, findings=0)


def test_a_patch_is_told_with_what_it_changed_and_comes_after_guards_and_condemnation() -> None:
    story = harmed(MemoryWorld())
    story.say()
    story.cycle()
    said = told(story)
    what = [deed.what for deed in said.deeds]
    assert what[-2:] == ["all guards passed: back to r1", "patched: r2 -> r1"]
    assert "r2 is condemned" in what[:-2]
    assert said.changed == ("Deployment clinical/readmission: r2 -> r1, image model@2 -> model@1",)
    assert said.entries == len(story.log.entries)


def test_where_nothing_is_done_it_is_told_why() -> None:
    for blame, what, why in (
        (POPULATION, "nothing is done", "the people have changed, not the model"),
        (BY_TIMING, "the plan to go back to r1 waits for a person", "blame by timing alone cannot tell a release"),
    ):
        story = harmed(MemoryWorld())
        story.say(**blame)
        story.cycle()
        said = told(story)
        assert said.deeds[-1].what == what
        assert why in said.deeds[-1].why
        assert said.changed == ()


def test_no_count_is_in_it() -> None:
    story = harmed(MemoryWorld())
    story.say()
    story.cycle()
    record = next(one.details["record"] for one in story.log.entries if "record" in one.details)
    text = " ".join(f"{deed.what} {deed.why}" for deed in told(story).deeds)
    numbers = set(re.findall(r"(?<![\w@])\d+(?:\.\d+)?", text))
    assert str(record["rate"]["samples"]) not in numbers
    assert len(numbers) <= 1  # the Deployment's generation
