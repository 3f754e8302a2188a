"""Statistics of drift leave only where a subgroup's inferences do, rounded, and never of a few."""

from dataclasses import replace

from monitor.exporting.drift_shown import drift_shown
from monitor.exporting.gate import GatedCounts, GatedGroup
from monitor.exporting.view import ModelView
from monitor.judging.annotating.drift import DriftScore

KEY = ("r1", "sex", "f")
SCORES = (DriftScore("psi", 0.123456, 400, limit=0.0423456), DriftScore("mix", 7.7777, 10, 3.841459))


def model(min_cell: int = 11) -> ModelView:
    return ModelView(
        *("m", "shadow", (), (), (), {}, {}, 0, {}, {}, (0, 0), (), {}, {}, {}, min_cell, 100), drift={KEY: SCORES}
    )


def group(*n: int | None) -> GatedGroup:
    windows = {str(place): GatedCounts(n=one) for place, one in enumerate(n)}
    return GatedGroup(*KEY, windows, (0, 0), (0, 0), (0,) * 4, (0,) * 4)


def test_where_inferences_are_withheld_in_every_window_nothing_shows() -> None:
    assert drift_shown(model(), group(None, None)) == ()
    assert drift_shown(model(), group()) == ()
    assert [one.detector for one in drift_shown(model(), group(None, 500))] == ["psi"]


def test_what_rests_on_a_few_is_not_shown_and_the_rest_is_rounded_without_its_count() -> None:
    (shift,) = drift_shown(model(), group(500))
    assert (shift.value, shift.limit, shift.samples) == (0.123, 0.0423, 0)
    assert [one.detector for one in drift_shown(model(min_cell=1), group(500))] == ["psi", "mix"]


def test_another_subgroup_has_none_of_it() -> None:
    assert drift_shown(model(), replace(group(500), subgroup="m")) == ()
