"""`fairdrift explain`: a verdict of the running monitor in sentences, with every number that made it."""

from pathlib import Path

from rich.console import Group

from monitor.cli.acknowledge import named
from monitor.cli.asking import ask
from monitor.cli.exits import Exit, Refused
from monitor.cli.output import Output, show
from monitor.exporting.explaining import sentences


def run_explain(stream: str, settings_path: Path, output: Output) -> int:
    """Explain `model/attribute/subgroup/metric`, of every revision that serves; gives the exit code.

    Raises
    ------
    Refused
        for a stream of which nothing is said; and as `ask` does.
    """
    name = named(stream)
    model = ask(settings_path, "/v1/status")["models"].get(name["model"], {"streams": []})
    found = [one for one in model["streams"] if name.items() <= one.items()]
    if not found:
        raise Refused(f"nothing is said of {stream}: take model, attribute, subgroup and metric from GET /v1/status")
    told = {one["revision"]: sentences(one, model["false_alarms_per_91d"]) for one in found}
    lines = [line for said in told.values() for line in (*said, "")]
    return show(
        "explain", Exit.GOOD, [{"stream": one, "says": told[one["revision"]]} for one in found], output, Group(*lines)
    )
