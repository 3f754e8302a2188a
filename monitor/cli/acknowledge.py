"""`fairdrift acknowledge`: the harm behind an alarm is dealt with, or a person has taken an incident over."""

import re
from getpass import getuser
from pathlib import Path

from monitor.cli.asking import ask, ask_controller
from monitor.cli.exits import Exit, Refused
from monitor.cli.output import Output, show

PARTS = ("model", "attribute", "subgroup", "metric")


def named(stream: str) -> dict[str, str]:
    """The parts of a stream's name. `Refused` if it has not four of them."""
    parts = stream.split("/")
    if len(parts) != len(PARTS) or not all(parts):
        raise Refused(
            f"{stream!r} names no stream: write it as {'/'.join(PARTS)}, e.g. readmission/race/black/error_rate, or "
            "give the i-... of an incident"
        )
    return dict(zip(PARTS, parts, strict=True))


def run_acknowledge(name: str, reason: str, settings_path: Path, output: Output) -> int:
    """Acknowledge `model/attribute/subgroup/metric`, or an incident; gives the exit code. Errors are those of `ask`."""
    if re.fullmatch(r"i-[0-9a-f]{1,64}", name):
        told = ask_controller(settings_path, "/v1/acknowledge", {"incident": name, "reason": reason})
    else:
        told = ask(settings_path, "/v1/acknowledge", named(name) | {"actor": getuser(), "reason": reason})
    return show("acknowledge", Exit.GOOD, told, output)
