"""Two models of one feed, one of which nobody asks: what the other one needs no more is let go all the same."""

import json
from dataclasses import replace
from pathlib import Path

from monitor.service.loop import MonitorLoop
from tests.restarting_where_it_stood.lives import World
from tests.way_of_an_event.story import DAY_MS, SETTINGS, cases

NOW_MS = 1_790_000_000_000
LATER_MS = NOW_MS + 5 * DAY_MS
SILENT = """  silent:
    feed: discharge
    mode: observe
    attributes:
      sex: {{values: {{female: [F], male: [M]}}}}
    metrics: [error_rate]
    windows: {{pane: 1d, published: [7d]}}
http:"""


def run(folder: Path, settings: str) -> MonitorLoop:
    world = World(folder, NOW_MS, settings=settings)
    world.send(cases(NOW_MS, days=200, per_day=10))
    loop = world.loop()
    while loop.tick():
        pass
    loop.close()
    return loop


def held(loop: MonitorLoop, model: str) -> set[int]:
    feed = loop.feeds["discharge"]
    number = feed.plan.counting.numbers[model]
    return {pane for state in feed.states for pane in state.cells.panes(number)}


def test_the_panes_of_the_other_are_let_go_as_if_it_were_alone(tmp_path: Path) -> None:
    alone = held(run(tmp_path / "alone", SETTINGS), "readmission")
    beside = held(run(tmp_path / "beside", SETTINGS.replace("http:", SILENT)), "readmission")
    assert 0 < len(beside) < 200
    assert beside == alone


def test_a_broken_delay_is_flagged_for_the_one_that_was_judged(tmp_path: Path) -> None:
    world = World(tmp_path, NOW_MS, settings=SETTINGS.replace("http:", SILENT))
    world.send(cases(NOW_MS))
    world.live()
    world.now_ms = LATER_MS
    for case in cases(LATER_MS, days=5):
        case = replace(case, prediction_id=f"later-{case.prediction_id}")
        world.put("inference", case.prediction_id, json.dumps(case.inference()).encode(), case.time_ms)
    before = world.live()
    body = {"prediction_id": "later-case-1", "label": 1, "event_time": LATER_MS - 3 * DAY_MS}
    world.put("outcome", "later-case-1", json.dumps(body).encode(), LATER_MS)
    after = world.live()
    assert [window.exact for window in before.models[0].windows] == [True, True]
    assert [window.exact for window in after.models[0].windows] == [False, False]
