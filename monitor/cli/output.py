"""Results on stdout: a table for people, one JSON object for programs; colour and progress only on a terminal."""

import json
import os
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console, RenderableType


class Output(StrEnum):
    """Form of a result."""

    TABLE = "table"
    JSON = "json"
    TEXT = "text"


class Compare(StrEnum):
    """With whom what we say is compared."""

    NAIVE = "naive"


def console(*, stderr: bool = False) -> "Console":
    """A console that obeys NO_COLOR, and writes plain text of a fixed width where nobody looks."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else 150
    return Console(stderr=stderr, width=width, soft_wrap=False, highlight=False)


def show(command: str, code: int, result: Any, output: Output, table: "RenderableType | None" = None) -> int:
    """Print a result in the form asked for; gives the exit code back.

    >>> show("check", 0, {"streams": 12}, Output.JSON)
    {"v": 1, "command": "check", "exit": 0, "result": {"streams": 12}}
    0
    """
    if output is Output.JSON:
        print(json.dumps({"v": 1, "command": command, "exit": int(code), "result": result}, ensure_ascii=False))
    elif output is Output.TEXT or table is None:
        for line in _lines(result, ""):
            print(line)
    else:
        console().print(table)
    return code


def _lines(value: Any, path: str) -> list[str]:
    if isinstance(value, dict):
        return [line for key, one in value.items() for line in _lines(one, f"{path}.{key}" if path else str(key))]
    if isinstance(value, list):
        return [line for number, one in enumerate(value) for line in _lines(one, f"{path}[{number}]")]
    return [f"{path}: {value}" if path else str(value)]
