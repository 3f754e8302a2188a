"""A soak is judged by the target's name, which the log holds: a lost copy of its template does not stop it."""

import pytest

from monitor.acting.policy import State
from tests.changing_a_real_cluster.cluster_contract import settled
from tests.changing_a_real_cluster.worlds import MemoryWorld
from tests.rolling_back.stories import harmed
from tests.rolling_back.story_contract import soaked


@pytest.mark.parametrize(("own", "last"), [("below", State.OBSERVING), ("page", State.ESCALATED)])
def test_a_soak_whose_copies_are_lost_is_judged_all_the_same(own: str, last: State) -> None:
    world = MemoryWorld()
    story = harmed(world)
    story.say()
    story.cycle()
    settled(world)
    story.cycle()
    assert story.state() is State.SOAKING
    story.copies.kept.clear()
    story.begin()
    soaked(story, own)
    assert story.state() is last
