"""`fairdrift audit replay ID`: verdict, blame and plans of an incident made again; the same, or exit 3."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table

from monitor.acting.audit.form import read_line
from monitor.acting.audit.replan import Replanned, of_name, replanned
from monitor.acting.entries import Entry
from monitor.acting.records import StreamRecord
from monitor.cli.audit.held import Where, held
from monitor.cli.audit.rejudged import Again, judged_again
from monitor.cli.audit.verify import exit_of, told
from monitor.cli.exits import Exit, Refused
from monitor.cli.output import Output, show
from monitor.cli.parts import load_settings

NOT_SHOWN: Final = "that verdict and blame follow from the exact cells: give the monitor's archive of them with --cells"

Rejudge = Callable[[StreamRecord], Again]


def run_replay(name: str, where: Where, cells: Path | None, output: Output) -> int:
    """Make the plans again; gives the exit code: 3 if one is not the same, or the log is not whole.

    With `cells`, the monitor's archive, its verdict and blame are judged again, too.

    Raises
    ------
    Refused
        if the log knows no plan of that name, or cells are given without the settings of then.
    """
    rejudge: Rejudge | None = None
    if cells is not None:
        if where.settings is None:
            raise Refused("--cells: verdicts are judged by the settings of then: give them with --settings")
        rejudge = partial(judged_again, settings=load_settings(where.settings), cells=cells)
    log = held(where)
    report = log.verified()
    if report.findings:
        return show("audit replay", exit_of(report), told(log, report), output)
    result = replayed([read_line(line)[0] for line in log.kept.lines], name, rejudge)
    code = Exit.GOOD if all(one["is_same"] for one in result["plans"]) else Exit.FINDINGS
    return show("audit replay", code, result, output, _table(result))


def replayed(entries: Iterable[Entry], name: str, rejudge: Rejudge | None = None) -> dict[str, Any]:
    """Every plan of that incident or hash, made again. `Refused` if there is none."""
    found = of_name(entries, name)
    if not found:
        raise Refused(f"the log knows no plan of {name!r}: give the id of an incident (i-...) or the hash of a plan")
    told = [_told(replanned(entry), rejudge) for entry in found]
    return {"id": name, "plans": told, "not_shown": NOT_SHOWN if rejudge is None else None}


def _told(one: Replanned, rejudge: Rejudge | None) -> dict[str, Any]:
    again = None if rejudge is None or one.record is None else rejudge(one.record)
    why = (*one.why, *(() if again is None else again.why))
    return {
        "seq": one.seq,
        "incident": one.incident,
        "plan": one.plan,
        "again": one.again,
        "is_same": not why,
        "verdict": None if one.record is None else one.record.verdict,
        "blame": None if one.record is None else one.record.blame,
        "cells": None if one.record is None else one.record.cells,
        "judged_again": None
        if again is None
        else {"verdict": again.verdict, "blame": again.blame, "panes": again.panes},
        "why": list(why),
    }


def _table(result: dict[str, Any]) -> Group:
    table = Table(box=SIMPLE_HEAD)
    for heading in ("entry", "plan", "again", "verdict", "blame", "cells"):
        table.add_column(heading)
    for one in result["plans"]:
        words = "the same" if one["is_same"] else "; ".join(one["why"])
        shown = (one[name] or "-" for name in ("verdict", "blame", "cells"))
        table.add_row(str(one["seq"]), one["plan"][:19], words, *shown)
    return Group(table, *([f"not shown: {result['not_shown']}"] if result["not_shown"] else []))
