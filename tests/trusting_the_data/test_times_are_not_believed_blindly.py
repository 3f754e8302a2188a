"""Times of records move what is judged only as far as our own clock allows."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.exporting.view import View
from monitor.judging.verdict import Verdict
from tests.restarting_where_it_stood.lives import TOPICS, World
from tests.trusting_the_data.worlds import NOW_MS, assert_trusted, judged_until, key_in, twin
from tests.way_of_an_event.story import DAY_MS, cases

MINUTE_MS = 60_000
AHEAD_MS = NOW_MS + 30 * DAY_MS


def put(world: World, event_ms: int, arrives_ms: int) -> None:
    case = replace(cases(NOW_MS, days=1, per_day=1)[0], prediction_id=key_in(0), time_ms=event_ms)
    world.put("inference", case.prediction_id, json.dumps(case.inference()).encode(), arrives_ms)


def refused(view: View) -> dict[str, int]:
    (said,) = [topic for topic in view.topics if topic.topic == TOPICS["inference"]]
    return dict(said.rejected)


def test_a_broker_that_is_a_month_ahead_moves_nothing(world: World) -> None:
    before = judged_until(world.live())
    put(world, event_ms=NOW_MS, arrives_ms=AHEAD_MS)
    loop = world.loop()
    loop.tick()
    assert loop.feeds["discharge"].broker_time_ms == NOW_MS + 5 * MINUTE_MS
    loop.tick()
    loop.close()
    assert judged_until(world.views[-1]) == before
    assert_trusted(world.live())


def test_an_event_that_is_ahead_of_its_own_arrival_is_refused_and_moves_nothing(world: World) -> None:
    before = judged_until(world.live())
    put(world, event_ms=AHEAD_MS, arrives_ms=NOW_MS)
    view = world.live()
    assert sum(refused(view).values()) == 1
    assert judged_until(view) == before
    assert_trusted(view)


@pytest.mark.parametrize("minutes", [0, 4])
def test_a_clock_that_is_minutes_apart_is_believed(world: World, minutes: int) -> None:
    put(world, event_ms=NOW_MS + minutes * MINUTE_MS, arrives_ms=NOW_MS)
    assert refused(world.live()) == {}


def test_our_own_clock_changes_no_count(world: World, tmp_path: Path) -> None:
    """Only the age of the newest event looks at it."""
    late, early = twin(world, tmp_path / "late"), twin(world, tmp_path / "early")
    late.now_ms += 10 * DAY_MS
    after, before = late.live().models[0], early.live().models[0]
    assert after.groups == before.groups
    assert after.windows == before.windows
    assert min(said.verdict for said in after.verdicts) is Verdict.STALE
