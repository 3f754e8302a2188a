"""`fairdrift incidents`: what the rollback process is handling, what waits for a person, and what holds it."""

from pathlib import Path
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from monitor.cli.asking import ask_controller
from monitor.cli.exits import Exit
from monitor.cli.output import Output, show

SHORT: Final = 12


def run_incidents(settings_path: Path, output: Output) -> int:
    """List them; gives the exit code: 3 while one is open. Errors are those of `ask_controller`."""
    told = ask_controller(settings_path, "/v1/incidents")
    is_open = any(one["is_open"] for one in told["incidents"])
    return show("incidents", Exit.FINDINGS if is_open else Exit.GOOD, told, output, incident_table(told))


def incident_table(told: dict[str, Any]) -> Group:
    """The answer of ``/v1/incidents`` for a terminal. What others wrote is shown as it is, never as markup."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("incident", "model", "state", "since", "revision", "why"):
        table.add_column(heading, overflow="fold", no_wrap=heading in ("incident", "since"))
    for one in told["incidents"]:
        cells = (one["id"], one["model"], one["state"], one["since"], _short(one["revision"]), one["why"] or "–")
        table.add_row(*map(_plain, cells), style="bold" if one["is_open"] else "dim")
    waiting = [one["plan"] for one in told["incidents"] if one["plan"] is not None and one["plan"]["is_awaited"]]
    return Group(
        *(_plain(_mode(model, said)) for model, said in sorted(told["models"].items())),
        table if told["incidents"] else _plain("no incident so far"),
        *(_plain(line) for plan in waiting for line in _asks(plan)),
    )


def _mode(model: str, said: dict[str, Any]) -> str:
    paused = "; ".join(f"paused until {one['until']} by {one['by']}: {one['reason']}" for one in said["pauses"])
    return f"{model}: mode {said['mode']}" + (f", {paused}" if paused else "")


def _asks(plan: dict[str, Any]) -> list[str]:
    target = _short(plan["target_model"] or "a target")
    return [
        f"A plan waits: back to {target}, by {plan['by'] or 'evidence'}. One of these, within four hours:",
        f"  fairdrift approve {plan['hash']}",
        f"  fairdrift reject {plan['hash']} --reason ...",
    ]


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:SHORT]


def _plain(text: str) -> Text:
    return Text("".join(sign if sign.isprintable() else "?" for sign in text), overflow="fold")
