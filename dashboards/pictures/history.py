"""Three models over some months, as a Prometheus would have scraped them: told to a real one, block by block.

Beside the way of an event: `draw` asks it what the boards ask. Writes one file, and runs `promtool`.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final, TextIO

from msgspec.structs import replace

from dashboards.pictures.replayed import views
from monitor.exporting.collected import lines, number
from monitor.exporting.collector import collected
from monitor.exporting.view import View
from monitor.simulating.library import load_scenario
from monitor.simulating.scenario import DAY_MS
from tests.parts.cache import run

EVERY_MS: Final = DAY_MS // 6
DAYS: Final = 109
SILENT_DAYS: Final = 5

WHERE: Final = {"readmission": "wards", "sepsis": "intensive-care", "triage": "emergency"}
"""Model -> the namespace that its monitor runs in."""

# Sixty days are kept, of which a board shows thirty. They end in the afternoon: at midnight the last label of an axis
# would stand on the edge of its panel and be cut.
_LAST: Final = DAYS * 6 - 2
_FIRST: Final = _LAST - 60 * 6


def lives() -> Iterator[tuple[str, Iterator[View]]]:
    """Model -> what its monitor said: a bad release, one that is well, and one whose events stop coming."""
    # Evidence shows only where both windows do. With fewer events the gate would withhold the short one of thin groups.
    demo = replace(load_scenario("demo"), depth=1, days=DAYS, events_per_day=5_000)
    fair = replace(load_scenario("fair"), depth=1, faults=demo.faults)
    yield "readmission", views(demo, EVERY_MS)
    yield "sepsis", views(replace(fair, model="sepsis", days=DAYS - SILENT_DAYS, seed=102), EVERY_MS, SILENT_DAYS)
    yield "triage", views(replace(fair, model="triage", days=DAYS, events_per_day=400), EVERY_MS)


def tell(promtool: Path, folder: Path) -> int:
    """Make the blocks in `folder`; gives the time of the last sample in ms."""
    last_ms = 0
    for model, life in lives():
        told = folder / f"{model}.txt"
        with told.open("w", encoding="utf-8") as file:
            for view in islice(life, _FIRST, _LAST):
                _write(file, view, model)
                last_ms = view.published_ms
            file.write("# EOF\n")
        run(promtool, "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=1024h", told, folder / "data",
            folder=folder)  # fmt: skip
        told.unlink()
    return last_ms


def _write(file: TextIO, view: View, model: str) -> None:
    stamp = view.published_ms / 1_000
    scraped = (("job", "fairdrift"), ("instance", f"fairdrift-{model}"), ("namespace", WHERE[model]))
    for series, samples in collected(view).samples.items():
        for suffix, names, values, value in lines(series, samples):
            pairs = [*zip(names, values, strict=True), *scraped]
            labels = ",".join(f'{name}="{text}"' for name, text in pairs)
            file.write(f"{series.name}{suffix}{{{labels}}} {number(value)} {stamp}\n")
