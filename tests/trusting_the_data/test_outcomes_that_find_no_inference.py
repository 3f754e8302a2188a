"""Ids that changed on one side: outcomes that find no inference are told of; nothing is trusted beyond a limit."""

import json
from pathlib import Path

import pytest

from monitor.exporting.view import View
from monitor.service.doubts import doubts
from tests.restarting_where_it_stood.lives import World
from tests.trusting_the_data.worlds import NOW_MS, STOPPING, assert_stale, assert_trusted, go_on, harmed
from tests.way_of_an_event.story import DAY_MS


def lived(folder: Path, orphans_a_day: int) -> tuple[World, View]:
    """The usual story; on thirty days of it outcomes come, too, whose ids nobody knows."""
    world = World(folder, NOW_MS, settings=STOPPING)
    said = [("inference", case.time_ms, case.prediction_id, case.inference()) for case in harmed()]
    learnt = [("outcome", case.learnt_ms, case.prediction_id, case.outcome()) for case in harmed()]
    strange = [
        ("outcome", at_ms, f"gone-{at_ms}", {"prediction_id": f"gone-{at_ms}", "label": 1, "event_time": at_ms})
        for day in range(62, 32, -1)
        for at_ms in (NOW_MS - day * DAY_MS + number for number in range(orphans_a_day))
    ]
    for role, at_ms, key, body in sorted(said + learnt + strange, key=lambda one: one[1]):
        if at_ms <= NOW_MS:
            world.put(role, key, json.dumps(body).encode(), at_ms)
    return world, world.live()


@pytest.mark.parametrize(("orphans", "is_told"), [(1, False), (12, True)])
def test_beyond_the_limit_nothing_is_trusted(tmp_path: Path, orphans: int, is_told: bool) -> None:
    _, view = lived(tmp_path, orphans)
    if is_told:
        assert_stale(view, "unpaired")
    else:
        assert_trusted(view)


def test_it_outlives_a_restart_and_ends_with_its_cause(tmp_path: Path) -> None:
    world, _ = lived(tmp_path, 12)
    assert_stale(world.live(), "unpaired")
    assert_trusted(go_on(world, 33))


def test_a_log_whose_beginning_was_deleted_accuses_nobody(tmp_path: Path) -> None:
    """Its first outcomes find no inference, for that was before; they are let go a memory later."""
    world = World(tmp_path, NOW_MS, settings=STOPPING)
    since_ms = NOW_MS - 45 * DAY_MS
    for case in harmed():
        if case.time_ms >= since_ms:
            world.put("inference", case.prediction_id, json.dumps(case.inference()).encode(), case.time_ms)
    for case in sorted(harmed(), key=lambda case: case.learnt_ms):
        if since_ms <= case.learnt_ms <= NOW_MS:
            world.put("outcome", case.prediction_id, json.dumps(case.outcome()).encode(), case.learnt_ms)
    (model,) = world.live().models
    assert "unpaired" not in {reason for said in model.verdicts for reason in said.reasons}


def test_beyond_the_limit_nobody_acts(tmp_path: Path) -> None:
    world, _ = lived(tmp_path, 12)
    loop = world.loop()
    (judged,) = loop.models
    found = doubts(loop.feeds["discharge"], judged.plan, 0, None)
    loop.close()
    assert (found.flags & {"unpaired"}, found.stale & {"unpaired"}) == ({"unpaired"}, {"unpaired"})
