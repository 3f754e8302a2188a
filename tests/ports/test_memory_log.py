"""The log that fast tests read keeps the contract of the real one."""

from zlib import crc32

import pytest

from tests.parts.memory_log import MemoryLog, MemorySource
from tests.ports.event_source_contract import STREAM, LogContract, World

TOPICS = {"inference": "said", "outcome": "found"}


class TestMemoryLog(LogContract):
    @pytest.fixture(params=[1, 3])
    def world(self, request: pytest.FixtureRequest) -> World:
        log = MemoryLog(list(TOPICS.values()), request.param)
        for arrival in STREAM:
            number = crc32(arrival.key) % request.param
            log.append(TOPICS[arrival.role], number, arrival.time_ms, arrival.key, arrival.value)
        return World(TOPICS, request.param, lambda: MemorySource(log))
