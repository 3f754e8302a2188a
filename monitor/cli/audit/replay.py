"""`fairdrift audit replay ID`: the plans of an incident made again from what the log holds; the same, or exit 3."""

from collections.abc import Iterable
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table

from monitor.acting.audit.form import read_line
from monitor.acting.audit.replan import Replanned, of_name, replanned
from monitor.acting.entries import Entry
from monitor.cli.audit.held import Where, held
from monitor.cli.audit.verify import exit_of, told
from monitor.cli.exits import Exit, Refused
from monitor.cli.output import Output, show

NOT_SHOWN: Final = (
    "that verdict and blame follow from the exact cells: the monitor keeps these, under the digest `cells`"
)


def run_replay(name: str, where: Where, output: Output) -> int:
    """Make the plans again; gives the exit code: 3 if one is not the same, or the log is not whole.

    Raises
    ------
    Refused
        if the log knows no plan of that name.
    """
    log = held(where)
    report = log.verified()
    if report.findings:
        return show("audit replay", exit_of(report), told(log, report), output)
    result = replayed([read_line(line)[0] for line in log.kept.lines], name)
    code = Exit.GOOD if all(one["is_same"] for one in result["plans"]) else Exit.FINDINGS
    return show("audit replay", code, result, output, _table(result))


def replayed(entries: Iterable[Entry], name: str) -> dict[str, Any]:
    """Every plan of that incident or hash, made again. `Refused` if there is none."""
    found = of_name(entries, name)
    if not found:
        raise Refused(f"the log knows no plan of {name!r}: give the id of an incident (i-...) or the hash of a plan")
    return {"id": name, "plans": [_told(replanned(entry)) for entry in found], "not_shown": NOT_SHOWN}


def _told(one: Replanned) -> dict[str, Any]:
    return {
        "seq": one.seq,
        "incident": one.incident,
        "plan": one.plan,
        "again": one.again,
        "is_same": one.is_same,
        "verdict": None if one.record is None else one.record.verdict,
        "blame": None if one.record is None else one.record.blame,
        "cells": None if one.record is None else one.record.cells,
        "why": list(one.why),
    }


def _table(result: dict[str, Any]) -> Group:
    table = Table(box=SIMPLE_HEAD)
    for heading in ("entry", "plan", "again", "verdict", "blame", "cells"):
        table.add_column(heading)
    for one in result["plans"]:
        words = "the same" if one["is_same"] else "; ".join(one["why"])
        shown = (one[name] or "-" for name in ("verdict", "blame", "cells"))
        table.add_row(str(one["seq"]), one["plan"][:19], words, *shown)
    return Group(table, f"not shown: {result['not_shown']}")
