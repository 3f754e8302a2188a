"""A bundle shows one entry to be in the log, to somebody who holds nothing but the public key."""

from base64 import b64encode
from typing import Final

import pytest

from monitor.acting.audit.checkpoint import read_checkpoint
from monitor.acting.audit.notes import BadNote
from monitor.acting.audit.prove import Bundle, NotProven, prove, proven
from tests.acting_safely.logs import TRUST, Log, edited, log_of

SIZE: Final = 12


@pytest.mark.parametrize("seq", range(1, SIZE + 1))
def test_a_bundle_shows_one_entry_to_who_holds_the_public_key(seq: int) -> None:
    log = log_of(SIZE)
    told = read_checkpoint(log.notes[-1], *_trust())
    bundle = prove(log.lines, seq, log.notes[-1], told)
    assert proven(bundle, *_trust()).seq == seq
    other = log.lines[seq % SIZE]
    with pytest.raises(NotProven):
        proven(type(bundle)(other, bundle.index, bundle.path, bundle.checkpoint), *_trust())
    with pytest.raises(BadNote):
        proven(type(bundle)(bundle.line, bundle.index, bundle.path, b64encode(bundle.checkpoint)), *_trust())


def test_a_bundle_is_only_made_under_a_checkpoint_that_covers_the_entry() -> None:
    log = log_of(SIZE)
    told = read_checkpoint(log.notes[0], *_trust())
    with pytest.raises(ValueError, match="covers entries 1 to 4"):
        prove(log.lines, 5, log.notes[0], told)
    log.lines[0] = edited(log.lines[0], at_ms=9)
    with pytest.raises(ValueError, match="not of this log"):
        prove(log.lines, 1, log.notes[0], told)


def _trust() -> tuple:  # type: ignore[type-arg]
    return TRUST.origin, TRUST.key, TRUST.check


def bundle_of(lines: list[bytes], seq: int) -> Bundle:
    log = Log(lines)
    note = log.checkpoint()
    return prove(lines, seq, note, read_checkpoint(note, *_trust()))


def test_a_line_that_is_no_entry_is_not_proven_though_it_is_in_the_tree() -> None:
    with pytest.raises(NotProven, match="the line: it is not JSON"):
        proven(bundle_of([b"anything"], 1), *_trust())


def test_an_entry_in_the_place_of_another_is_not_proven() -> None:
    log = log_of(2)
    with pytest.raises(NotProven, match="not the entry of that place"):
        proven(bundle_of([log.lines[1], log.lines[0]], 1), *_trust())
