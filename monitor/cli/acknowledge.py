"""`fairdrift acknowledge`: tells a running monitor that a person has seen the alarm of a stream."""

from getpass import getuser
from pathlib import Path

from monitor.cli.asking import ask
from monitor.cli.exits import Exit, Refused
from monitor.cli.output import Output, show

PARTS = ("model", "attribute", "subgroup", "metric")


def named(stream: str) -> dict[str, str]:
    """The parts of a stream's name. `Refused` if it has not four of them."""
    parts = stream.split("/")
    if len(parts) != len(PARTS) or not all(parts):
        raise Refused(
            f"{stream!r} names no stream: write it as {'/'.join(PARTS)}, e.g. readmission/race/black/error_rate"
        )
    return dict(zip(PARTS, parts, strict=True))


def run_acknowledge(stream: str, reason: str, settings_path: Path, output: Output) -> int:
    """Acknowledge `model/attribute/subgroup/metric`; gives the exit code. Errors are those of `ask`."""
    body = named(stream) | {"actor": getuser(), "reason": reason}
    return show("acknowledge", Exit.GOOD, ask(settings_path, "/v1/acknowledge", body), output)
