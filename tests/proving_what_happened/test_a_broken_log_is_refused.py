"""A controller begins with no log that is not what was written: it names the place, and what a person can do."""

from collections.abc import Callable

import pytest

from monitor.controller.trail import Signing, TrailBroken
from tests.acting_safely.keys import Key, ed25519_check
from tests.acting_safely.logs import ORIGIN, edited, relinked
from tests.proving_what_happened.kept import MINUTE_MS, Kept


@pytest.fixture
def kept() -> Kept:
    return Kept()


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
