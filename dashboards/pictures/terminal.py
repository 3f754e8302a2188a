"""What `make demo` prints, as a picture: ``python -m dashboards.pictures.terminal`` writes `docs/pictures/demo.svg`."""

import io
import tempfile
from pathlib import Path
from unittest.mock import patch

from rich.console import Console

from dashboards.pictures.draw import OUT
from monitor.cli import output
from monitor.cli.demo import run_demo


def draw() -> None:
    """Run the demo once, and keep what it prints."""
    screen = Console(record=True, width=150, file=io.StringIO(), highlight=False, force_terminal=True)
    with tempfile.TemporaryDirectory() as folder, patch.object(output, "console", lambda **_: screen):
        run_demo(Path(folder), output.Output.TABLE)
        screen.save_svg(str(OUT / "demo.svg"), title="make demo", unique_id="demo")
    text = (OUT / "demo.svg").read_text(encoding="utf-8")
    (OUT / "demo.svg").write_text(text.replace(folder, "out/demo"), encoding="utf-8")


if __name__ == "__main__":
    draw()
