"""The commands `fairdrift reference ...`. Each imports what it needs when it runs, as those of `main` do."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.exits import guarded
from monitor.cli.output import Output

app = typer.Typer(
    help="What rates are compared with: build it from a range of time, look at it, approve it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Settings = Annotated[Path, typer.Option("--settings", help="The YAML settings file.")]
Form = Annotated[Output, typer.Option("--output", help="Form of the result on stdout.")]
Model = Annotated[str | None, typer.Option("--model", help="The model; needed where the settings have several.")]
File = Annotated[Path, typer.Argument(help="A reference file.")]

DEFAULT_SETTINGS = Path("fairdrift.yaml")


@app.command()
def build(
    start: Annotated[str, typer.Option("--from", help="First pane of inferences: 2026-01-05, or an RFC 3339 time.")],
    end: Annotated[str, typer.Option("--to", help="End of the range, a week later at least.")],
    data: Annotated[
        Path | None, typer.Option("--data", help="Folder of recorded events; left out: the topics of the settings.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="File to write; must be new.")] = Path("reference.json"),
    by: Annotated[str, typer.Option("--by", help="Who builds it; the account by default.")] = "",
    model: Model = None,
    settings: Settings = DEFAULT_SETTINGS,
    output: Form = Output.TABLE,
) -> None:
    """Count a range of time as `run` counts, and write it as a reference. Exit 3: its labels are not all in."""

    def command() -> int:
        from monitor.cli.reference_build import run_build

        return run_build(settings, (start, end), data, model, out, by.strip() or getpass.getuser(), output)

    raise typer.Exit(guarded(command))


@app.command()
def show(file: File, model: Model = None, settings: Settings = DEFAULT_SETTINGS, output: Form = Output.TABLE) -> None:
    """Show its id, source, counts by subgroup and label age, and what each subgroup could find. Exact counts."""

    def command() -> int:
        from monitor.cli.reference_show import run_show

        return run_show(file, settings, model, output)

    raise typer.Exit(guarded(command))


@app.command()
def approve(
    file: File,
    by: Annotated[str, typer.Option("--by", help="Who approves it: another person than who built it.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it is good; kept in the file.")],
    output: Form = Output.TABLE,
) -> None:
    """Approve a reference as a second person: kept in the file and sealed, so that a later change is refused."""

    def command() -> int:
        from monitor.cli.reference_approve import run_approve

        return run_approve(file, by, reason, output)

    raise typer.Exit(guarded(command))
