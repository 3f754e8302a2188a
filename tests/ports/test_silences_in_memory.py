"""Silences of a story keep the contract."""

import pytest

from monitor.adapters.memory_silences import MemorySilences
from tests.ports.silences_contract import SilencesContract, text


class TestMemorySilences(SilencesContract):
    @pytest.fixture(autouse=True)
    def _made(self) -> None:
        self.memory = MemorySilences(lambda: text(0))
        self.silences = self.memory

    def silence(self, ends_at: str, comment: str, *, is_regex: bool = False, **labels: str) -> str:
        return self.memory.silence(ends_at, comment, is_regex=is_regex, **labels)

    def expire(self, name: str) -> None:
        self.memory.expire(name)

    def break_it(self) -> None:
        self.memory.broken = "nobody answers"
