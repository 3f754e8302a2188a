"""One scenario through the real replay: written as events, decoded, counted, judged. Touches the disk, for a moment."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from monitor.cli.parts import load_settings
from monitor.cli.replay import replay
from monitor.simulating.comparison import TIMELINE_FILE
from monitor.simulating.scenario import Scenario
from monitor.simulating.writer import SETTINGS_FILE, write_stream

Line = Mapping[str, Any]


def timeline_of(scenario: Scenario) -> Sequence[Line]:
    """Every change of a verdict and every action, in the order of time."""
    with TemporaryDirectory() as name:
        folder, out = Path(name), Path(name) / "replayed"
        write_stream(scenario, folder)
        replay(load_settings(folder / SETTINGS_FILE), folder, out)
        return [msgspec.json.decode(line) for line in (out / TIMELINE_FILE).read_bytes().splitlines()]
