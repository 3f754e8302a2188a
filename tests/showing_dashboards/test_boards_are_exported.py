"""`fairdrift export dashboards` writes what ships, and says when a folder holds something else."""

from pathlib import Path

import pytest

from monitor.cli.exits import Exit
from monitor.cli.export import run_export
from monitor.cli.output import Output
from monitor.exporting.dashboards import config_maps, shipped


def test_every_board_is_written_with_its_config_map(tmp_path: Path) -> None:
    assert run_export("dashboards", tmp_path, check_only=False, output=Output.TEXT) == Exit.GOOD
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {**shipped(), **config_maps("monitoring", {})}
    assert run_export("dashboards", tmp_path, check_only=True, output=Output.TEXT) == Exit.GOOD


@pytest.mark.parametrize("change", ["other", "missing"])
def test_a_folder_that_holds_something_else_is_a_finding(tmp_path: Path, change: str) -> None:
    run_export("dashboards", tmp_path, check_only=False, output=Output.TEXT)
    board = tmp_path / "fairdrift-fleet.json"
    board.write_bytes(b"{}") if change == "other" else board.unlink()
    assert run_export("dashboards", tmp_path, check_only=True, output=Output.TEXT) == Exit.FINDINGS
    assert board.exists() == (change == "other"), "a check writes nothing"
