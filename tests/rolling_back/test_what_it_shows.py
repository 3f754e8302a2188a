"""What Prometheus and probes see of the process: folds of the log, and what the last cycle met."""

import re
from typing import Any

import pytest

from monitor.acting.entries import Kind
from monitor.acting.limits import DAY_MS
from monitor.controller.asked import PauseAsked
from monitor.controller.shown import shown
from monitor.controller.turning import Board
from monitor.exporting.control_catalogue import CONTROL
from monitor.exporting.samples_of_control import render_control
from tests.changing_a_real_cluster.cluster_contract import settled
from tests.changing_a_real_cluster.worlds import MemoryWorld
from tests.rolling_back.stories import Story, harmed
from tests.rolling_back.story_contract import soaked


def series(story: Story) -> dict[str, float]:
    """Every line that Prometheus would read."""
    view = shown(story.controller, "hash", story.clock.now_ms(), story.clock.now_ms())
    text = render_control(view, "text/plain")[0].decode()
    pairs = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name.removeprefix("fairdrift_"): float(value) for name, _, value in pairs}


def told(found: dict[str, float], name: str) -> dict[str, float]:
    """Values of one series that are not 0, by its label beside the model's, if it has another one."""
    lines = {key: value for key, value in found.items() if key.partition("{")[0] == name and value}
    labels = {key: dict(re.findall(r'(\w+)="([^"]*)"', key)) for key in lines}
    return {next((labels[key][one] for one in labels[key] if one != "model"), "it"): lines[key] for key in lines}


@pytest.fixture
def story() -> Story:
    return harmed(MemoryWorld())


def test_every_series_of_the_catalogue_is_there_from_the_first_scrape(story: Story) -> None:
    names = {name.partition("{")[0] for name in series(story)}
    absent = {"gate_entries", "gate_in_sync", "audit_checkpoint_timestamp_seconds"}
    assert names | absent == {one.name.removeprefix("fairdrift_") for one in CONTROL}


def test_a_rollback_that_helps_and_one_that_does_not_are_counted(story: Story) -> None:
    story.say()
    story.cycle()
    settled(story.world)
    story.cycle()
    assert told(series(story), "rollbacks_total") == {"done": 1}
    soaked(story, "page")
    assert told(series(story), "rollbacks_total") == {"done": 1, "ineffective": 1}
    before = series(story)
    story.begin()
    assert told(series(story), "rollbacks_total") == told(before, "rollbacks_total"), "exact after a restart"


def test_what_holds_is_named_while_it_holds(story: Story) -> None:
    story.ask(PauseAsked("ann", None, story.clock.now_ms() + DAY_MS, "an inspection"))
    story.say()
    story.cycle()
    found = series(story)
    assert told(found, "incident_held") == {"G0": 1}
    assert told(found, "guard_refusals_total") == {"G0": 1}
    assert told(found, "paused") == {"it": 1}
    story.ask(PauseAsked("ann", None, 0, ""))
    story.cycle()
    found = series(story)
    assert told(found, "incident_held") == {}
    assert told(found, "paused") == {}


def test_shadow_counts_what_it_would_have_done() -> None:
    story = harmed(MemoryWorld(), mode="shadow")
    story.say()
    story.cycle(3)
    assert told(series(story), "rollbacks_total") == {"shadow": 1}
    assert told(series(story), "mode") == {"shadow": 1}


def test_the_limit_of_its_heartbeat_is_a_series(story: Story) -> None:
    assert series(story)['limit_seconds{limit="heartbeat",model="readmission"}'] == 120


def test_entries_are_counted_by_kind(story: Story) -> None:
    found = told(series(story), "audit_entries_total")
    assert found == {str(kind): len(story.entries(kind)) for kind in Kind if story.entries(kind)}


@pytest.mark.parametrize("trouble", ["feed", "log", "cluster", "lease"])
def test_it_is_ready_only_while_all_is_there(story: Story, trouble: str) -> None:
    board = Board(story.controller, "hash", story.clock)
    assert not board.ready()[0]
    story.cycle()
    board.cycled(is_whole=True)
    assert board.ready()[0]
    assert board.started()[0]
    _spoil(story, trouble)
    board.cycled(is_whole=True)
    is_ready, why = board.ready()
    assert not is_ready
    assert why
    assert board.view.is_ready is False
    assert board.live(120_000)[0], "no dependency gets the process killed"
    story.skip(121_000)
    assert not board.live(120_000)[0]


def _spoil(story: Story, trouble: str) -> None:
    if trouble == "feed":
        story.feed.is_away = True
        story.cycle()
    elif trouble == "log":
        story.log.is_writable = False
    elif trouble == "cluster":
        story.world.delete()
        story.cycle()
    else:
        story.skip(16_000)


def test_a_gate_is_shown_where_there_is_one() -> None:
    story = harmed(MemoryWorld())
    story.keeps_registry = True
    story.begin()
    story.say()
    story.cycle()
    found: dict[str, Any] = series(story)
    assert told(found, "gate_entries") == {"proven": 1, "condemned": 1}
    assert found["gate_in_sync"] == 1
