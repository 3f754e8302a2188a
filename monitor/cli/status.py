"""`fairdrift status`: where every watched model stands, worst first, how fresh that is, and what is being done."""

from pathlib import Path
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from monitor.cli.asking import ask_server, controller, monitor
from monitor.cli.exits import Exit
from monitor.cli.incidents import incident_table
from monitor.cli.output import Output, show
from monitor.cli.parts import load_settings
from monitor.exporting.terminal import STYLES, people
from monitor.judging.verdict import Verdict
from monitor.ports import SourceUnreachable

SAYS: Final = {
    Verdict.DEGRADED: Exit.FINDINGS,
    Verdict.SUSPECT: Exit.FINDINGS,
    Verdict.STALE: Exit.UNDECIDED,
    Verdict.INCONCLUSIVE: Exit.UNDECIDED,
    Verdict.HEALTHY: Exit.GOOD,
}


def run_status(settings_path: Path, output: Output) -> int:
    """Print the status; gives the exit code: that of the worst verdict, 5 if the rollback process does not answer.

    Errors are those of `ask_server`, for the monitor.
    """
    settings = load_settings(settings_path)
    told = ask_server(settings, monitor(settings), "/v1/status")
    code, acting, silent = worst(told), None, None
    if settings.controller is not None:
        try:
            acting = ask_server(settings, controller(settings), "/v1/incidents")
        except SourceUnreachable as error:
            code, silent = Exit.UNREACHABLE, str(error)
    tables = Group(*_tables(told, acting, silent))
    return show("status", code, {"monitor": told, "rollback": acting, "unreachable": silent}, output, tables)


def worst(told: dict[str, Any]) -> Exit:
    """The exit code of the worst verdict; nothing said is undecided.

    >>> worst({"models": {"a": {"verdict": "HEALTHY"}, "b": {"verdict": "STALE"}}}).name, worst({"models": {}}).name
    ('UNDECIDED', 'UNDECIDED')
    """
    verdicts = [model["verdict"] for model in told["models"].values()]
    if not verdicts or None in verdicts:
        known = [Verdict[one] for one in verdicts if one is not None]
        return SAYS[max([*known, Verdict.INCONCLUSIVE])]
    return SAYS[max(Verdict[one] for one in verdicts)]


def _tables(told: dict[str, Any], acting: dict[str, Any] | None, silent: str | None) -> list[RenderableType]:
    found: list[RenderableType] = [Text(f"as of {told['published']}")]
    for name, model in sorted(told["models"].items(), key=_by_verdict):
        ends = ", ".join(f"{window}: until {said['end']}" for window, said in model["windows"].items())
        table = Table(
            *("verdict", "subgroup", "metric", "revision", "since", "blame"),
            box=SIMPLE_HEAD,
            title=Text(f"{name}, mode {model['mode']}; {ends or 'no window yet'}"),
            title_justify="left",
            pad_edge=False,
        )
        healthy = 0
        for one in model["streams"]:
            if one["verdict"] == Verdict.HEALTHY.name:
                healthy += 1
                continue
            blame = "–" if one["blame"] is None else str(one["blame"]["cause"])
            cells = (people(one["attribute"], one["subgroup"]), one["metric"], one["revision"], one["since"], blame)
            table.add_row(Text(one["verdict"], style=STYLES[Verdict[one["verdict"]]]), *map(Text, cells))
        found += [table, Text(f"HEALTHY: {healthy} of {len(model['streams'])} streams")]
    if silent is not None:
        found.append(Text(f"the rollback process does not answer: {silent}"))
    return found if acting is None else [*found, incident_table(acting)]


def _by_verdict(named: tuple[str, dict[str, Any]]) -> tuple[int, str]:
    name, model = named
    return (0 if model["verdict"] is None else -Verdict[model["verdict"]]), name
