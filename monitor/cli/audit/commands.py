"""The commands below `fairdrift audit`. Each imports what it needs when it runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.exits import guarded
from monitor.cli.output import Output

if TYPE_CHECKING:
    from monitor.cli.audit.held import Where

app = typer.Typer(
    name="audit",
    help="What the audit trail shows, offline: beside a running controller, or on a copy of its folder.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Form = Annotated[Output, typer.Option("--output", help="Form of the result on stdout.")]
Settings = Annotated[Path, typer.Option("--settings", help="The YAML settings file.")]
PerhapsSettings = Annotated[
    Path | None, typer.Option("--settings", help="The YAML settings file: fairdrift.yaml, or none with --dir.")
]
Folder = Annotated[Path | None, typer.Option("--dir", help="Folder of the log, instead of audit.dir.")]
Key = Annotated[Path | None, typer.Option("--key", help="Public key you trust (PEM, or name+id+key).")]
Anchors = Annotated[Path | None, typer.Option("--anchors", help="Folder of the copies outside.")]
Name = Annotated[str | None, typer.Option("--name", help="Name of the log, instead of audit.name.")]

DEFAULT_SETTINGS = Path("fairdrift.yaml")


def _where(
    settings: Path | None, folder: Path | None, key: Path | None, anchors: Path | None, name: str | None
) -> "Where":
    from monitor.cli.audit.held import Where

    return Where(DEFAULT_SETTINGS if settings is None and folder is None else settings, folder, key, anchors, name)


@app.command()
def verify(
    settings: PerhapsSettings = None,
    folder: Folder = None,
    key: Key = None,
    anchors: Anchors = None,
    name: Name = None,
    output: Form = Output.TABLE,
) -> None:
    """Chain, tree, signatures, copies outside; 3 with the first bad entry if anything is not what was written."""

    def command() -> int:
        from monitor.cli.audit.verify import run_verify

        return run_verify(_where(settings, folder, key, anchors, name), output)

    raise typer.Exit(guarded(command))


@app.command()
def prove(
    seq: Annotated[int, typer.Argument(help="Number of the entry.")],
    out: Annotated[Path | None, typer.Option("--out", help="File for the proof, in JSON.")] = None,
    settings: PerhapsSettings = None,
    folder: Folder = None,
    key: Key = None,
    anchors: Anchors = None,
    name: Name = None,
    output: Form = Output.TEXT,
) -> None:
    """One entry, and what shows a stranger with the public key that it is in the log."""

    def command() -> int:
        from monitor.cli.audit.prove import run_prove

        return run_prove(seq, out, _where(settings, folder, key, anchors, name), output)

    raise typer.Exit(guarded(command))


@app.command()
def reconcile(
    kubeconfig: Annotated[
        Path | None, typer.Option("--kubeconfig", help="How to reach the cluster; none: as the pod's own account.")
    ] = None,
    context: Annotated[str | None, typer.Option("--context", help="Context of the kubeconfig.")] = None,
    settings: Settings = DEFAULT_SETTINGS,
    folder: Folder = None,
    key: Key = None,
    anchors: Anchors = None,
    name: Name = None,
    output: Form = Output.TABLE,
) -> None:
    """Hold the log against the cluster: 3 for each ReplicaSet that no entry tells of."""

    def command() -> int:
        from monitor.cli.audit.reconcile import run_reconcile

        return run_reconcile(kubeconfig, context, _where(settings, folder, key, anchors, name), output)

    raise typer.Exit(guarded(command))


@app.command()
def replay(
    name: Annotated[str, typer.Argument(metavar="ID", help="Id of an incident, or hash of a plan.")],
    cells: Annotated[
        Path | None, typer.Option("--cells", help="The monitor's archive of exact cells, or a copy: judge again, too.")
    ] = None,
    settings: PerhapsSettings = None,
    folder: Folder = None,
    key: Key = None,
    anchors: Anchors = None,
    log_name: Name = None,
    output: Form = Output.TABLE,
) -> None:
    """Make verdict, blame and plans of an incident again from what was kept: the same, or 3."""

    def command() -> int:
        from monitor.cli.audit.replay import run_replay

        return run_replay(name, _where(settings, folder, key, anchors, log_name), cells, output)

    raise typer.Exit(guarded(command))


@app.command()
def export(
    period: Annotated[str, typer.Option("--period", help="2026, 2026-11, 2026-11-28, or FROM/TO (UTC; TO not in it).")],
    out: Annotated[Path, typer.Option("--out", help="The tar file to make.")],
    settings: PerhapsSettings = None,
    folder: Folder = None,
    key: Key = None,
    anchors: Anchors = None,
    name: Name = None,
    output: Form = Output.TABLE,
) -> None:
    """The entries of a period with all that shows them to be of the log, for people who have neither."""

    def command() -> int:
        from monitor.cli.audit.export import run_export

        return run_export(period, out, _where(settings, folder, key, anchors, name), output)

    raise typer.Exit(guarded(command))


@app.command()
def start(
    reason: Annotated[str, typer.Option("--reason", help="Why this log begins; it is kept with your name.")],
    settings: Settings = DEFAULT_SETTINGS,
    output: Form = Output.TABLE,
) -> None:
    """A person vouches for the beginning of a log: the first, or another after one that was lost or is broken."""

    def command() -> int:
        from monitor.adapters.clock import SystemClock
        from monitor.cli.audit.start import run_start

        return run_start(reason, settings, SystemClock().now_ms(), output)

    raise typer.Exit(guarded(command))
