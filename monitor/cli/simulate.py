"""`fairdrift simulate`: a stream of known truth, replayed, and what monitors said of it."""

from pathlib import Path

import msgspec

from monitor.cli.exits import Exit, Refused
from monitor.cli.output import Output, show
from monitor.cli.parts import load_settings
from monitor.cli.replay import replay
from monitor.simulating.comparison import compare_run
from monitor.simulating.library import ScenarioError, load_scenario
from monitor.simulating.table import comparison_table
from monitor.simulating.writer import SETTINGS_FILE, write_stream

REPLAYED = "replayed"


def run_simulate(scenario: str, out: Path, output: Output) -> int:
    """Write the stream, replay it, compare; gives the exit code."""
    try:
        loaded = load_scenario(scenario)
    except ScenarioError as error:
        raise Refused(str(error)) from error
    write_stream(loaded, out)
    replay(load_settings(out / SETTINGS_FILE), out, out / REPLAYED)
    comparison = compare_run(out, out / REPLAYED)
    result = msgspec.to_builtins(comparison)
    (out / "comparison.json").write_bytes(msgspec.json.format(msgspec.json.encode(comparison), indent=2) + b"\n")
    return show("simulate", Exit.GOOD, result, output, comparison_table(comparison))
