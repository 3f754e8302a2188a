"""The log that the controller keeps: verified at its start, durable before anything is done, signed, copied outside."""

from collections.abc import Callable

import pytest

from monitor.acting.audit.form import read_line
from monitor.acting.canonical import NotCanonical
from monitor.acting.entries import Entry, Kind
from monitor.controller.trail import Signing, Trail, TrailBroken
from monitor.ports_acting import AuditUnwritable
from monitor.simulating.audit import MemoryAnchors, MemoryAuditStore
from tests.acting_safely.keys import Key, ed25519_check
from tests.acting_safely.logs import ORIGIN, edited, relinked

KEY = Key(ORIGIN, 1)
SIGNING = Signing(KEY.public, KEY.sign, ed25519_check)
MINUTE_MS = 60_000


class Kept:
    """A log and its anchors, through restarts."""

    def __init__(self) -> None:
        self.store, self.anchors = MemoryAuditStore(), MemoryAnchors()
        self.trail = self.open()

    def open(self, signing: Signing | None = SIGNING) -> Trail:
        self.store = MemoryAuditStore(self.store) if self.store.is_closed else self.store
        self.trail = Trail(self.store, signing, self.anchors)
        return self.trail

    def restart(self, signing: Signing | None = SIGNING) -> Trail:
        self.trail.close()
        return self.open(signing)

    def write(self, times: int = 1) -> Entry:
        for _ in range(times):
            entry = self.trail.write(Kind.JUDGED, at_ms=7, actor="fairdrift", details={"log_e": 15.2})
        return entry

    def sizes(self) -> list[int]:
        """Of the checkpoints beside the log."""
        return [int(note.decode().splitlines()[1]) for note in self.store.checkpoints()]

    def outside(self) -> list[int]:
        self.anchors.is_away = False
        return [int(note.decode().splitlines()[1]) for note in self.anchors.notes()]


@pytest.fixture
def kept() -> Kept:
    return Kept()


def test_entries_are_numbered_chained_and_stored_when_write_returns(kept: Kept) -> None:
    for number in range(1, 4):
        entry = kept.write()
        assert entry.seq == number
        lines = list(kept.store.lines())
        assert read_line(lines[-1])[0] == entry
    assert lines == relinked(lines)


def test_an_entry_is_the_same_before_and_after_a_restart(kept: Kept) -> None:
    kept.write(3)
    before = list(kept.trail.entries)
    assert before[0].details == {"log_e": "15.2"}
    assert list(kept.restart().entries) == before
    assert kept.write().seq == 4
    assert len(kept.restart().entries) == 4


def test_what_cannot_be_stored_is_not_there_and_the_next_try_takes_its_number(kept: Kept) -> None:
    kept.write()
    kept.store.is_full = True
    for _ in range(2):
        with pytest.raises(AuditUnwritable):
            kept.write()
        assert (len(kept.trail.entries), kept.trail.is_writable) == (1, False)
    with pytest.raises(AuditUnwritable):
        kept.trail.tick(0)
    kept.store.is_full = False
    assert kept.write().seq == 2
    assert (len(kept.trail.entries), kept.trail.is_writable) == (2, True)
    assert [entry.seq for entry in kept.restart().entries] == [1, 2]


def test_a_tick_finds_out_that_the_store_takes_lines_again(kept: Kept) -> None:
    kept.store.is_full = True
    with pytest.raises(AuditUnwritable):
        kept.write()
    kept.store.is_full = False
    kept.trail.tick(0)
    assert kept.trail.is_writable


def test_what_has_no_one_form_is_refused_and_nothing_is_changed(kept: Kept) -> None:
    with pytest.raises(NotCanonical):
        kept.trail.write(Kind.JUDGED, at_ms=7, actor="fairdrift", details={"rate": float("nan")})
    assert (list(kept.store.lines()), kept.trail.is_writable) == ([], True)
    assert kept.write().seq == 1


def test_a_checkpoint_is_due_a_minute_after_the_last_or_after_a_hundred_entries(kept: Kept) -> None:
    kept.trail.tick(0)
    assert (kept.sizes(), kept.trail.checkpoint_ms) == ([], None), "nothing to sign"
    kept.write(2)
    kept.trail.tick(1_000)
    assert (kept.sizes(), kept.trail.checkpoint_ms) == ([2], 1_000), "the first does not wait"
    kept.write()
    kept.trail.tick(1_000 + MINUTE_MS - 1)
    assert kept.sizes() == [2]
    kept.trail.tick(1_000 + MINUTE_MS)
    assert kept.sizes() == [2, 3]
    kept.trail.tick(10 * MINUTE_MS)
    assert kept.sizes() == [2, 3], "nothing new"
    kept.write(99)
    kept.trail.tick(1_001 + MINUTE_MS)
    assert kept.sizes() == [2, 3]
    kept.write()
    kept.trail.tick(1_002 + MINUTE_MS)
    assert kept.sizes() == [2, 3, 103]


def test_a_clock_that_is_put_back_delays_no_checkpoint(kept: Kept) -> None:
    kept.write()
    kept.trail.tick(1_000 * MINUTE_MS)
    kept.write()
    kept.trail.tick(10)
    assert kept.sizes() == [1, 2]


def test_what_a_crash_left_unsigned_is_signed_at_the_first_tick(kept: Kept) -> None:
    kept.write()
    kept.trail.tick(0)
    kept.write()
    kept.restart()
    assert kept.trail.signed == 1
    kept.trail.tick(1)
    assert (kept.sizes(), kept.trail.signed) == ([1, 2], 2)
    kept.restart().tick(2)
    assert kept.sizes() == [1, 2]


def test_without_a_key_nothing_is_signed_and_nothing_copied() -> None:
    kept = Kept()
    kept.restart(signing=None)
    kept.write()
    kept.trail.tick(0)
    assert (kept.sizes(), kept.outside(), kept.trail.checkpoint_ms, kept.trail.signed) == ([], [], None, 0)


def test_checkpoints_are_copied_outside(kept: Kept) -> None:
    for tick in range(3):
        kept.write()
        kept.trail.tick(tick * MINUTE_MS)
    assert list(kept.anchors.notes()) == list(kept.store.checkpoints())
    assert (kept.trail.anchored, kept.trail.anchor_trouble) == (3, None)


def test_an_anchor_that_is_away_is_told_and_gets_all_later(kept: Kept) -> None:
    kept.write()
    kept.trail.tick(0)
    kept.anchors.is_away = True
    for tick in (1, 2):
        kept.write()
        kept.trail.tick(tick * MINUTE_MS)
    assert "cannot be reached" in str(kept.trail.anchor_trouble)
    assert (kept.trail.anchored, kept.trail.is_writable, kept.sizes()) == (1, True, [1, 2, 3])
    kept.anchors.is_away = False
    kept.trail.tick(2 * MINUTE_MS + 1)
    assert (kept.outside(), kept.trail.anchored, kept.trail.anchor_trouble) == ([1, 2, 3], 3, None)


def test_what_was_not_copied_before_a_crash_is_copied_after_it(kept: Kept) -> None:
    kept.anchors.is_away = True
    for tick in range(2):
        kept.write()
        kept.trail.tick(tick * MINUTE_MS)
    kept.restart()
    assert "cannot be reached" in str(kept.trail.anchor_trouble)
    kept.anchors.is_away = False
    kept.trail.tick(3 * MINUTE_MS)
    assert (kept.outside(), kept.trail.anchored) == ([1, 2], 2)


def cut_tail(kept: Kept) -> None:
    kept.store._lines.pop()


def cut_tail_and_checkpoints(kept: Kept) -> None:
    del kept.store._lines[2:], kept.store._notes[2:]


def edit(kept: Kept) -> None:
    kept.store._lines[1] = edited(kept.store._lines[1], actor="somebody")


def edit_with_care(kept: Kept) -> None:
    edit(kept)
    kept.store._lines = relinked(kept.store._lines)


def swap(kept: Kept) -> None:
    lines = kept.store._lines
    lines[1], lines[2] = lines[2], lines[1]


def begin_anew(kept: Kept) -> None:
    kept.store._lines, kept.store._notes = [], []


@pytest.mark.parametrize(
    ("harm", "place"),
    [
        (cut_tail, r"entry 4 \(missing"),
        (cut_tail_and_checkpoints, r"(entry|entries) 3( to 4)? \(missing: a checkpoint outside the log covers"),
        (edit, r"entry 2 "),
        (edit_with_care, r"entry 2 \(rewritten"),
        (swap, r"(entry|entries) [12] "),
        (begin_anew, r"entries 1 to 4|entry 1 "),
    ],
)
def test_a_broken_log_is_refused_at_the_start_with_the_place_and_what_to_do(
    kept: Kept, harm: Callable[[Kept], None], place: str
) -> None:
    for tick in range(4):
        kept.write()
        kept.trail.tick(tick * MINUTE_MS)
    harm(kept)
    with pytest.raises(TrailBroken, match=rf"^the audit log is broken at {place}") as broken:
        kept.restart()
    assert "Nobody acts on it" in str(broken.value)
    assert "fairdrift audit start" in str(broken.value)
    assert broken.value.findings
    assert kept.store.is_closed


def test_a_log_signed_by_another_key_is_refused(kept: Kept) -> None:
    kept.write()
    kept.trail.tick(0)
    other = Key(ORIGIN, 2)
    with pytest.raises(TrailBroken, match=r"broken at a checkpoint .*not signed by"):
        kept.restart(Signing(other.public, other.sign, ed25519_check))


def test_a_log_cut_while_the_anchors_were_away_is_refused_when_they_are_back(kept: Kept) -> None:
    for tick in range(4):
        kept.write()
        kept.trail.tick(tick * MINUTE_MS)
    cut_tail_and_checkpoints(kept)
    kept.anchors.is_away = True
    kept.restart()
    kept.trail.tick(5 * MINUTE_MS)
    kept.anchors.is_away = False
    with pytest.raises(TrailBroken, match="missing: a checkpoint outside the log covers"):
        kept.trail.tick(6 * MINUTE_MS)
