"""A silence is a veto: over any alarmed stream of the incident, asked once a cycle, whatever its form."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from monitor.acting.policy import State
from monitor.ports_acting import SilencesUnreadable
from tests.changing_a_real_cluster.worlds import MemoryWorld, pods_of, spec_of
from tests.rolling_back.spied import SpiedCluster
from tests.rolling_back.stories import Story, harmed
from tests.rolling_back.twins import MemorySilences


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


class SlowSilences(MemorySilences):
    """An Alertmanager that never answers: each question takes its whole time."""

    def __init__(self, world: MemoryWorld) -> None:
        super().__init__()
        self._world, self.asked = world, 0

    def read(self) -> Sequence[Mapping[str, Any]]:
        self.asked += 1
        self._world.pass_time(5)
        raise SilencesUnreadable("no whole answer in 5 s")


def test_an_alertmanager_that_never_answers_is_asked_once_a_cycle_and_costs_no_lease() -> None:
    world = MemoryWorld()
    story = Story(world)
    for name in ("first", "second", "third", "fourth"):
        world.make(name, spec_of(pods_of("a")))
        story.others = (*story.others, replace(story.target, model=name, deployment=name))
    story.serve("a")
    story.silences = slow = SlowSilences(world)
    elector = story.begin()._around.elector  # the one it was given
    assert elector is not None
    for cycle in range(1, 6):
        story.cycle()
        assert slow.asked == cycle
        assert not elector.is_lost


def test_slow_reads_of_many_deployments_cost_no_lease() -> None:
    world = MemoryWorld()
    story, spied = Story(world), SpiedCluster(world.cluster)
    for name in ("first", "second", "third", "fourth"):
        world.make(name, spec_of(pods_of("a")))
        story.others = (*story.others, replace(story.target, model=name, deployment=name))
    story.serve("a")
    story.cluster = spied
    spied.around = lambda word, is_over: world.pass_time(4) if word == "look" and not is_over else None
    elector = story.begin()._around.elector  # the one it was given
    assert elector is not None
    for _ in range(3):
        story.cycle()
        assert not elector.is_lost


def test_a_silence_that_comes_between_plan_and_patch_holds_it() -> None:
    story = two_alarms()
    spied = SpiedCluster(story.world.cluster)
    story.cluster = spied

    def around(word: str, is_over: bool) -> None:  # the form of `Around`
        if word == "dry" and is_over and not story.silences.told:
            story.silences.told = [silence(model="readmission")]

    spied.around = around
    story.begin()
    story.cycle()
    assert (story.state(), story.serves()) == (State.SUPPRESSED, "b")


@pytest.mark.parametrize("matchers", [["model"], [None], 7, "model", [{"name": ["model"]}]])
def test_a_silence_that_is_no_silence_holds_and_ends_nothing(matchers: Any) -> None:
    story = two_alarms()
    story.silences.told = [{**silence(), "matchers": matchers}]
    story.cycle(2)
    assert (story.state(), story.serves()) == (State.SUPPRESSED, "b")
