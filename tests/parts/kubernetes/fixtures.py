"""The control plane that the tests of a session share."""

from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.parts.kubernetes.control_plane import ControlPlane
from tests.parts.kubernetes.kubelet import playing_kubelet
from tests.parts.kubernetes.program import control_plane_programs


def pytest_collection_finish(session: pytest.Session) -> None:
    """Build the programs before the first test, if one wants them: no test's time-out is as long as that takes."""
    is_wanted = any("kubernetes" in getattr(item, "fixturenames", ()) for item in session.items)
    if is_wanted and not session.config.option.collectonly:
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        with suppress(pytest.skip.Exception):  # each test says so itself
            control_plane_programs(reporter.write_line if reporter is not None else print)


@pytest.fixture(scope="session")
def kubernetes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """One control plane for the session, whose pods become ready; every test takes a namespace of its own."""
    with ControlPlane(tmp_path_factory.mktemp("kubernetes")) as plane, playing_kubelet(plane.api):
        yield plane
