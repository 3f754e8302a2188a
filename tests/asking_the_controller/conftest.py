"""What these tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.asking_the_controller.office import Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An open office with tokens for everything."""
    office = Office(tmp_path).open()
    yield office
    office.close()
