"""Evidence that cannot be trusted, or is of other rules, restarts at zero: flagged while its past is short."""

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.exporting.view import View
from monitor.judging.verdict import Verdict
from tests.restarting_where_it_stood.lives import World
from tests.way_of_an_event.story import DAY_MS, SETTINGS, Case, cases

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


def test_a_judge_file_that_is_gone_is_noticed(world: World) -> None:
    world.live()
    (world.folder / "judge-readmission.sqlite").unlink()
    assert "evidence_restarted" in flags(world.live())


def test_a_first_start_has_no_past_to_lose(world: World) -> None:
    assert flags(world.live()) == set()


@pytest.fixture
def alarmed(tmp_path: Path) -> World:
    """A model that misses women; its alarm stands."""
    world = World(tmp_path / "state", NOW_MS)
    world.send(harmed(cases(NOW_MS, days=75, per_day=80), NOW_MS - 25 * DAY_MS))
    assert degraded(world.live()) == {("female", "false_negative_rate"), ("overall", "false_negative_rate")}
    return world


def test_an_alarm_outlives_a_change_of_rules_until_it_is_acknowledged(alarmed: World) -> None:
    alarmed.settings = OTHER_RULES
    assert degraded(alarmed.live()) >= {("female", "false_negative_rate")}
    loop = alarmed.loop()
    for subgroup in ("female", "overall"):
        attribute = "sex" if subgroup == "female" else "overall"
        loop.acknowledge("readmission", attribute, subgroup, "false_negative_rate")
    loop.close()
    assert degraded(alarmed.live()) == set()


@pytest.mark.parametrize("is_torn", [True, False])
def test_an_alarm_outlives_the_evidence_for_it(alarmed: World, is_torn: bool) -> None:
    judge = alarmed.folder / "judge-readmission.sqlite"
    if is_torn:
        judge.write_bytes(b"no database")
    else:
        judge.unlink()
    view = alarmed.live()
    assert "evidence_restarted" in flags(view)
    assert degraded(view) == {("female", "false_negative_rate"), ("overall", "false_negative_rate")}


def test_evidence_outlives_the_file_of_its_alarms(alarmed: World) -> None:
    (alarmed.folder / "alarms-readmission.sqlite").write_bytes(b"no database")
    assert degraded(alarmed.live()) == {("female", "false_negative_rate"), ("overall", "false_negative_rate")}


def test_an_alarm_comes_back_with_its_metric(alarmed: World) -> None:
    whole = alarmed.settings
    alarmed.settings = whole.replace("metrics: [false_negative_rate, ", "metrics: [")
    assert alarmed.settings != whole
    assert degraded(alarmed.live()) == set()
    alarmed.settings = whole
    assert degraded(alarmed.live()) == {("female", "false_negative_rate"), ("overall", "false_negative_rate")}


def degraded(view: View) -> set[tuple[str, str]]:
    (model,) = view.models
    return {(said.subgroup, said.metric) for said in model.verdicts if said.verdict is Verdict.DEGRADED}


def harmed(story: list[Case], from_ms: int) -> list[Case]:
    """From a moment on the model misses every woman who has the outcome."""
    return [
        replace(case, prediction=0) if case.sex == "F" and case.label and case.time_ms >= from_ms else case
        for case in story
    ]


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
