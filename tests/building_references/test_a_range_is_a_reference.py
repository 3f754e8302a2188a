"""A time that is declared normal by name: its panes, whoever served, and nothing else."""

from dataclasses import fields, replace
from pathlib import Path

import pytest

from monitor.exporting.moments import rfc3339
from monitor.exporting.view import View
from monitor.judging.declared_normal import fits_rules
from monitor.judging.judge import Judge
from monitor.judging.rules import DAY_MS, DataState
from monitor.judging.verdict import Verdict
from tests.judging_evidence.worlds import LATTICE, USUAL, Pane, everyone, judged, people, rules, said
from tests.restarting_where_it_stood.lives import World
from tests.way_of_an_event.story import cases

HARM = people(fn=14, tp=6, fp=6, tn=34)
SPAN_MS = (10 * DAY_MS, 38 * DAY_MS)


def judge(span_ms: tuple[int, int] = SPAN_MS) -> Judge:
    return Judge(rules(reference_range_ms=span_ms), LATTICE, None)


def fair(pane: int) -> Pane:
    return everyone(USUAL)


def test_it_holds_the_panes_of_the_range_whoever_served() -> None:
    found = judged(judge(), lambda pane: everyone(USUAL, "r1" if pane < 20 else "r2"), range(1, 60)).reference
    assert (found.source, found.revision, found.start_ms, found.end_ms) == ("range", None, *SPAN_MS)
    assert sorted(set(found.pane_start_ms.tolist())) == [day * DAY_MS for day in range(10, 38)]
    per_pane = 2 * 2 * sum(USUAL.values())  # two groups, two bins; as many inferences again
    assert found.counts.sum() == 28 * per_pane * 2


def test_until_its_labels_are_ripe_every_stream_is_inconclusive() -> None:
    one = judge()
    for day in range(1, 42):
        judged(one, fair, range(day, day + 1))
        reasons = {reason for verdict in one.assess(day * DAY_MS, DataState(("r1",))) for reason in verdict.reasons}
        assert ("reference_building" in reasons) == (day < 41), day  # the last bin of pane 38 ripens at day 41
    assert said(one, 41)[0].reasons == ("blind",), "20 cases a day and bin: there is a limit, and little power"


def test_what_was_before_the_range_is_neither_tested_nor_normal() -> None:
    log_e = {}
    for harmed in (5, 37, 38):
        one = judged(judge(), lambda pane, harmed=harmed: everyone(HARM if pane == harmed else USUAL), range(1, 42))
        stream = said(one, 41)[0]
        log_e[harmed] = stream.evidence[0].log_e, stream.reference.value
    assert log_e[5] == (pytest.approx(log_e[5][0]), 0.2)
    assert log_e[37][1] > 0.2
    assert log_e[38][0] > 4 > 0 > log_e[5][0]


def test_a_range_without_events_says_what_it_lacks() -> None:
    one = judged(
        judge((1_000 * DAY_MS, 1_028 * DAY_MS)),
        lambda pane: everyone(USUAL) if pane > 1_030 else {},
        range(1_020, 1_080),
    )
    stream = said(one, 1_079)[0]
    assert (stream.verdict, stream.reasons, stream.still_needed) == (
        Verdict.INCONCLUSIVE,
        ("reference_too_small",),
        10,
    )


def test_a_restart_amid_the_range_changes_nothing() -> None:
    whole = judged(judge(), fair, range(1, 50))
    for cut in (8, 20, 39, 41):
        again = judge()
        again.restore(judged(judge(), fair, range(1, cut)).state_bytes())
        assert judged(again, fair, range(cut, 50)).state_bytes() == whole.state_bytes()


def test_another_range_is_another_evidence() -> None:
    with pytest.raises(ValueError, match="other rules"):
        judge((9 * DAY_MS, 38 * DAY_MS)).restore(judged(judge(), fair, range(1, 50)).state_bytes())


NOW_MS = 1_790_000_000_000
FIRST_DAY = NOW_MS // DAY_MS - 60


def of_range(first: int, last: int) -> str:
    return f"reference: {{{{from: {rfc3339(first * DAY_MS)}, to: {rfc3339(last * DAY_MS)}}}}}\n    metrics:"


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path / "state", NOW_MS)
    world.send(cases(NOW_MS, days=60))
    world.live()
    return world


def samples(view: View) -> int:
    (stream,) = (
        one
        for one in view.models[0].verdicts
        if (one.subgroup, one.metric) == ("overall", "error_rate") and one.reference is not None
    )
    return stream.reference.samples


def test_a_range_of_the_past_is_counted_from_the_log_and_flagged(world: World) -> None:
    world.settings = world.settings.replace("metrics:", of_range(FIRST_DAY + 2, FIRST_DAY + 30))
    view = world.live()
    inside = [c for c in cases(NOW_MS, days=60) if FIRST_DAY + 2 <= c.time_ms // DAY_MS < FIRST_DAY + 30]
    assert samples(view) == len(inside), "every one of them has its label by then"
    assert all("config_changed" in one.reasons for one in view.models[0].verdicts)


def test_another_range_starts_the_evidence_anew(world: World) -> None:
    plain = world.settings
    ids = set()
    for first in (2, 9):
        world.settings = plain.replace("metrics:", of_range(FIRST_DAY + first, FIRST_DAY + 30))
        view = world.live()
        assert all("config_changed" in one.reasons for one in view.models[0].verdicts)
        ids |= {one.reference.id for one in view.models[0].verdicts if one.reference is not None}
    assert len(ids) == 2


def test_a_reference_of_other_panes_is_refused() -> None:
    found = judged(judge(), fair, range(1, 60)).reference
    with pytest.raises(ValueError, match=r"of 86400000 ms, model readmission has panes of 3600000: build"):
        fits_rules(found, rules(pane_ms=DAY_MS // 24), LATTICE.coding.size)
    fits_rules(found, rules(), LATTICE.coding.size)


def test_every_part_of_a_reference_is_in_its_id() -> None:
    found = judged(judge(), fair, range(1, 60)).reference
    changes: dict[str, object] = {
        "model": "other",
        "source": "audit",
        "revision": "r1",
        "start_ms": 11 * DAY_MS,
        "end_ms": 39 * DAY_MS,
        "edges_ms": (0, DAY_MS),
        "age_bin": found.age_bin[::-1],
        "combination": found.combination[::-1],
        "counts": found.counts + 1,
        "longest_gap_ms": {"sex=f": 1},
        "pane_start_ms": None,
        "pane_ms": 7,
    }
    assert set(changes) == {field.name for field in fields(found)} - {"id"}
    ids = {replace(found, **{name: value}).id for name, value in changes.items()}
    assert len(ids | {found.id}) == len(changes) + 1
