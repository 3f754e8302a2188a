"""A producer that is later than it said: its records mend counts, are no evidence, and the window says so."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.exporting.view import View
from tests.restarting_where_it_stood.lives import World
from tests.way_of_an_event.story import DAY_MS, Case, cases

NOW_MS = 1_790_000_000_000
LATER_MS = NOW_MS + 5 * DAY_MS


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Five days on, with inferences and no outcome; everything was read."""
    world = World(tmp_path / "state", NOW_MS)
    story = cases(NOW_MS)
    world.send(story)
    world.live()
    world.now_ms = LATER_MS
    for case in cases(LATER_MS, days=5):
        put_inference(world, replace(case, prediction_id=f"later-{case.prediction_id}"))
    world.live()
    return world


def put_inference(world: World, case: Case) -> None:
    world.put("inference", case.prediction_id, json.dumps(case.inference()).encode(), case.time_ms)


def put_outcome(world: World, learnt_ms: int, arrives_ms: int) -> None:
    body = {"prediction_id": "later-case-1", "label": 1, "event_time": learnt_ms}
    world.put("outcome", "later-case-1", json.dumps(body).encode(), arrives_ms)


def is_exact(view: View) -> list[bool]:
    return [window.exact for window in view.models[0].windows]


def test_an_outcome_that_comes_after_its_partition_was_passed_over_flags_the_windows(world: World) -> None:
    assert is_exact(world.views[-1]) == [True, True]
    put_outcome(world, learnt_ms=LATER_MS - 3 * DAY_MS, arrives_ms=LATER_MS)
    view = world.live()
    assert is_exact(view) == [False, False]
    assert all("late_after_idle" in said.reasons for said in view.models[0].verdicts)


def test_an_outcome_in_time_flags_nothing(world: World) -> None:
    put_outcome(world, learnt_ms=LATER_MS, arrives_ms=LATER_MS)
    assert is_exact(world.live()) == [True, True]


def test_a_rebuild_finds_the_same_broken_delay_again_and_no_other(world: World) -> None:
    for number in range(3):
        (world.folder / "discharge" / f"partition-{number}.sqlite").write_bytes(b"torn")
    assert is_exact(world.live()) == [True, True]
    put_outcome(world, learnt_ms=LATER_MS - 3 * DAY_MS, arrives_ms=LATER_MS)
    world.live()
    for number in range(3):
        (world.folder / "discharge" / f"partition-{number}.sqlite").write_bytes(b"torn")
    assert is_exact(world.live()) == [False, False]
