"""The exact cells of what was said are kept under their digests, and a new judge that is given them says the same."""

import gzip
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.acting import canonical as acting
from monitor.acting.records import StreamRecord
from monitor.adapters.cells_archive import CellsFolder
from monitor.cli.build import feed_plan, judge_of
from monitor.counting.ripe import RipeCells
from monitor.exporting.feed.facts import rule_version
from monitor.exporting.view import View
from monitor.judging.judge import Judge
from monitor.judging.rules import DataState
from monitor.judging.verdict import StreamVerdict, Verdict
from monitor.ports import ArchiveGone
from monitor.service import cells_journal
from monitor.service.cells_forms import Step, canonical, canonical_cells, ripe_cells_of
from monitor.service.cells_journal import CellsJournal
from monitor.service.rejudging import Rejudged, read_evidence, rejudge
from monitor.settings.load import parse
from tests.restarting_where_it_stood.lives import TOPICS, World
from tests.telling_the_controller.worlds import (
    NOW_MS,
    WOMEN,
    archived,
    live,
    memory_log,
    settings,
    story,
    stream_of,
    told,
)
from tests.way_of_an_event.story import DAY_MS


def new_judge(text: str = "") -> tuple[Judge, str]:
    """A judge by the settings of the story, and the name of its rules."""
    names = {"bootstrap": "none:9092", "state": "/nowhere", "port": 0, **TOPICS}
    made = parse((text or settings()).format(**names), "audit.yaml")
    judge, rules_hash = judge_of(made, feed_plan(made, "discharge", "as_configured"), "readmission")
    return judge, rule_version(rules_hash)


def again(folder: Path, name: str, text: str = "") -> Rejudged:
    return rejudge(*new_judge(text), CellsFolder(folder / "cells"), name)


def cells_of(view: View) -> str:
    """What the record on women names."""
    log = memory_log()
    log.take(view, NOW_MS)
    return stream_of(told(log)).cells


def lasting(said: Sequence[StreamVerdict]) -> list[StreamVerdict]:
    """What a judge who is asked once can say: not when it changed its mind."""
    return [replace(one, since_ms=0, previous=None) for one in said]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("archived")


@pytest.fixture(scope="module")
def view(folder: Path) -> View:
    return live(folder, story(0.5))


def test_a_new_judge_says_the_same_bit_for_bit(folder: Path, view: View) -> None:
    found = again(folder, cells_of(view))
    assert lasting(found.verdicts) == lasting(view.models[0].verdicts)
    women = found.of("r2", *WOMEN)
    assert women is not None
    assert women.blame is not None
    assert (women.verdict, women.blame.cause, women.blame.by) == (Verdict.DEGRADED, "revision", "concurrent")
    assert found.steps > 60
    assert found.of("r9", *WOMEN) is None


def test_only_what_may_be_acted_on_names_cells(view: View) -> None:
    log = memory_log()
    log.take(view, NOW_MS)
    streams = [record for record in told(log) if isinstance(record, StreamRecord)]
    assert {(record.verdict == "DEGRADED", bool(record.cells)) for record in streams} == {(True, True), (False, False)}


def test_a_file_is_named_by_what_it_holds_and_read_by_its_owner_alone(folder: Path, view: View) -> None:
    assert cells_of(view).removeprefix("sha256:") + ".gz" in os.listdir(folder / "cells")  # noqa: PTH208
    for path in (folder / "cells").iterdir():
        content = gzip.decompress(path.read_bytes())
        assert hashlib.sha256(content).hexdigest() + ".gz" == path.name
        assert path.stat().st_mode & 0o777 == 0o600
    assert (folder / "cells").stat().st_mode & 0o777 == 0o700


def test_anybody_can_compute_a_digest_again_from_the_numbers(folder: Path, view: View) -> None:
    archive = CellsFolder(folder / "cells")
    evidence = archive.get(cells_of(view))
    blocks = json.loads(evidence)["blocks"]
    steps = [entry for block in blocks for entry in json.loads(archive.get(block))] + json.loads(evidence)["entries"]
    names = [entry[2] for entry in steps if entry[0] == "step" and entry[2]]
    assert len(names) > 60
    for name in (cells_of(view), *blocks, *names):
        assert acting.digest(json.loads(archive.get(name))) == name


def test_the_cells_add_up_to_the_events_that_were_sent(folder: Path, view: View) -> None:
    """Every inference stands in one label-free cell; what is not ripe yet is not there."""
    archive = CellsFolder(folder / "cells")
    evidence = read_evidence(archive, cells_of(view))
    entries = [one for block in evidence.blocks for one in msgspec.json.decode(archive.get(block), type=list[Step])]
    entries += [one for one in evidence.entries if isinstance(one, Step)]
    rows = [row for one in entries if one.cells for row in json.loads(archive.get(one.cells))["rows"]]
    free = sum(row[6] for row in rows if row[2] == -1)
    assert free == sum(case.time_ms < evidence.end_ms for case in story(0.5))


def test_a_restart_changes_no_digest(tmp_path: Path, view: View) -> None:
    world = archived(tmp_path, story(0.5))
    world.live(ticks=5)
    world.live(ticks=4)
    assert cells_of(world.live()) == cells_of(view)


def test_partitions_change_no_digest(tmp_path: Path, view: View) -> None:
    world = World(tmp_path, NOW_MS, partitions=1, settings=settings(), archive=CellsFolder(tmp_path / "cells"))
    world.send(story(0.5))
    assert cells_of(world.live()) == cells_of(view)


def test_an_acknowledgement_is_judged_again_too(tmp_path: Path) -> None:
    world = archived(tmp_path, story(0.5))
    loop = world.loop()
    while loop.tick():
        pass
    loop.acknowledge("readmission", *WOMEN)
    loop.close()
    view = world.views[-1]
    women = [one for one in view.models[0].verdicts if (one.attribute, one.subgroup, one.metric) == WOMEN]
    assert Verdict.DEGRADED not in {one.verdict for one in women}
    log = memory_log()
    log.take(view, NOW_MS)
    everyone = stream_of(told(log), stream=("overall", "overall", WOMEN[2]))
    assert everyone.verdict == "DEGRADED"
    assert lasting(again(tmp_path, everyone.cells).verdicts) == lasting(view.models[0].verdicts)


def test_an_alarm_that_outlived_its_evidence_is_judged_again_too(tmp_path: Path) -> None:
    live(tmp_path, story(0.5))
    (tmp_path / "judge-readmission.sqlite").unlink()
    view = archived(tmp_path, story(0.5)).live()
    assert "evidence_restarted" in view.models[0].verdicts[0].reasons
    assert lasting(again(tmp_path, cells_of(view)).verdicts) == lasting(view.models[0].verdicts)


def test_a_judge_of_before_there_was_an_archive_is_taken_as_it_stood(tmp_path: Path) -> None:
    world = archived(tmp_path, story(0.5))
    archive, world.archive = world.archive, None
    world.live(ticks=8)
    world.archive = archive
    view = world.live()
    found = again(tmp_path, cells_of(view))
    assert found.evidence.state
    assert lasting(found.verdicts) == lasting(view.models[0].verdicts)


def test_a_long_past_is_let_go_and_the_judge_of_then_stands_in_for_it(
    tmp_path: Path, view: View, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells_journal, "SEGMENT", 20)
    shorter = live(tmp_path, story(0.5))
    found = again(tmp_path, cells_of(shorter))
    assert found.evidence.state
    assert 20 <= found.steps <= 40
    assert lasting(found.verdicts) == lasting(view.models[0].verdicts)


# What was tampered with.


@pytest.fixture
def copy(folder: Path, view: View, tmp_path: Path) -> Path:
    assert view.models
    (tmp_path / "cells").mkdir()
    for path in (folder / "cells").iterdir():
        (tmp_path / "cells" / path.name).write_bytes(path.read_bytes())
    return tmp_path


def names_in(folder: Path, name: str) -> list[str]:
    archive = CellsFolder(folder / "cells")
    evidence = read_evidence(archive, name)
    steps = [one.cells for one in evidence.entries if isinstance(one, Step) and one.cells]
    return [name, *evidence.blocks, steps[0], steps[-1]]


def test_a_count_that_was_changed_is_found(copy: Path, view: View) -> None:
    for name in names_in(copy, cells_of(view)):
        path = copy / "cells" / f"{name.removeprefix('sha256:')}.gz"
        whole = path.read_bytes()
        content = gzip.decompress(whole)
        path.write_bytes(gzip.compress(content.replace(b"1", b"2", 1)))
        with pytest.raises(ArchiveGone, match="its content was changed"):
            again(copy, cells_of(view))
        path.write_bytes(whole[:-9])
        with pytest.raises(ArchiveGone, match="cannot be read"):
            again(copy, cells_of(view))
        path.unlink()
        with pytest.raises(ArchiveGone, match="not there"):
            again(copy, cells_of(view))
        path.write_bytes(whole)


@pytest.mark.parametrize("name", ["", "sha256:", "../judge-readmission.sqlite", "sha256:" + "g" * 64])
def test_a_name_that_is_no_digest_opens_nothing(copy: Path, name: str) -> None:
    with pytest.raises(ArchiveGone, match="no digest of the archive"):
        again(copy, name)


def test_one_thing_is_not_taken_for_another(copy: Path, view: View) -> None:
    names = names_in(copy, cells_of(view))
    for name in names[1:]:
        with pytest.raises(ArchiveGone, match="not what it is taken for"):
            again(copy, name)


def test_other_rules_are_refused(copy: Path, view: View) -> None:
    other = settings().replace("metrics: [", "judging: {{harm_to_find: 0.11}}\n    metrics: [")
    with pytest.raises(ValueError, match="take the settings and the reference of then"):
        again(copy, cells_of(view), other)


# The archive by itself.


def test_what_was_mentioned_longest_ago_goes_first_and_never_what_is_live(tmp_path: Path) -> None:
    archive = CellsFolder(tmp_path / "cells", most_bytes=3_000, look_every=1)
    contents = [os.urandom(1_000) for _ in range(5)]
    names = []
    for number, content in enumerate(contents):
        names.append(archive.put(content))
        os.utime(next(p for p in (tmp_path / "cells").iterdir() if names[-1][7:] in p.name), ns=(number, number))
    archive.touch([names[1]])
    archive.prune({names[0]})
    held = [name for name in names if (tmp_path / "cells" / f"{name[7:]}.gz").exists()]
    assert held == [names[0], names[1]]


def test_nothing_goes_while_there_is_room(tmp_path: Path) -> None:
    archive = CellsFolder(tmp_path / "cells", most_bytes=10_000, look_every=1)
    names = [archive.put(os.urandom(1_000)) for _ in range(5)]
    archive.prune(())
    assert all(archive.get(name) for name in names)


def test_an_archive_stays_within_its_bounds_and_the_newest_can_be_judged_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells_journal, "SEGMENT", 10)
    archive = CellsFolder(tmp_path / "cells", most_bytes=90_000, look_every=8)
    world = World(tmp_path, NOW_MS, settings=settings(), archive=archive, batch=100)
    world.send(story(0.5))
    first = ""
    loop = world.loop()
    while loop.tick():
        first = first or _cells(world.views[-1])
    loop.publish()
    loop.close()
    assert sum(path.stat().st_size for path in (tmp_path / "cells").iterdir()) < 120_000
    with pytest.raises(ArchiveGone, match="not there"):
        again(tmp_path, first)
    assert lasting(again(tmp_path, _cells(world.views[-1])).verdicts) == lasting(world.views[-1].models[0].verdicts)


def _cells(view: View) -> str:
    for_feed = view.models[0].for_feed
    return "" if for_feed is None else for_feed.cells


def test_a_disk_that_refuses_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "cells").write_text("a file")
    with pytest.raises(OSError, match="cannot keep exact cells"):
        CellsFolder(tmp_path / "cells").put(b"x")


# The form.

ROWS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(-1, 2), st.integers(0, 5), st.integers(0, 1)),
    max_size=12,
)


@given(ROWS, st.permutations(["r1", "r2", "r3"]), st.randoms(use_true_random=False), st.booleans())
def test_neither_order_nor_split_changes_the_form(
    rows: list[tuple[int, ...]], names: list[str], random: object, excluded: bool
) -> None:
    def cells(order: list[tuple[int, ...]], revisions: list[str]) -> RipeCells:
        columns = np.array(order, np.int64).reshape(-1, 5).T
        number = np.array([revisions.index(f"r{one + 1}") for one in columns[0].tolist()], np.int64)
        rest = (DAY_MS * columns[1], columns[2], columns[3], columns[4], np.full(len(order), -1))
        return RipeCells(tuple(revisions), number, *rest, np.ones(len(order), np.int64), excluded)

    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one = canonical_cells(7, cells(rows, ["r1", "r2", "r3"]))
    other = canonical_cells(7, cells(shuffled, names))
    assert canonical(one) == canonical(other)
    assert canonical(canonical_cells(7, ripe_cells_of(other))) == canonical(one)
    assert sum(row[6] for row in one.rows) == len(rows)


def test_evidence_is_archived_once_while_nothing_moves(tmp_path: Path) -> None:
    archive = CellsFolder(tmp_path)
    journal = CellsJournal(archive, "m", "sha256:1")
    journal.begin(None)
    journal.step(DAY_MS, RipeCells.empty(), lambda: b"")
    names = [journal.evidence(DAY_MS, DataState(("r1",), frozenset(flags))) for flags in ("", "", ["lag"])]
    assert names[0] == names[1] != names[2]
    assert len(list(tmp_path.iterdir())) == 2


def test_cells_go_after_the_evidence_that_names_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells_journal, "SEGMENT", 1)
    archive, one = CellsFolder(tmp_path), np.ones(1, np.int64)
    journal = CellsJournal(archive, "m", "sha256:1")
    journal.begin(None)
    journal.step(1, RipeCells(("r1",), np.zeros(1, np.int64), *(one,) * 6), lambda: b"")
    cells = next(tmp_path.iterdir())
    named = journal.evidence(1, DataState(("r1",)))
    for path in tmp_path.iterdir():
        os.utime(path, ns=(1, 1))
    os.utime(tmp_path / f"{named.removeprefix('sha256:')}.gz", ns=(2, 2))
    for end_ms in (2, 3):
        journal.step(end_ms, RipeCells.empty(), lambda: b"state")
    assert len(journal.stored()) == 2, "the first stretch was let go"
    assert cells.stat().st_mtime_ns > 2
