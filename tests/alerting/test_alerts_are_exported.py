"""`fairdrift export alerts` writes what ships, and says when a folder holds something else."""

from pathlib import Path

import pytest

from monitor.cli.exits import Exit
from monitor.cli.export import run_export
from monitor.cli.output import Output
from monitor.exporting.alerts import RESOURCE
from tests.alerting.rule_files import ALERTS, RULE_FILES, alerts


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_rules_routes_and_runbooks_are_written_as_they_were_committed_with_the_resource(tmp_path: Path) -> None:
    out = tmp_path / "a" / "b"
    assert run_export("alerts", out, check_only=False, output=Output.TEXT) == Exit.GOOD
    written = files(out)
    assert written.pop(RESOURCE)
    committed = ["alertmanager.yml", *(f"rules/{p.name}" for p in RULE_FILES), *(f"runbooks/{a}.md" for a in alerts())]
    assert written == {name: (ALERTS / name).read_bytes() for name in committed}
    assert run_export("alerts", out, check_only=True, output=Output.TEXT) == Exit.GOOD


@pytest.mark.parametrize("change", ["other", "missing"])
@pytest.mark.parametrize("name", ["rules/subgroups.yaml", "runbooks/FairdriftDown.md", RESOURCE])
def test_a_folder_that_holds_something_else_is_a_finding(tmp_path: Path, name: str, change: str) -> None:
    run_export("alerts", tmp_path, check_only=False, output=Output.TEXT)
    file = tmp_path / name
    file.write_bytes(b"other") if change == "other" else file.unlink()
    assert run_export("alerts", tmp_path, check_only=True, output=Output.TEXT) == Exit.FINDINGS
    assert file.exists() == (change == "other"), "a check writes nothing"


@pytest.mark.parametrize("name", ["rules/of_an_older_version.yaml", "runbooks/FairdriftGone.md"])
def test_a_file_of_an_older_version_is_a_finding(tmp_path: Path, name: str) -> None:
    run_export("alerts", tmp_path, check_only=False, output=Output.TEXT)
    (tmp_path / name).write_text("groups: []")
    assert run_export("alerts", tmp_path, check_only=True, output=Output.TEXT) == Exit.FINDINGS
