"""A field that the log does not know is left out: the loop must not say its reasons under such a name."""

import ast
from collections.abc import Iterator
from pathlib import Path

import monitor.controller
from monitor.cli.log import FIELDS


def said() -> Iterator[tuple[str, str]]:
    """(File, name of a field) of every line that the loop hands to its log."""
    for path in sorted(Path(monitor.controller.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "line":
                yield from ((path.name, keyword.arg or "**") for keyword in node.keywords)


def test_every_field_that_the_loop_logs_is_let_through() -> None:
    found = set(said())
    assert ("loop.py", "reason") in found
    assert not {(file, name) for file, name in found if name not in FIELDS}
