"""Options and arguments that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.output import Output

Settings = Annotated[Path, typer.Option("--settings", help="The YAML settings file.")]
Form = Annotated[Output, typer.Option("--output", help="Form of the result on stdout.")]

Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept with your name.")]
MayReason = Annotated[str | None, typer.Option("--reason", help="Why; it is kept with your name.")]
Plan = Annotated[str, typer.Argument(help="Hash of the plan, sha256:...; `incidents` shows it.")]
Model = Annotated[str | None, typer.Argument(help="Name of the model.")]
All = Annotated[bool, typer.Option("--all", help="All models.")]

DEFAULT_SETTINGS = Path("fairdrift.yaml")
