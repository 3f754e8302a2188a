"""Worlds that several tests read; nobody changes them."""

import pytest

from monitor.exporting.replayed import Replayed
from tests.reporting_what_happened.worlds import World


@pytest.fixture(scope="session")
def world() -> World:
    return World()


@pytest.fixture(scope="session")
def done(world: World) -> Replayed:
    return world.replayed()
