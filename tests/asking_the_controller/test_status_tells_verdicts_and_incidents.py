"""`fairdrift status`: the monitor's verdicts, worst first, and what the rollback process is doing."""

from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from monitor.adapters.operate_api import OperateApi, Tokens
from monitor.controller.incidents_shown import incidents_shown
from monitor.exporting.status import status
from monitor.exporting.view import View
from tests.asking_the_controller.office import NOW_MS, TOKENS, Office, write_settings
from tests.commands_to_their_end.streams import here, told
from tests.restarting_where_it_stood.lives import World
from tests.trusting_the_data.worlds import NOW_MS as HARMED_MS
from tests.trusting_the_data.worlds import harmed


@pytest.fixture(scope="module")
def harmed_view(tmp_path_factory: pytest.TempPathFactory) -> View:
    world = World(tmp_path_factory.mktemp("lived") / "state", HARMED_MS)
    world.send(harmed())
    world.live()
    return world.views[-1]


@pytest.fixture
def monitor(office: Office, harmed_view: View) -> Iterator[Path]:
    """Settings that name a monitor, and the open office."""
    api = OperateApi("127.0.0.1:0", Tokens("r-token"), lambda: status(harmed_view), lambda _: Future())
    api.start()
    path = write_settings(office.folder, {"read": "r-token"}, office.port)
    path.write_text(path.read_text().replace("http: {", f'http: {{api: "127.0.0.1:{api.port}", '))
    yield path
    api.stop()


def test_the_worst_comes_first_with_whose_doing_it_is_and_the_incidents_after(monitor: Path, office: Office) -> None:
    office.shown = lambda: incidents_shown([], {"readmission": "approve"}, NOW_MS)
    done = here("status", "--settings", monitor)
    assert done.returncode == 3
    lines = done.stdout.splitlines()
    assert lines[0].startswith("as of ")
    words = [line.split()[0] for line in lines if line.split()[:1] and line.split()[0].isupper()]
    order = ["DEGRADED", "SUSPECT", "STALE", "INCONCLUSIVE"]
    listed = [word for word in words if word in order]
    assert listed[0] == "DEGRADED"
    assert listed == sorted(listed, key=order.index)
    assert any(line.startswith("HEALTHY: ") and " of " in line for line in lines)
    assert "readmission: mode approve" in done.stdout
    assert "no incident so far" in done.stdout


def test_as_json_it_is_what_both_answered(monitor: Path, office: Office, harmed_view: View) -> None:
    said = told(here("status", "--settings", monitor, "--output", "json"), "status")
    assert said["monitor"] == status(harmed_view)
    assert (said["rollback"], said["unreachable"]) == (office.shown(), None)


def test_a_rollback_process_that_does_not_answer_is_5_and_the_verdicts_are_told_all_the_same(
    monitor: Path, office: Office
) -> None:
    office.control.stop()
    done = here("status", "--settings", monitor)
    assert done.returncode == 5
    assert "DEGRADED" in done.stdout
    assert "the rollback process does not answer" in done.stdout


def test_no_monitor_is_5(office: Office) -> None:
    path = write_settings(office.folder, TOKENS, office.port)
    path.write_text(path.read_text().replace("http: {", 'http: {api: "127.0.0.1:9", '))
    done = here("status", "--settings", path)
    assert (done.returncode, done.stdout, "fairdrift run" in done.stderr) == (5, "", True)
