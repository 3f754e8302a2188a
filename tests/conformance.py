"""A plugin of pytest that runs the conformance tests of the rollback process, a line for each: `make conformance`.

A test belongs to T7 if its name begins with ``test_t7_``, or if its module says T7 first. Those in which a real API
server takes part are counted apart.
"""

import re
from collections import defaultdict
from typing import Any, Final

import pytest

ALL: Final = range(1, 33)
MUST: Final = frozenset(ALL) - frozenset(range(18, 23))
"""T18 to T22 are the admission gate's."""

_OUTCOMES: Final = ("failed", "passed", "skipped")


class Conformance:
    """Keeps the tests that belong to a number, and what became of them."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._is_real: dict[str, bool] = {}
        self._found: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        kept: list[pytest.Item] = []
        left: list[pytest.Item] = []
        for item in items:
            number = number_of(item)
            (left if number is None else kept).append(item)
            if number is not None:
                self._numbers[item.nodeid] = number
                self._is_real[item.nodeid] = "kubernetes" in getattr(item, "fixturenames", ())
        items[:] = kept
        config.hook.pytest_deselected(items=left)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            self._found[self._numbers[report.nodeid]][report.outcome].add(report.nodeid)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        terminalreporter.section("conformance")
        for number in ALL:
            terminalreporter.write_line(self._line(number))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if any(not self._found[number]["passed"] for number in MUST) and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _line(self, number: int) -> str:
        found = {outcome: self._found[number][outcome] for outcome in _OUTCOMES}
        if found["failed"]:
            return f"T{number} … FAIL ({', '.join(sorted(found['failed']))})"
        if not found["passed"]:
            return f"T{number} … no test" if not found["skipped"] else f"T{number} … skipped"
        real = sum(self._is_real[one] for one in found["passed"])
        others = len(found["passed"]) - real
        parts = [f"{real} on the real API server"] * bool(real) + [f"{others} without one"] * bool(others)
        return f"T{number} … pass ({', '.join(parts)})"


def number_of(item: pytest.Item) -> int | None:
    """The number a test belongs to; None if to none."""
    named = re.match(r"test_t(\d+)_", item.name) or re.match(r"T(\d+)\b", _module_says(item))
    return None if named is None else int(named[1])


def _module_says(item: pytest.Item) -> str:
    module = getattr(item, "module", None)
    return (getattr(module, "__doc__", None) or "").strip()


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Conformance(), "fairdrift-conformance")
