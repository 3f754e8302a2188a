"""The table at the end of a replay: labels that come late must not leave it without rates."""

from dataclasses import replace

from monitor.exporting.at_the_end import standings_at_the_end
from monitor.exporting.standing import standings
from tests.reporting_what_happened.worlds import World


def test_the_newest_window_that_may_be_shown_stands_for_one_that_is_empty() -> None:
    world = World(drained=60)
    done = world.replayed()
    (model,) = done.view.models
    model = replace(model, verdicts=done.recordings[model.model].standing())
    plain, told = standings(model), standings_at_the_end(model, done)
    assert [row.said for row in told] == [row.said for row in plain]
    assert not any(row.found and row.found.n for row in plain), "nobody is left in the last windows"
    shown = [row for row in told if row.estimate is not None]
    assert shown
    assert all(row.found is not None and row.found.n >= 11 for row in shown)


def test_evidence_is_shown_where_it_was_before() -> None:
    done = World(days=140).replayed()
    (model,) = done.view.models
    assert [row.evidence for row in standings_at_the_end(model, done)] == [row.evidence for row in standings(model)]
