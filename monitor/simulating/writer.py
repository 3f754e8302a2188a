"""A stream of known truth as a folder: the events, the settings to replay them with, and what is true of them.

Before step 1: what the adapter `files` reads. Touches the disk.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from gzip import GzipFile
from pathlib import Path

import msgspec

from monitor.exporting.moments import rfc3339
from monitor.simulating.generator import arrivals
from monitor.simulating.scenario import Scenario
from monitor.simulating.settings_text import settings_text
from monitor.simulating.truth import moment_of

MOMENT_FILE = "moment.json"
SETTINGS_FILE = "settings.yaml"


def write_stream(scenario: Scenario, out: Path) -> int:
    """Write a stream, and give the number of its records; the same scenario gives the same bytes.

    Without faults the folder gets a file a role, in the order of event time; with faults one ``feed.ndjson.gz`` in the
    order of arrival. Beside it stand ``moment.json`` and ``settings.yaml``.

    Parameters
    ----------
    out
        The folder; made if it is not there. Recordings in it are removed, since a folder holds one.

    Raises
    ------
    OSError
        if it cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from msgspec.structs import replace
    >>> from monitor.simulating.library import load_scenario
    >>> with TemporaryDirectory() as folder:
    ...     count = write_stream(replace(load_scenario("fair"), days=1), Path(folder))
    ...     sorted(path.name for path in Path(folder).iterdir())
    ['inference.ndjson.gz', 'moment.json', 'outcome.ndjson.gz', 'settings.yaml']
    """
    out.mkdir(parents=True, exist_ok=True)
    for stem in ("inference", "outcome", "attributes", "feed"):
        for suffix in (".ndjson", ".ndjson.gz"):
            (out / f"{stem}{suffix}").unlink(missing_ok=True)
    count = _write_feed(scenario, out) if scenario.faults is not None else _write_roles(scenario, out)
    moment = msgspec.json.format(msgspec.json.encode(moment_of(scenario)), indent=1)
    (out / MOMENT_FILE).write_bytes(moment + b"\n")
    (out / SETTINGS_FILE).write_text(settings_text(scenario), encoding="utf-8")
    return count


def _write_feed(scenario: Scenario, out: Path) -> int:
    count = 0
    with _packed(out / "feed.ndjson.gz") as file:
        for arrival in arrivals(scenario):
            count += 1
            line = {"arrival_time": rfc3339(arrival.time_ms), "topic": arrival.role, "value": arrival.value.decode()}
            file.write(msgspec.json.encode(line) + b"\n")
    return count


def _write_roles(scenario: Scenario, out: Path) -> int:
    count = 0
    with _packed(out / "inference.ndjson.gz") as inferences, _packed(out / "outcome.ndjson.gz") as outcomes:
        files = {"inference": inferences, "outcome": outcomes}
        for arrival in arrivals(scenario):
            count += 1
            files[arrival.role].write(arrival.value + b"\n")
    return count


@contextmanager
def _packed(path: Path) -> Iterator[GzipFile]:
    """A gzip file without name and time in its header, so that equal streams are equal files."""
    with path.open("wb") as file, GzipFile("", "wb", compresslevel=3, fileobj=file, mtime=0) as packed:
        yield packed
