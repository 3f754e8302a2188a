"""What was said, judged again from the archived cells: the same judge, given the same, must say the same.

Way of an event: long after its end; an audit asks. It reads the archive through the port, and nothing else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from monitor.judging.judge import Judge
from monitor.judging.rules import DataState
from monitor.judging.verdict import StreamVerdict
from monitor.ports import ArchiveGone, CellsArchive
from monitor.service.cells_forms import CELLS, EVIDENCE, Acknowledged, Cells, Entry, Evidence, Held, ripe_cells_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rejudged:
    """What the evidence of a record says, with where it came from. `steps`: panes that were judged again."""

    evidence: Evidence
    verdicts: tuple[StreamVerdict, ...]
    steps: int

    def of(self, revision: str, attribute: str, subgroup: str, metric: str) -> StreamVerdict | None:
        """The verdict on one stream; None if none was said."""
        name = (revision, attribute, subgroup, metric)
        found = (one for one in self.verdicts if (one.revision, one.attribute, one.subgroup, one.metric) == name)
        return next(found, None)


def read_evidence(archive: CellsArchive, digest: str) -> Evidence:
    """What a record's `cells` names. `ArchiveGone` if it is not there, or is something else."""
    found = _decoded(archive, digest, Evidence)
    if found.form != EVIDENCE:
        raise ArchiveGone(f"{digest} is no evidence of this version but {found.form!r}")
    return found


def rejudge(judge: Judge, rule_version: str, archive: CellsArchive, digest: str) -> Rejudged:
    """Give a new judge everything that the one of then was given, and ask it for its verdicts.

    `since_ms` and `previous` of them say when this judge changed its mind: it was asked once, at the end.

    Parameters
    ----------
    judge, rule_version
        New, with the rules of then; and the name of these rules.
    digest
        As in `cells` of the record.

    Raises
    ------
    ArchiveGone
        for anything that is missing or changed.
    ValueError
        for a judge of other rules, subgroups or reference.
    """
    evidence = read_evidence(archive, digest)
    if evidence.rule_version != rule_version:
        raise ValueError(
            f"the evidence is of rules {evidence.rule_version}, the settings given make {rule_version}: "
            "take the settings and the reference of then"
        )
    if evidence.state:
        judge.restore(archive.get(evidence.state))
    steps = 0
    for entry in _entries(archive, evidence):
        if isinstance(entry, Acknowledged):
            judge.acknowledge(entry.attribute, entry.subgroup, entry.metric)
        elif isinstance(entry, Held):
            judge.hold(entry.streams)
        else:
            judge.step(entry.end_ms, ripe_cells_of(_cells(archive, entry.cells, entry.end_ms)))
            steps += 1
    data = DataState(tuple(evidence.serving), frozenset(evidence.flags), frozenset(evidence.stale))
    return Rejudged(evidence, judge.assess(evidence.end_ms, data), steps)


def _entries(archive: CellsArchive, evidence: Evidence) -> Iterator[Entry]:
    for block in evidence.blocks:
        yield from _decoded(archive, block, list[Entry])
    yield from evidence.entries


def _cells(archive: CellsArchive, digest: str, end_ms: int) -> Cells:
    if not digest:
        return Cells(end_ms=end_ms, excluded=False, revisions=[], rows=[])
    found = _decoded(archive, digest, Cells)
    if (found.form, found.end_ms) != (CELLS, end_ms):
        raise ArchiveGone(f"{digest} has not the cells of the step that ended at {end_ms}")
    return found


def _decoded(archive: CellsArchive, digest: str, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(archive.get(digest), type=kind)
    except msgspec.MsgspecError as error:
        raise ArchiveGone(f"{digest} is not what it is taken for: {error}") from error
