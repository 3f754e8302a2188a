"""What the report draws is gated: no small count is in it, nor follows from what is beside it."""

import re
from html import unescape
from itertools import pairwise

import pytest

from monitor.exporting.moments import DAY_MS
from monitor.exporting.replayed import Replayed
from monitor.exporting.report.page import report_page
from monitor.exporting.report.story import ModelStory, model_story
from monitor.exporting.small import is_small
from tests.reporting_what_happened.plain_judge import counted
from tests.reporting_what_happened.worlds import WINDOWS, World

MIN_CELL = 11


@pytest.fixture(scope="module")
def small() -> Replayed:
    """So few inferences that many subgroups are small in every window."""
    return World(days=140, release=60, a_day=80).replayed()


def story_of(done: Replayed) -> ModelStory:
    story = model_story(done.view.models[0], done)
    assert story is not None
    return story


def test_every_count_in_the_page_is_nobody_or_enough_and_so_is_its_rest(small: Replayed) -> None:
    page = unescape(report_page(small))
    drawn = re.findall(r"\), ([0-9]+) of ([0-9]+)</title>", page)
    listed = re.findall(r">([0-9,]+) / ([0-9,]+)</td>", page)
    told = re.findall(r">([0-9,]+) of ([0-9,]+) [a-z, ]+ were ", page)
    assert drawn
    assert listed
    for k, n in [*drawn, *listed, *told]:
        cases, samples = int(k.replace(",", "")), int(n.replace(",", ""))
        assert not is_small(cases, MIN_CELL)
        assert not is_small(samples - cases, MIN_CELL)
    assert "withheld" in page


def test_no_small_count_is_left_between_everyone_and_the_subgroups_that_are_shown(small: Replayed) -> None:
    story = story_of(small)
    shown: dict[tuple[str, int, str], dict[str, list[tuple[int, int] | None]]] = {}
    for stream in story.streams:
        if "&" not in stream.name.attribute and stream.said.metric != "error_rate":
            for bar in stream.own_bars:
                key = (stream.said.revision, bar.start_ms, stream.said.metric)
                shown.setdefault(key, {}).setdefault(stream.name.attribute, []).append(bar.found)
    compared = 0
    for by_attribute in shown.values():
        everyone = by_attribute.pop("*")[0]
        for parts in by_attribute.values():
            if everyone is not None and None in parts:
                compared += 1
                for column in (0, 1):
                    rest = everyone[column] - sum(part[column] for part in parts if part is not None)
                    assert not is_small(rest, MIN_CELL)
    assert compared >= 8


def test_windows_do_not_overlap_and_end_with_the_last_judged_pane(small: Replayed) -> None:
    story = story_of(small)
    edges = {(bar.start_ms, bar.end_ms) for stream in story.streams for bars in stream.bars.values() for bar in bars}
    assert max(end_ms for _, end_ms in edges) == story.recording.last_ms
    assert {end_ms - start_ms for start_ms, end_ms in edges} == {28 * DAY_MS}
    assert all(one[1] <= after[0] for one, after in pairwise(sorted(edges)))


def test_the_last_window_is_the_longest_one_of_the_metrics(done: Replayed) -> None:
    view = done.view.models[0]
    exact = {(g.revision, g.attribute, g.subgroup): g.windows["28d"] for g in view.groups}
    compared = 0
    for stream in story_of(done).current:
        bar, said = stream.last_bar, stream.said
        if bar is not None and bar.found is not None and bar.end_ms == view.windows[0].end_ms:
            counts = exact[said.revision, said.attribute, said.subgroup]
            row = [counts.n, counts.n_predicted_positive, counts.tp, counts.fp, counts.tn, counts.fn]
            assert bar.found == counted(said.metric, row)
            compared += 1
    assert compared > 20
    assert max(WINDOWS.values()) == 28 * DAY_MS


def test_evidence_shows_only_where_the_newest_cases_do(small: Replayed) -> None:
    hidden = 0
    for stream in story_of(small).streams:
        windows: dict[int, bool] = {}
        for bar in (bar for bars in stream.bars.values() for bar in bars):
            windows[bar.start_ms] = windows.get(bar.start_ms, True) and bar.found is not None
        for at_ms, _ in stream.points:
            newest = max((start_ms for start_ms in windows if start_ms < at_ms), default=None)
            assert newest is None or windows[newest]
        if windows and not windows[max(windows)]:
            assert stream.evidence is None
            hidden += 1
    assert hidden > 20
