"""`fairdrift simulate`: a stream of known truth, replayed, and what monitors said of it."""

from pathlib import Path

import msgspec

from monitor.cli.exits import Exit, Refused
from monitor.cli.folders import can_hold_files
from monitor.cli.output import Output, show
from monitor.cli.parts import load_settings
from monitor.cli.replay import replay
from monitor.simulating.comparison import compare_run
from monitor.simulating.library import ScenarioError, load_scenario, scenario_names
from monitor.simulating.table import comparison_table
from monitor.simulating.writer import SETTINGS_FILE, write_stream

REPLAYED = "replayed"
LIST = "list"


def run_simulate(scenario: str, out: Path | None, output: Output) -> int:
    """Write the stream, replay it, compare; gives the exit code. `list` names the scenarios instead."""
    if scenario == LIST:
        abouts = {name: load_scenario(name).about for name in scenario_names()}
        return show("simulate", Exit.GOOD, abouts, Output.TEXT if output is Output.TABLE else output)
    if out is None:
        raise Refused("name a folder for the stream and what was said of it: --out DIR")
    try:
        loaded = load_scenario(scenario)
    except ScenarioError as error:
        raise Refused(str(error)) from error
    can_hold_files(out)
    write_stream(loaded, out)
    replay(load_settings(out / SETTINGS_FILE), out, out / REPLAYED)
    comparison = compare_run(out, out / REPLAYED)
    result = msgspec.to_builtins(comparison)
    (out / "comparison.json").write_bytes(msgspec.json.format(msgspec.json.encode(comparison), indent=2) + b"\n")
    return show("simulate", Exit.GOOD, result, output, comparison_table(comparison))
