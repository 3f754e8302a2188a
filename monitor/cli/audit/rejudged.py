"""Verdict and blame of a record, judged again from the exact cells that the monitor archived under its digest."""

from dataclasses import dataclass
from pathlib import Path

from monitor.acting.records import StreamRecord
from monitor.adapters.cells_archive import CellsFolder
from monitor.cli.build import feed_plan, judge_of
from monitor.cli.exits import Refused
from monitor.exporting.feed.facts import rule_version
from monitor.ports import ArchiveGone
from monitor.service.rejudging import rejudge
from monitor.settings.model import Settings


@dataclass(frozen=True, slots=True)
class Again:
    """What the cells say, and every difference from the record, a sentence each."""

    verdict: str | None
    blame: str | None
    panes: int
    why: tuple[str, ...]


def judged_again(record: StreamRecord, settings: Settings, cells: Path) -> Again:
    """A new judge, by the settings of then, is given what the judge of then was given.

    Parameters
    ----------
    cells
        Folder of the archive: `cells` in `state.dir`, or a copy of it.

    Raises
    ------
    Refused
        for settings that do not have the record's model.
    """
    if record.model not in settings.models:
        raise Refused(f"the settings have no model {record.model!r}: give the settings and the reference of then")
    if not record.cells:
        return Again(None, None, 0, ("the record names no cells: nothing could follow from its verdict",))
    plan = feed_plan(settings, settings.models[record.model].feed, "as_configured")
    judge, rules_hash = judge_of(settings, plan, record.model)
    try:
        found = rejudge(judge, rule_version(rules_hash), CellsFolder(cells), record.cells)
    except (ArchiveGone, ValueError) as error:
        return Again(None, None, 0, (str(error),))
    said = found.of(record.revision, *record.stream)
    if said is None:
        return Again(None, None, found.steps, ("the cells say nothing of this stream",))
    blame = None if said.blame is None else (said.blame.cause, said.blame.by)
    pairs = (("verdict", record.verdict, said.verdict.name), ("blame", (record.blame, record.blame_by), blame))
    why = [
        f"the cells say {name} {now}, the record {then}"
        for name, then, now in pairs
        if now != (None if then == (None, None) else then)
    ]
    return Again(said.verdict.name, None if said.blame is None else said.blame.cause, found.steps, tuple(why))
