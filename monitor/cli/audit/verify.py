"""`fairdrift audit verify`: whether the log is whole, where it is not, and what cannot be shown."""

import contextlib
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table

from monitor.acting.audit.form import BadLine, read_line
from monitor.acting.audit.verify import Finding, Report
from monitor.acting.entries import Kind
from monitor.cli.audit.held import Held, Where, held
from monitor.cli.exits import Exit
from monitor.cli.output import Output, show
from monitor.controller.trail import UNSIGNED

NO_KEY: Final = "no key: no checkpoint was looked at; whoever can write the file may have written all of it anew"
NO_ANCHOR: Final = (
    "nothing outside: whoever can write the file may have cut its tail, and the holder of the key written all anew"
)


def run_verify(where: Where, output: Output) -> int:
    """Verify; gives the exit code, 3 for any finding. `Refused` as `held`."""
    log = held(where)
    report = log.verified()
    result = told(log, report)
    return show("audit verify", exit_of(report), result, output, _table(result))


def exit_of(report: Report) -> Exit:
    """3 for any finding."""
    return Exit.FINDINGS if report.findings else Exit.GOOD


def told(log: Held, report: Report) -> dict[str, Any]:
    """A report in the words of the command."""
    return {
        "log": None if log.trust is None else log.trust.origin,
        "folder": str(log.folder),
        "key": None if log.trust is None else str(log.trust.key),
        "entries": report.size,
        "root": report.root.hex(),
        "checkpoints": len(log.kept.notes),
        "anchors": None if log.anchors is None else len(log.anchors),
        "signed_to": report.signed,
        "anchored_to": report.anchored,
        "is_whole": not report.findings,
        "first_bad": report.first_bad,
        "findings": [
            {"first": one.first, "last": one.last, "what": one.what, "why": one.why} for one in report.findings
        ],
        "not_shown": not_shown(log, report),
        "cannot_prove": report.cannot_prove,
    }


def not_shown(log: Held, report: Report) -> list[str]:
    """What this look could have shown with more at hand."""
    found = []
    if log.trust is None:
        found.append(NO_KEY)
    elif report.signed < report.size:
        found.append(f"{_span(report.signed + 1, report.size)}: under no checkpoint yet, only the chain speaks for it")
    if log.trust is not None and not log.anchors:
        found.append(NO_ANCHOR)
    elif log.trust is not None and report.anchored < report.size:
        found.append(f"{_span(report.anchored + 1, report.size)}: not outside yet, the holder of the key may change it")
    for line in log.kept.lines:
        with contextlib.suppress(BadLine):
            entry, _ = read_line(line)
            if entry.kind is Kind.STARTED and UNSIGNED in entry.details:
                first, last = entry.details[UNSIGNED]
                found.append(
                    f"{_span(first, last)}: under no checkpoint when entry {entry.seq} was written, though long due; "
                    "whoever could write the file may have taken checkpoints away and written these anew"
                )
    return found


def place(one: Finding) -> str:
    """Where a finding is.

    >>> place(Finding(5, 8, "rewritten", "")), place(Finding(0, 0, "checkpoint", ""))
    ('entries 5 to 8', 'a checkpoint')
    """
    return _span(one.first, one.last) if one.first else "a checkpoint"


def _span(first: int, last: int) -> str:
    return f"entry {first}" if first == last else f"entries {first} to {last}"


def _table(result: dict[str, Any]) -> Group:
    outside = "no place outside" if result["anchors"] is None else f"copies outside: {result['anchors']}"
    word = "is whole" if result["is_whole"] else f"is NOT what was written; first bad entry: {result['first_bad']}"
    size = f"entries: {result['entries']}, checkpoints: {result['checkpoints']}, {outside}"
    lines: list[Any] = [f"{result['folder']}: the log {word} ({size})"]
    if result["findings"]:
        table = Table(box=SIMPLE_HEAD)
        for heading in ("where", "what", "why"):
            table.add_column(heading)
        for one in result["findings"]:
            table.add_row(place(Finding(**one)), one["what"], one["why"])
        lines.append(table)
    lines.append(f"shown: signed to entry {result['signed_to']}, copied outside to entry {result['anchored_to']}")
    lines += [f"not shown: {one}" for one in result["not_shown"]]
    lines.append(f"no log can prove {result['cannot_prove']}")
    return Group(*lines)
