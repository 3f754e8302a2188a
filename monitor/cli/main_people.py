"""Commands for people on duty: what stands, and what they tell the rollback process."""

from typing import Annotated

import typer

from monitor.cli.exits import guarded
from monitor.cli.options import DEFAULT_SETTINGS, All, Form, MayReason, Model, Plan, Reason, Settings
from monitor.cli.output import Output

app = typer.Typer()


@app.command()
def status(settings: Settings = DEFAULT_SETTINGS, output: Form = Output.TABLE) -> None:
    """Ask the running monitor for its verdicts, worst first, and the rollback process for its incidents."""

    def command() -> int:
        from monitor.cli.status import run_status

        return run_status(settings, output)

    raise typer.Exit(guarded(command))


@app.command()
def incidents(settings: Settings = DEFAULT_SETTINGS, output: Form = Output.TABLE) -> None:
    """Ask the rollback process what it is handling, what waits for a person, and what holds it."""

    def command() -> int:
        from monitor.cli.incidents import run_incidents

        return run_incidents(settings, output)

    raise typer.Exit(guarded(command))


@app.command()
def pause(
    reason: Reason,
    lasts: Annotated[str, typer.Option("--for", help="How long, like 2h; at most 31d.")],
    model: Model = None,
    everything: All = False,
    settings: Settings = DEFAULT_SETTINGS,
    output: Form = Output.TABLE,
) -> None:
    """Stop acting for a model, or for all, for a while. Detecting goes on."""

    def command() -> int:
        from monitor.cli.people import People

        return People(settings, output).pause(model, everything, lasts, reason)

    raise typer.Exit(guarded(command))


@app.command()
def resume(
    model: Model = None,
    everything: All = False,
    reason: MayReason = None,
    settings: Settings = DEFAULT_SETTINGS,
    output: Form = Output.TABLE,
) -> None:
    """End the pause of a model, or the one of all."""

    def command() -> int:
        from monitor.cli.people import People

        return People(settings, output).resume(model, everything, reason)

    raise typer.Exit(guarded(command))


@app.command()
def approve(
    plan: Plan, reason: MayReason = None, settings: Settings = DEFAULT_SETTINGS, output: Form = Output.TABLE
) -> None:
    """Say yes to just this plan; if anything about it has changed, nothing is done."""

    def command() -> int:
        from monitor.cli.people import People

        return People(settings, output).approve(plan, reason)

    raise typer.Exit(guarded(command))


@app.command()
def reject(plan: Plan, reason: Reason, settings: Settings = DEFAULT_SETTINGS, output: Form = Output.TABLE) -> None:
    """Say no to just this plan; it is not shown again."""

    def command() -> int:
        from monitor.cli.people import People

        return People(settings, output).reject(plan, reason)

    raise typer.Exit(guarded(command))


@app.command()
def override(
    incident: Annotated[str, typer.Argument(help="The i-... of an incident.")],
    target: Annotated[str, typer.Option("--target", help="Model identity of the revision to go back to.")],
    reason: Reason,
    skip: Annotated[list[str] | None, typer.Option("--skip", help="A guard to skip: G5, G6, G9 or G10.")] = None,
    settings: Settings = DEFAULT_SETTINGS,
    output: Form = Output.TABLE,
) -> None:
    """Ask for a plan of your own for an incident: back to a target that you name."""

    def command() -> int:
        from monitor.cli.people import People

        return People(settings, output).override(incident, target, skip or (), reason)

    raise typer.Exit(guarded(command))
