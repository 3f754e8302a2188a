"""A silence is a veto: over any alarmed stream of the incident, asked once a cycle, whatever its form."""

from typing import Any

import pytest

from monitor.acting.policy import State
from tests.changing_a_real_cluster.worlds import MemoryWorld
from tests.rolling_back.stories import Story, harmed


def silence(**labels: str) -> dict[str, Any]:
    matchers = [{"name": name, "value": value, "isRegex": False, "isEqual": True} for name, value in labels.items()]
    return {"id": "s-1", "createdBy": "ann", "comment": "we know", "matchers": matchers}


def two_alarms() -> Story:
    story = harmed(MemoryWorld())
    for attribute, subgroup, log_e in (("race", "black", 15.0), ("race__sex", "black__female", 14.0)):
        evidence = [{"detector": "revision_effect", "log_e": log_e, "rollback": 13.1}]
        story.say(attribute=attribute, subgroup=subgroup, evidence=evidence)
    return story


@pytest.mark.parametrize(("attribute", "subgroup"), [("race", "black"), ("race__sex", "black__female")])
def test_a_silence_over_any_alarmed_stream_holds_the_plan(attribute: str, subgroup: str) -> None:
    story = two_alarms()
    story.silences.told = [silence(model="readmission", attribute=attribute, subgroup=subgroup)]
    story.cycle(2)
    assert (story.state(), story.refusals()[-1], story.serves()) == (State.SUPPRESSED, "G0", "b")


def test_a_silence_over_a_stream_that_is_not_alarmed_holds_nothing() -> None:
    story = two_alarms()
    story.say(attribute="race", subgroup="white", verdict="HEALTHY", blame=None, blame_by=None, may_act=False)
    story.silences.told = [silence(attribute="race", subgroup="white")]
    story.cycle()
    assert story.serves() == "a"


def test_a_silence_over_a_stream_that_was_alarmed_while_it_is_open_holds_too() -> None:
    story = two_alarms()
    story.is_killed = True
    story.begin()
    story.cycle()
    story.say(attribute="race__sex", subgroup="black__female", verdict="INCONCLUSIVE", blame=None, blame_by=None)
    story.silences.told = [silence(subgroup="black__female")]
    story.is_killed = False
    story.begin()
    story.cycle()
    assert story.serves() == "b"
