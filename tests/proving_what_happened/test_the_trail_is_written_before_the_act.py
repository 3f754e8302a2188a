"""The log that the controller keeps: durable before anything is done, signed, copied outside."""

import pytest

from monitor.acting.audit.form import read_line
from monitor.acting.canonical import NotCanonical
from monitor.acting.entries import Kind
from monitor.ports_acting import AuditUnwritable
from tests.acting_safely.logs import relinked
from tests.proving_what_happened.kept import MINUTE_MS, Kept


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
