"""One scenario through the real replay: written as events, decoded, counted, judged. Touches the disk, for a moment."""

from collections.abc import Mapping, Sequence
from hashlib import md5
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


def timeline_of(scenario: Scenario, kept: Path | None = None) -> Sequence[Line]:
    """Every change of a verdict and every action, in the order of time.

    Parameters
    ----------
    kept
        Folder with timelines of a run that was stopped, of the same code: what is there is not played again, what is
        not is kept there.
    """
    story = md5(msgspec.json.encode(scenario), usedforsecurity=False).hexdigest()
    path = None if kept is None else kept / f"{scenario.name}-{story}.ndjson"
    if path is None or not path.exists():
        text = _played(scenario)
        if path is not None:
            path.with_suffix(".new").write_bytes(text)
            path.with_suffix(".new").rename(path)
    else:
        text = path.read_bytes()
    return [msgspec.json.decode(line) for line in text.splitlines()]


def _played(scenario: Scenario) -> bytes:
    with TemporaryDirectory() as name:
        folder, out = Path(name), Path(name) / "replayed"
        write_stream(scenario, folder)
        replay(load_settings(folder / SETTINGS_FILE), folder, out)
        return (out / TIMELINE_FILE).read_bytes()
