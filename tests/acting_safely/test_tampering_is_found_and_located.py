"""Edits, cut tails, swaps and rewrites of the log are found, and the place is named (T29)."""

import json

import pytest

from monitor.acting.audit.checkpoint import Checkpoint
from monitor.acting.audit.form import START, BadLine, hash_of, line_of, read_line
from monitor.acting.audit.notes import sign_note
from monitor.acting.audit.reconcile import unlogged
from monitor.acting.canonical import NotCanonical
from monitor.acting.entries import Entry, Kind
from monitor.acting.policy import Signal, State
from monitor.acting.replica_sets import revisions
from tests.acting_safely.keys import Key
from tests.acting_safely.logs import KEY, ORIGIN, Log, edited, log_of, relinked
from tests.acting_safely.worlds import RULES, UID, deployment, entry, revision_sets

SIZE = 12


def test_a_whole_log_has_no_finding() -> None:
    report = log_of(SIZE).verify()
    assert report.findings == ()
    assert (report.size, report.signed, report.anchored, report.first_bad) == (SIZE, SIZE, SIZE, None)
    assert "that a model is fair" in report.cannot_prove


def test_what_lies_after_the_last_checkpoint_is_said_to_be_unproven() -> None:
    report = log_of(SIZE + 3).verify()
    assert (report.findings, report.size, report.signed) == ((), SIZE + 3, SIZE)


def test_without_an_anchor_the_report_says_so() -> None:
    log = log_of(SIZE)
    log.anchors = []
    report = log.verify()
    assert (report.findings, report.signed, report.anchored) == ((), SIZE, 0)


@pytest.mark.parametrize("seq", range(1, SIZE + 1))
def test_an_edit_is_found_at_its_entry(seq: int) -> None:
    log = log_of(SIZE)
    log.lines[seq - 1] = edited(log.lines[seq - 1], actor="somebody")
    report = log.verify()
    assert report.findings
    if seq < SIZE:
        assert report.first_bad is not None
        changed = [(one.first, one.last) for one in report.findings if one.what == "changed"]
        assert changed == [(seq, seq)]
    rewritten = next(one for one in report.findings if one.what == "rewritten")
    assert rewritten.first <= seq <= rewritten.last
    assert rewritten.last - rewritten.first == 3, "no farther than from one checkpoint to the next"


@pytest.mark.parametrize("seq", range(1, SIZE + 1))
def test_a_rewrite_with_care_is_found_between_two_checkpoints(seq: int) -> None:
    log = log_of(SIZE)
    log.lines[seq - 1] = edited(log.lines[seq - 1], at_ms=7)
    log.lines = relinked(log.lines)
    report = log.verify()
    assert {one.what for one in report.findings} == {"rewritten"}
    (first, last) = next((one.first, one.last) for one in report.findings)
    assert first <= seq <= last <= first + 3


def test_a_rewrite_with_the_key_is_found_by_the_anchor() -> None:
    log = log_of(SIZE)
    log.lines[5] = edited(log.lines[5], at_ms=7)
    log.lines = relinked(log.lines)
    grown = Log()
    log.notes = []
    for line in log.lines:
        grown.lines.append(line)
        log.notes.append(grown.checkpoint())
    report = log.verify()
    assert [(one.first, one.last, one.what) for one in report.findings] == [(5, 8, "rewritten")]
    assert "outside" in report.findings[0].why
    log.anchors = []
    assert log.verify().findings == (), "without an anchor the holder of the key is believed; the report says so"


@pytest.mark.parametrize("left", range(SIZE))
def test_a_cut_tail_is_found_by_the_anchor(left: int) -> None:
    log = log_of(SIZE)
    log.lines = log.lines[:left]
    log.notes = log.notes[: left // 4]
    report = log.verify()
    missing = [one for one in report.findings if one.what == "missing"]
    assert min(one.first for one in missing) == left + 1
    assert max(one.last for one in missing) == SIZE
    assert report.first_bad == left + 1


@pytest.mark.parametrize("seq", range(1, SIZE))
def test_a_swap_is_found_at_its_entries(seq: int) -> None:
    log = log_of(SIZE)
    log.lines[seq - 1], log.lines[seq] = log.lines[seq], log.lines[seq - 1]
    places = [one.first for one in log.verify().findings if one.what == "misplaced"]
    assert places == [seq, seq + 1]


@pytest.mark.parametrize("seq", range(1, SIZE))
def test_an_entry_taken_out_is_found_at_its_place(seq: int) -> None:
    log = log_of(SIZE)
    del log.lines[seq - 1]
    misplaced = [one.first for one in log.verify().findings if one.what == "misplaced"]
    assert misplaced[0] == seq


def test_an_entry_put_in_is_found_at_its_place() -> None:
    log = log_of(SIZE)
    log.lines.insert(5, edited(log.lines[4], seq=6))
    report = log.verify()
    assert report.first_bad in (5, 6)
    assert next(one.first for one in report.findings if one.what == "misplaced") == 7


def test_a_line_written_otherwise_is_another_line() -> None:
    log = log_of(SIZE)
    log.lines[3] = json.dumps(json.loads(log.lines[3])).encode()
    assert (log.verify().findings[0].what, log.verify().findings[0].first) == ("rewritten", 1)
    assert any((one.what, one.first) == ("unreadable", 4) for one in log.verify().findings)


def test_a_checkpoint_by_a_swapped_key_is_named() -> None:
    log = log_of(SIZE)
    log.notes[1] = log.checkpoint(Key("fairdrift", 9))
    report = log.verify()
    assert [one.what for one in report.findings] == ["checkpoint"]
    assert "checkpoint 2 beside the log: it is not signed" in report.findings[0].why
    assert report.first_bad is None


def test_two_signed_stories_of_one_size_are_named() -> None:
    log = log_of(SIZE)
    forged = sign_note(str(Checkpoint(ORIGIN, 4, bytes(32))), KEY.public, KEY.sign)
    log.notes.append(forged)
    assert {"checkpoint", "rewritten"} == {one.what for one in log.verify().findings}


def test_a_log_that_does_not_begin_is_named() -> None:
    log = Log()
    log.lines = [line_of(Entry(seq=1, at_ms=0, kind=Kind.STARTED, actor="x"), "sha256:" + "1" * 64)]
    assert [(one.first, one.what) for one in log.verify().findings] == [(1, "changed")]


def test_a_patch_without_intent_is_named() -> None:
    log = Log()
    said = {"at_ms": 0, "actor": "fairdrift", "incident": "i", "plan": "p"}
    log.append(Entry(seq=1, kind=Kind.INTENT, state=State.EXECUTING, **{**said, "plan": "another"}))  # type: ignore[arg-type]
    log.append(Entry(seq=2, kind=Kind.PATCHED, state=State.VERIFYING, signal=Signal.ACCEPTED, **said))  # type: ignore[arg-type]
    assert [(one.first, one.what) for one in log.verify().findings] == [(2, "no_intent")]
    log = Log()
    log.append(Entry(seq=1, kind=Kind.INTENT, state=State.EXECUTING, **said))  # type: ignore[arg-type]
    log.append(Entry(seq=2, kind=Kind.PATCHED, state=State.VERIFYING, signal=Signal.ACCEPTED, **said))  # type: ignore[arg-type]
    assert log.verify().findings == ()


def test_a_line_gives_its_entry_again() -> None:
    said = entry(1, Kind.JUDGED, "a", state=State.ATTRIBUTING, signal=Signal.PAGE, rate=0.367, counts=[1, 2])
    read, previous = read_line(line_of(said, START))
    assert previous == START
    assert read.details == {"rate": "0.367", "counts": [1, 2]}, "floats come back as text"
    assert line_of(read, previous) == line_of(said, START)


def test_what_has_no_one_form_is_never_written() -> None:
    for number in (float("nan"), float("inf"), 2**53):
        with pytest.raises(NotCanonical):
            line_of(entry(1, Kind.JUDGED, n=number), START)


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line[:-1],
        lambda line: line + b" ",
        lambda line: line.replace(b'"v":1', b'"v":2'),
        lambda line: line.replace(b'"v":1', b'"v":1,"w":1'),
        lambda line: line.replace(b'"seq":1', b'"seq":1,"seq":2'),
        lambda line: line.replace(b'"seq":1', b'"seq":"1"'),
        lambda line: line.replace(b'"kind":"started"', b'"kind":"gossip"'),
        lambda line: line.replace(b'"previous"', b'"preceding"'),
        lambda _: b"[]",
        lambda _: b"\xff",
        lambda _: b"[" * 100_000,
    ],
)
def test_what_is_no_line_is_refused(change: object) -> None:
    line = line_of(entry(1, Kind.STARTED), START)
    with pytest.raises(BadLine):
        read_line(change(line))  # type: ignore[operator]


def test_replica_sets_the_log_does_not_tell_of_are_named() -> None:
    known = revisions(deployment("b"), revision_sets("a", "b", "c"), RULES)
    log = [
        entry(1, Kind.SEEN, "a", replica_set_uid="rs-a"),
        entry(2, Kind.SEEN, "a", replica_set_uid="rs-b"),
        entry(3, Kind.SEEN, "c", replica_set_uid="rs-c", uid="of-another-deployment"),
    ]
    found = [(one.replica_set, one.why) for one in unlogged(log, UID, known)]
    assert found == [
        ("readmission-b", "the log tells of another template in it"),
        ("readmission-c", "no entry tells that it served"),
    ]


def test_the_hash_of_a_line_is_of_its_bytes() -> None:
    assert START == "sha256:0000000000000000000000000000000000000000000000000000000000000000"
    log = log_of(2)
    assert read_line(log.lines[1])[1] == hash_of(log.lines[0])


def test_several_edits_are_several_findings_and_neighbours_one() -> None:
    def changed(*seqs: int) -> list[tuple[int, int]]:
        log = log_of(SIZE)
        for seq in seqs:
            log.lines[seq - 1] = edited(log.lines[seq - 1], actor="somebody")
        return [(one.first, one.last) for one in log.verify().findings if one.what == "changed"]

    assert changed(3, 7) == [(3, 3), (7, 7)]
    assert changed(3, 4) == [(3, 4)]
    assert changed(3, 5) == [(3, 3), (5, 5)]


def test_a_changed_link_is_found_between_its_neighbours() -> None:
    log = log_of(SIZE)
    said, _ = read_line(log.lines[5])
    log.lines[5] = line_of(said, "sha256:" + "1" * 64)
    assert [(one.first, one.last) for one in log.verify().findings if one.what == "changed"] == [(5, 6)]
