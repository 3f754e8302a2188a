"""A monitor whose alarm stands: it lives once for all tests, and each test goes on from a copy."""

import shutil
from pathlib import Path

import pytest

from tests.restarting_where_it_stood.lives import World
from tests.trusting_the_data.worlds import NOW_MS, STOPPING, Network, Rejected, assert_trusted, harmed, twin


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("lived") / "state", NOW_MS, settings=STOPPING)
    world.send(harmed())
    assert_trusted(world.live())
    return world


@pytest.fixture
def network() -> Network:
    return Network()


@pytest.fixture
def rejected() -> Rejected:
    return Rejected()


@pytest.fixture
def world(lived: World, network: Network, rejected: Rejected, tmp_path: Path) -> World:
    shutil.copytree(lived.folder, tmp_path / "state")
    world = twin(lived, tmp_path / "state")
    world.source, world.rejects = network.source, rejected.take
    return world
