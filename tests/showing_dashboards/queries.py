"""The queries of a board as Grafana would send them: its variables filled in."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dashboards.write import BOARDS

Board = Mapping[str, Any]

EVERYWHERE = {"namespace": ".*", "__rate_interval": "5s", "__range": "1h"}
"""For a Prometheus that scrapes every second: a rate needs four scrapes and one to begin with."""


def boards() -> list[Board]:
    """All boards as they are shipped."""
    return [board.to_json() for board in BOARDS]


def panel_queries(board_json: Board, substitutions: Mapping[str, str]) -> list[tuple[str, str]]:
    """(Title of the panel, expression) of every query of every panel.

    Parameters
    ----------
    board_json
        The parsed file of a board.
    substitutions
        Variable -> value, on top of `EVERYWHERE`. "All" of a variable is ``.*``.

    Raises
    ------
    ValueError
        if a variable has no value.

    Examples
    --------
    >>> board = {"panels": [{"title": "Lag", "targets": [{"expr": 'x{model="$model"}'}]}, {"title": "Text"}]}
    >>> panel_queries(board, {"model": "readmission"})
    [('Lag', 'x{model="readmission"}')]
    >>> panel_queries(board, {})
    Traceback (most recent call last):
    ...
    ValueError: Lag: no value for $model
    """
    return [
        (panel["title"], filled(target["expr"], substitutions, panel["title"]))
        for panel in board_json["panels"]
        for target in panel.get("targets", ())
    ]


def annotation_queries(board_json: Board, substitutions: Mapping[str, str]) -> list[tuple[str, str]]:
    """(Name, expression) of every annotation; they have samples only where something changed."""
    return [
        (one["name"], filled(one["target"]["expr"], substitutions, one["name"]))
        for one in board_json["annotations"]["list"]
        if "target" in one
    ]


def variable_queries(board_json: Board, substitutions: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """(Variable, selector, label) of every variable that is asked of Prometheus: ``label_values(selector, label)``."""
    for one in board_json["templating"]["list"]:
        if one["type"] == "query":
            found = re.fullmatch(r"label_values\((.*), (\w+)\)", one["query"])
            assert found, one["query"]
            yield one["name"], filled(found[1], substitutions, one["name"]), found[2]


def filled(text: str, substitutions: Mapping[str, str], where: str) -> str:
    """A text with its variables filled in."""

    def value(found: re.Match[str]) -> str:
        values = {**EVERYWHERE, **substitutions}
        if found[1] not in values:
            raise ValueError(f"{where}: no value for ${found[1]}")
        return values[found[1]]

    return re.sub(r"\$(\w+)", value, text)
