"""Counts belong to the rules they were made by: with others the log is read again, and nobody acts meanwhile."""

from pathlib import Path

import pytest

from monitor.exporting.view import View
from monitor.judging.verdict import Verdict
from tests.restarting_where_it_stood.lives import World
from tests.trusting_the_data.worlds import ALARM, assert_stale, reasons, twin, verdicts

OTHERS = [
    pytest.param("horizon: 5d", "horizon: 2d", id="a shorter horizon"),
    pytest.param("male: [M]", "male: [M, F]", id="an attribute value that is another group"),
    pytest.param("allowed_lateness: 6h", "allowed_lateness: 1h", id="less lateness"),
]


def counts(view: View) -> object:
    (model,) = view.models
    return model.windows, model.groups, model.expired, model.pending


@pytest.mark.parametrize(("old", "new"), OTHERS)
def test_counts_are_those_of_a_monitor_that_never_knew_the_former_rules(
    old: str, new: str, world: World, tmp_path: Path
) -> None:
    if old == "male: [M]":
        world.settings = world.settings.replace("female: [F]", "female: [f]")
    world.settings = world.settings.replace(old, new)
    assert new in world.settings
    view = world.live()
    assert view.rebuilds == {"rules_changed": 3}
    assert counts(view) == counts(twin(world, tmp_path / "fresh").live())


def test_meanwhile_all_is_stale_and_the_alarm_outlives_it(world: World) -> None:
    world.settings = world.settings.replace("horizon: 5d", "horizon: 4d")
    loop = world.loop()
    for _ in range(16):
        loop.tick()
    assert loop.feeds["discharge"].lag_records()
    assert_stale(world.views[-1], "rebuilding")
    while loop.tick():
        pass
    loop.close()
    view = world.views[-1]
    assert verdicts(view)[ALARM].verdict is Verdict.DEGRADED
    assert Verdict.STALE not in {said.verdict for said in verdicts(view).values()}


def test_for_one_full_window_the_evidence_says_that_its_rules_are_new(world: World) -> None:
    world.settings = world.settings.replace("horizon: 5d", "horizon: 4d")
    assert "config_changed" in reasons(world.live())


def test_a_restart_amid_the_rebuild_does_not_make_the_rules_old(world: World) -> None:
    world.settings = world.settings.replace("horizon: 5d", "horizon: 4d")
    loop = world.loop()
    for _ in range(8):
        loop.tick()
    assert loop.feeds["discharge"].lag_records()
    loop.close()
    assert "config_changed" in reasons(world.live())


def test_what_counts_do_not_depend_on_rebuilds_nothing(world: World) -> None:
    before = counts(world.live())
    world.settings = world.settings.replace("mode: observe", "mode: shadow\n    limits: {{inference_age: 1h}}")
    view = world.live()
    assert view.rebuilds == {}
    assert counts(view) == before
    assert reasons(view) == set()
