"""Pictures of the boards: ``python -m dashboards.pictures.draw``, or ``make pictures``.

Beside the way of an event. Replays, starts a real Prometheus on the replayed history, asks it every query of every
panel, and hands the answers to Grafana's own components in a headless Chromium. Writes `docs/pictures`.
"""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Final

from dashboards.pictures.history import tell
from dashboards.pictures.stories import stories
from tests.parts.cache import cached_part, run
from tests.parts.prometheus import binaries

HERE: Final = Path(__file__).parent
OUT: Final = HERE.parents[1] / "docs" / "pictures"
LOCKED: Final = ("package.json", "package-lock.json")
SOURCES: Final = ("board.jsx", "panels.jsx", "timeline.jsx", "marks.jsx", "frames.js", "draw.mjs")


def draw() -> None:
    """Draw all of them."""
    with tempfile.TemporaryDirectory(prefix="fairdrift-pictures-") as name:
        folder = Path(name)
        modules = cached_part("grafana_components", [(HERE / name).read_text() for name in LOCKED], _install)
        # Modules are looked for beside the sources; the cached folder is shared, so it is not written to.
        (folder / "node_modules").symlink_to(modules / "node_modules")
        for source in SOURCES:
            shutil.copy(HERE / source, folder / source)
        last_ms = tell(binaries() / "promtool", folder)
        (folder / "stories.json").write_text(json.dumps(stories(folder, last_ms)), encoding="utf-8")
        print(run("node", "draw.mjs", folder / "stories.json", OUT, folder=folder), end="")


def _install(folder: Path) -> None:
    for name in LOCKED:
        shutil.copy(HERE / name, folder / name)
    run("npm", "ci", "--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund", folder=folder, timeout_s=900)


if __name__ == "__main__":
    draw()
