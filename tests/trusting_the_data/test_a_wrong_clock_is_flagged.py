"""A producer whose clock is wrong, on a topic that believes it (CreateTime): what it pushes out is flagged."""

import json
from dataclasses import replace

import pytest

from monitor.exporting.view import View
from tests.restarting_where_it_stood.lives import World
from tests.trusting_the_data.worlds import NOW_MS, assert_trusted, go_on, is_exact, key_in
from tests.way_of_an_event.story import DAY_MS, cases


def say_ahead(world: World, days: int) -> None:
    """One inference of a wrong day, whose record says the same."""
    ahead_ms = NOW_MS + days * DAY_MS
    case = replace(cases(NOW_MS, days=1, per_day=1)[0], prediction_id=key_in(0), time_ms=ahead_ms)
    world.put("inference", case.prediction_id, json.dumps(case.inference()).encode(), ahead_ms)


def expired(view: View) -> int:
    return sum(view.models[0].expired.values())


@pytest.mark.parametrize("days", [60, 365])
def test_what_a_record_far_ahead_pushes_out_is_flagged(world: World, days: int) -> None:
    before = expired(world.live())
    say_ahead(world, days)
    view = go_on(world, 5)
    assert expired(view) > before, "the case that is tried"
    assert not is_exact(view)
    assert not is_exact(world.live()), "a restart forgets it not"
    for file in (world.folder / "discharge").iterdir():
        file.unlink()
    assert not is_exact(world.live()), "nor does a rebuild"


def test_a_record_a_day_ahead_pushes_nothing_out(world: World) -> None:
    before = expired(world.live())
    say_ahead(world, 1)
    view = go_on(world, 5)
    assert expired(view) == before
    assert is_exact(view)


def test_records_that_come_days_after_their_events_are_not_taken_for_it(world: World) -> None:
    world.live()
    story = [replace(case, prediction_id=f"late-{case.prediction_id}") for case in cases(NOW_MS, days=40, per_day=2)]
    for case in story:
        world.put("inference", case.prediction_id, json.dumps(case.inference()).encode(), NOW_MS)
    assert_trusted(world.live())
