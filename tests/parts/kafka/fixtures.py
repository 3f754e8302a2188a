"""The broker that the tests of a session share."""

from collections.abc import Iterator

import pytest

from tests.parts.kafka.broker import KafkaBroker


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaBroker]:
    """One broker for the session; give every test its own topics."""
    with KafkaBroker(tmp_path_factory.mktemp("kafka")) as broker:
        yield broker
