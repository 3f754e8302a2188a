"""Real parts that every test folder may ask for."""

from tests.parts.prometheus import prometheus, promtool

__all__ = ["prometheus", "promtool"]
