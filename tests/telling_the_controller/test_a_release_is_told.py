"""From events to records: a release that harms women, who served it, and what a restart changes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.acting.attribution import why_unattributed
from monitor.acting.guards.feed import blame, data
from monitor.acting.records import DATA_FAULTS, StreamRecord
from monitor.exporting.feed.facts import Identity
from monitor.exporting.view import View
from tests.acting_safely.situations import situation
from tests.restarting_where_it_stood.lives import World
from tests.telling_the_controller.worlds import (
    DIGESTS,
    NOW_MS,
    RELEASE_MS,
    TEMPLATES,
    Served,
    archived,
    live,
    memory_log,
    revision_of,
    settings,
    story,
    stream_of,
    told,
)
from tests.way_of_an_event.story import DAY_MS, Case, cases


@pytest.fixture(scope="module")
def switched(tmp_path_factory: pytest.TempPathFactory) -> View:
    """r2 follows r1 altogether."""
    return live(tmp_path_factory.mktemp("switched"), story())


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> View:
    """Both serve, half the patients each."""
    return live(tmp_path_factory.mktemp("shared"), story(share=0.5))


def of_women(view: View) -> StreamRecord:
    log = memory_log()
    log.take(view, NOW_MS)
    return stream_of(told(log))


def test_a_full_switch_is_blamed_by_timing_and_waits_for_a_person(switched: View) -> None:
    record = of_women(switched)
    assert (record.verdict, record.blame, record.blame_by) == ("DEGRADED", "revision", "timing")
    assert (record.may_act, record.blocked_by) == (False, ("no_control",))
    assert record.rollout is not None
    assert abs(record.rollout.timestamp() * 1_000 - RELEASE_MS) <= DAY_MS
    assert (record.former, record.model_digest, record.pod_template_hashes) == ("r1", DIGESTS["r2"], ("hash-b",))


def test_a_release_beside_the_former_one_may_be_acted_on(shared: View) -> None:
    record = of_women(shared)
    assert (record.verdict, record.blame, record.blame_by) == ("DEGRADED", "revision", "concurrent")
    assert (record.may_act, record.blocked_by) == (True, ())


def test_what_the_gate_withholds_of_it_does_not_stop_the_guards(shared: View) -> None:
    """Here one small count of the last week hides all evidence on women; the controller decides as if it were shown."""
    record = of_women(shared)
    assert {one.log_e for one in record.evidence} == {None}
    now = situation(record=record, now_ms=NOW_MS + 1_000)
    planned = replace(now, plan=replace(now.plan, by="person"))
    assert blame(planned) is None


def test_the_ledger_hears_of_both_revisions(switched: View) -> None:
    log = memory_log()
    log.take(switched, NOW_MS)
    r1, r2 = (revision_of(told(log), name) for name in ("r1", "r2"))
    assert (r1.baseline, r1.own, r1.rollout, r1.former) == (True, "below", None, None)
    assert (r2.baseline, r2.own, r2.cleared, r2.former) == (False, "page", False, "r1")
    assert (r1.last_served - r1.first_served).days == 45
    assert (r2.last_served - r2.first_served).days == 29
    assert r2.rollout == r2.first_served


def test_a_good_release_is_cleared(tmp_path: Path) -> None:
    good = [replace(case, prediction=old.prediction) for case, old in zip(story(), cases(NOW_MS, 75, 80), strict=True)]
    log = memory_log()
    log.take(live(tmp_path, good), NOW_MS)
    r2 = revision_of(told(log), "r2")
    assert (r2.cleared, r2.own) == (True, "below")
    assert set(r2.undetermined) == {"sex=unknown", "sex=other", "sex=two_or_more"}


Change = Callable[[int], Mapping[str, Any]]


def served(change: Change) -> Sequence[Case]:
    """The story, in which r2 says something else of itself; the change is given the number of the case."""
    told_so: list[Case] = []
    number = 0
    for case in story(0.5):
        assert isinstance(case, Served)
        is_new = case.revision == "r2"
        told_so.append(replace(case, says=change(number)) if is_new else case)
        number += is_new
    return told_so


IDENTITIES: list[tuple[str, Change, Identity, bool]] = [
    (
        "two templates of one model",
        lambda number: {"pod_template_hash": f"hash-{number % 2}"},
        Identity((DIGESTS["r2"],), ("hash-0", "hash-1")),
        True,
    ),
    (
        "two models under one name",
        lambda number: {"model_digest": f"sha256:{number % 2}"},
        Identity(("sha256:0", "sha256:1"), (TEMPLATES["r2"],)),
        False,
    ),
    (
        "no digest",
        lambda _number: {"model_digest": None},
        Identity((), (TEMPLATES["r2"],), is_incomplete=True),
        False,
    ),
    (
        "one inference without a template",
        lambda number: {"pod_template_hash": None} if number == 0 else {},
        Identity((DIGESTS["r2"],), (TEMPLATES["r2"],), is_incomplete=True),
        False,
    ),
]


@pytest.mark.parametrize(
    ("change", "expected", "may_act"), [row[1:] for row in IDENTITIES], ids=[row[0] for row in IDENTITIES]
)
def test_who_served_is_what_the_inferences_said(
    tmp_path: Path, change: Change, expected: Identity, may_act: bool
) -> None:
    view = live(tmp_path, served(change))
    for_feed = view.models[0].for_feed
    assert for_feed is not None
    assert for_feed.revisions["r2"].identity == expected
    assert for_feed.revisions["r1"].identity == Identity((DIGESTS["r1"],), (TEMPLATES["r1"],))
    record = of_women(view)
    assert (record.may_act, "unattributed" in record.blocked_by) == (may_act, not may_act)
    assert record.verdict == "DEGRADED", "it counts all the same"
    if not may_act:
        assert "unattributed" in DATA_FAULTS
        assert record.model_digest is None or why_unattributed(record, "m", ()) is not None


def test_a_restart_says_the_same_and_who_served_is_not_forgotten(tmp_path: Path, shared: View) -> None:
    world = archived(tmp_path, story(0.5))
    world.live(ticks=6)
    again = world.live()
    assert again.models[0].for_feed == shared.models[0].for_feed
    first, second = of_women(shared), of_women(again)
    assert second == first


def test_other_settings_forbid_acting_until_a_whole_window_is_of_them(tmp_path: Path) -> None:
    live(tmp_path, story(0.5))
    other = settings().replace("metrics: [", "judging: {{harm_to_find: 0.11}}\n    metrics: [")
    record = of_women(live(tmp_path, story(0.5), other))
    assert "config_changed" in record.reasons
    assert not record.window.exact
    assert {"inexact", "rule_change"} <= set(record.blocked_by)
    assert data(situation(record=record, now_ms=NOW_MS + 1_000)) is not None


def test_rejects_lately_are_told_as_a_share(tmp_path: Path) -> None:
    world = World(tmp_path, NOW_MS, settings=settings(), partitions=1)
    world.send(story()[-950:])
    for number in range(50):
        world.put("inference", f"poison-{number}", b"{", NOW_MS)
    for_feed = world.live().models[0].for_feed
    assert for_feed is not None
    assert for_feed.data.rejected == pytest.approx(50 / 1_000)
    assert for_feed.data.lag_records == 0
    assert for_feed.data.positions == {"said": (1_000,), "found": (world.log.end(("found", 0)),)}
