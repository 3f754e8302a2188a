"""Who can write the file, without the key, can take checkpoints away and write what they covered anew: that is told."""

from pathlib import Path

import msgspec

from monitor.acting.audit.form import hash_of, line_of, read_line
from monitor.acting.entries import Kind
from tests.proving_what_happened.files import FROM_MS, Place, place, written

LATER_MS = FROM_MS + 10**9


def rewritten(made: Place, entry: int, kept_checkpoints: int) -> None:
    """An entry is changed, all after it chained anew, and the checkpoints that covered it removed."""
    lines = made.lines()
    new = lines[: entry - 1]
    for line in lines[entry - 1 :]:
        said, _ = read_line(line)
        if said.seq == entry:
            said = msgspec.structs.replace(said, actor="somebody else")
        new.append(line_of(said, hash_of(new[-1])))
    made.put(new)
    made.sql(f"DELETE FROM checkpoint WHERE number > {kept_checkpoints}")


def restarted(made: Place) -> list[str]:
    """What verifying says is not shown, after a start that has signed all."""
    trail = made.open()
    trail.write(Kind.STARTED, at_ms=LATER_MS, actor="fairdrift", details={"instance": "pod-1"})
    trail.tick(LATER_MS)
    trail.close()
    code, said = made.verify()
    assert (code, said["signed_to"]) == (0, said["entries"])
    return [str(one) for one in said["not_shown"]]


def test_entries_that_lost_their_checkpoints_are_told_after_they_are_signed_anew(tmp_path: Path) -> None:
    made = written(place(tmp_path / "log", anchors=False), 40, 4)
    rewritten(made, 30, kept_checkpoints=7)
    told = restarted(made)
    assert any(one.startswith("entries 29 to 40: under no checkpoint when entry 41") for one in told)


def test_a_log_that_was_signed_in_time_says_nothing_of_it(tmp_path: Path) -> None:
    told = restarted(written(place(tmp_path / "log", anchors=False), 41, 4))
    assert not any("under no checkpoint when" in one for one in told)
    assert any("whoever can write the file" in one for one in told), "no copy lies outside"
