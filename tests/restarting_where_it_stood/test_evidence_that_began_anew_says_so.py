"""Evidence that cannot be trusted, or is of other rules, restarts at zero: flagged while its past is short."""

from pathlib import Path

import pytest

from monitor.exporting.view import View
from tests.restarting_where_it_stood.lives import World
from tests.way_of_an_event.story import DAY_MS, SETTINGS, cases

NOW_MS = 1_790_000_000_000
OTHER_RULES = SETTINGS.replace("metrics:", "judging: {{tolerance: {{default: 0.03}}}}\n    metrics:")


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path / "state", NOW_MS)
    world.send(cases(NOW_MS))
    return world


def flags(view: View) -> set[str]:
    (model,) = view.models
    assert model.verdicts
    return set.intersection(*(set(said.reasons) for said in model.verdicts))


def test_a_judge_file_that_is_broken_is_flagged_over_restarts(world: World) -> None:
    assert flags(world.live()) == set()
    (world.folder / "judge-readmission.sqlite").write_bytes(b"no database")
    assert "evidence_restarted" in flags(world.live())
    assert "evidence_restarted" in flags(world.live())


def test_other_rules_of_judging_are_flagged(world: World) -> None:
    world.live()
    world.settings = OTHER_RULES
    assert "config_changed" in flags(world.live())
    assert "config_changed" in flags(world.live())


def test_the_flag_goes_once_a_full_window_lies_behind(world: World) -> None:
    world.live()
    world.settings = OTHER_RULES
    world.live()
    later = World(world.folder, NOW_MS + 40 * DAY_MS, settings=OTHER_RULES)
    later.log = world.log
    later.send([case for case in cases(later.now_ms, days=38) if case.time_ms > NOW_MS])
    assert "config_changed" not in flags(later.live())
