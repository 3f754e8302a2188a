"""Which revisions serve: those with an inference in the model's last seven days of events."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.restarting_where_it_stood.lives import World
from tests.way_of_an_event.story import DAY_MS, cases

NOW_MS = 1_790_000_000_000


@pytest.mark.parametrize(("days", "serving"), [(6, {"r1", "r2"}), (9, {"r2"})])
def test_the_former_revision_serves_for_a_week(tmp_path: Path, days: int, serving: set[str]) -> None:
    world = World(tmp_path, NOW_MS)
    since_ms = NOW_MS - days * DAY_MS
    world.send([replace(case, revision="r2") if case.time_ms >= since_ms else case for case in cases(NOW_MS)])
    (model,) = world.live().models
    assert {revision for revision, roles in model.revisions.items() if "serving" in roles} == serving
    assert {said.revision for said in model.verdicts} == serving
