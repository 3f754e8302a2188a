"""The command `fairdrift`. Each command imports what it needs when it runs, so that `--help` answers at once."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli import reference
from monitor.cli.audit.commands import app as audit
from monitor.cli.exits import guarded
from monitor.cli.main_people import app as people
from monitor.cli.options import DEFAULT_SETTINGS, Form, Reason, Settings
from monitor.cli.output import Compare, Output

app = typer.Typer(
    name="fairdrift",
    help="Watches models for fairness drift: Kafka in, Prometheus out; says what it knows, and when it cannot know.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(audit)
app.add_typer(reference.app, name="reference")


@app.command()
def run(settings: Settings = DEFAULT_SETTINGS) -> None:
    """Count and judge, for ever: Kafka in, /metrics out. SIGTERM ends it cleanly."""

    def command() -> int:
        from monitor.cli.run import run_monitor

        return run_monitor(settings)

    raise typer.Exit(guarded(command))


@app.command()
def rollback(
    settings: Settings = DEFAULT_SETTINGS,
    mode: Annotated[
        str, typer.Option("--mode", help="observe, shadow, approve or auto: no model does more than this says.")
    ] = "auto",
) -> None:
    """Roll back what is to blame: hears verdicts, looks at the cluster, plans, asks, acts. SIGTERM ends it cleanly."""

    def command() -> int:
        from monitor.cli.rollback import run_rollback

        return run_rollback(settings, mode)

    raise typer.Exit(guarded(command))


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder for report.html and the rest.")] = Path("out/demo"),
    output: Form = Output.TABLE,
) -> None:
    """Show the main job on embedded parts, always with the same data: under a minute, nothing to set up."""

    def command() -> int:
        from monitor.cli.demo import run_demo

        return run_demo(out, output)

    raise typer.Exit(guarded(command))


@app.command()
def replay(
    stream: Annotated[Path, typer.Argument(help="Folder with inference and outcome files, or with feed.ndjson.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for counts, timeline, summary and report.")],
    settings: Settings = DEFAULT_SETTINGS,
    compare: Annotated[
        Compare | None, typer.Option("--compare", help="Say what naive monitors would have said.")
    ] = None,
    output: Form = Output.TABLE,
) -> None:
    """Take recorded events through the same code as `run`, and write what was counted and said."""

    def command() -> int:
        from monitor.cli.replay import run_replay

        return run_replay(stream, settings, out, output, compare)

    raise typer.Exit(guarded(command))


@app.command()
def check(settings: Settings = DEFAULT_SETTINGS, output: Form = Output.TABLE) -> None:
    """Check the settings; print the series they make and what the false-alarm budget buys."""

    def command() -> int:
        from monitor.cli.check import run_check

        return run_check(settings, output)

    raise typer.Exit(guarded(command))


@app.command()
def export(
    what: Annotated[
        str,
        typer.Argument(
            help="schema (JSON Schema of settings, events, references), dashboards (Grafana JSON, and a ConfigMap "
            "each) or alerts (rules, a PrometheusRule, routes, runbooks)."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder to write to.")],
    check_only: Annotated[bool, typer.Option("--check", help="Write nothing; exit 3 if a file differs.")] = False,
    output: Form = Output.TABLE,
) -> None:
    """Write the files that ship with fairdrift."""

    def command() -> int:
        from monitor.cli.export import run_export

        return run_export(what, out, check_only=check_only, output=output)

    raise typer.Exit(guarded(command))


@app.command()
def acknowledge(
    name: Annotated[str, typer.Argument(help="model/attribute/subgroup/metric, or the i-... of an incident")],
    reason: Reason,
    settings: Settings = DEFAULT_SETTINGS,
    output: Form = Output.TABLE,
) -> None:
    """Say that the harm behind an alarm is dealt with (evidence starts anew), or that you take an incident over."""

    def command() -> int:
        from monitor.cli.acknowledge import run_acknowledge

        return run_acknowledge(name, reason, settings, output)

    raise typer.Exit(guarded(command))


@app.command()
def explain(
    stream: Annotated[str, typer.Argument(help="model/attribute/subgroup/metric")],
    settings: Settings = DEFAULT_SETTINGS,
    output: Form = Output.TABLE,
) -> None:
    """Say in sentences why the running monitor says what it says of a stream, and what would change it."""

    def command() -> int:
        from monitor.cli.explain import run_explain

        return run_explain(stream, settings, output)

    raise typer.Exit(guarded(command))


@app.command()
def simulate(
    scenario: Annotated[str, typer.Argument(help="Name of a scenario; `list` names them.")],
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the stream and what was said of it.")] = None,
    output: Form = Output.TABLE,
) -> None:
    """Make a stream of known truth, replay it, and count false alarms and delay: ours and naive monitors'."""

    def command() -> int:
        from monitor.cli.simulate import run_simulate

        return run_simulate(scenario, out, output)

    raise typer.Exit(guarded(command))


def _version(asked: bool) -> None:
    if asked:
        from monitor import __version__

        typer.echo(f"fairdrift {__version__}")
        raise typer.Exit


app.add_typer(people)


@app.callback()
def _root(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    pass


def main() -> None:
    """Entry point of the installed command."""
    sys.exit(app(standalone_mode=True))


if __name__ == "__main__":
    main()
