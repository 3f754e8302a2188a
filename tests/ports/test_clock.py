"""What every `Clock` does."""

import time

import pytest

from monitor.adapters.clock import SystemClock
from monitor.ports import Clock


class ClockContract:
    """A subclass gives the fixture `clock`."""

    def test_the_time_is_whole_milliseconds_since_the_epoch(self, clock: Clock) -> None:
        assert type(clock.now_ms()) is int
        # 2026-01-01 and 2100-01-01: seconds and microseconds lie outside.
        assert 1_767_225_600_000 < clock.now_ms() < 4_102_444_800_000

    def test_time_goes_on(self, clock: Clock) -> None:
        before = clock.now_ms()
        while clock.now_ms() == before:
            pass
        assert clock.now_ms() > before


class TestSystemClock(ClockContract):
    @pytest.fixture
    def clock(self) -> Clock:
        return SystemClock()

    def test_it_is_the_clock_of_the_machine(self, clock: Clock) -> None:
        assert time.time() * 1_000 - 1 <= clock.now_ms() <= time.time() * 1_000 + 1_000
