"""The panels of a board, each with what grafanalib 0.7.1 would leave out given to it.

Beside the way of an event: the half of the wrapper that boards write their panels with; `_lib` mends what comes out.
Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any, Final, Literal

from grafanalib import core

from dashboards.looks import GREY, MOMENT, steps

Json = dict[str, Any]

MIN_WIDTH: Final = 70
"""Pixels of a column of a table; by default Grafana takes 150, and the last of many stand beyond the edge."""


@dataclass(frozen=True, slots=True)
class Query:
    """One query of a panel; `legend` names its lines."""

    expr: str
    legend: str = ""


def text(title: str, content: str) -> core.Panel:
    """The first panel: which question the board answers, and how to read it."""
    return core.Text(title=title, content=content.strip(), description="What this board is for, and how to read it.")


def stat(
    title: str,
    description: str,
    queries: Sequence[Query],
    *,
    unit: str,
    mappings: Sequence[Json] = (),
    thresholds: Sequence[Json] | None = None,
    no_value: str = "NO DATA",
    links: Sequence[Json] = (),
    shows: Literal["value", "name"] = "value",
) -> core.Panel:
    """Tiles, one a series of an instant query; filled with colour where `mappings` or `thresholds` give one."""
    return core.Stat(
        title=title,
        description=description,
        targets=_targets(queries, instant=True),
        format=unit,
        mappings=list(mappings),
        thresholds=list(thresholds or steps()),
        noValue=no_value,
        colorMode="background" if mappings or thresholds else "none",
        graphMode="none",
        reduceCalc="lastNotNull",
        textMode="name" if shows == "name" else "value_and_name" if any(query.legend for query in queries) else "value",
        color={"mode": "thresholds"},
        # In the wide layout the name is too small to be read beside a long word.
        extraJson={"fieldConfig": {"defaults": {"links": list(links)}}, "options": {"wideLayout": False}},
    )


def lines(
    title: str,
    description: str,
    queries: Sequence[Query],
    *,
    unit: str,
    overrides: Sequence[Json] = (),
    soft_max: int | None = None,
    lowest: int | None = 0,
    is_stepped: bool = False,
    has_many: bool = False,
) -> core.Panel:
    """Lines over time. Gaps stay gaps: where nothing was known, nothing is drawn. `has_many` lists them at the side."""
    return core.TimeSeries(
        title=title,
        description=description,
        targets=_targets(queries, instant=False),
        unit=unit,
        valueMin=lowest,
        axisSoftMax=soft_max,
        lineWidth=2,
        lineInterpolation="stepAfter" if is_stepped else "linear",
        showPoints="auto",
        stacking={"mode": "none", "group": "A"},
        legendPlacement="right" if has_many else "bottom",
        tooltipMode="multi",
        tooltipSort="desc",
        thresholds=steps(),
        overrides=list(overrides),
    )


def table(
    title: str,
    description: str,
    queries: Mapping[str, str],
    *,
    unit: str,
    columns: Sequence[str],
    overrides: Sequence[Json] = (),
    sort_by: str,
    no_value: str = "no figure",
) -> core.Panel:
    """One row a set of labels; each query gives the column it is named for.

    Parameters
    ----------
    queries
        Column -> expression; an expression named ``""`` adds rows or labels and no column.
    columns
        The order: labels and the names of `queries`. Labels that are not listed are hidden by not being asked for.
    sort_by
        Column, the largest first.
    """
    targets = [
        core.Target(expr=expr, format="table", instant=True, refId=letter)
        for letter, expr in zip(ascii_uppercase, queries.values(), strict=False)
    ]
    value_of = {
        name: "Value" if len(queries) == 1 else f"Value #{target.refId}"
        for name, target in zip(queries, targets, strict=True)
    }
    organize = {
        "excludeByName": {"Time": True, **{value: True for name, value in value_of.items() if not name}},
        "indexByName": {value_of.get(column, column): index for index, column in enumerate(columns)},
        "renameByName": {value: name for name, value in value_of.items() if name},
    }
    return core.Table(
        title=title,
        description=description,
        targets=targets,
        unit=unit,
        thresholds=steps(),
        overrides=list(overrides),
        filterable=True,
        sortBy=[core.TableSortByField(displayName=sort_by, desc=True)],
        transformations=[{"id": "merge", "options": {}}, {"id": "organize", "options": organize}],
        extraJson={"fieldConfig": {"defaults": {"noValue": no_value, "custom": {"minWidth": MIN_WIDTH}}}},
    )


def timeline(title: str, description: str, query: Query, *, mappings: Sequence[Json]) -> core.Panel:
    """Which state stood when, one row a series, with its word where it fits; a gap in what was said is grey.

    The colour mode is no matter of taste: by thresholds Grafana would merge values by threshold and forget `mappings`.
    """
    return core.StateTimeline(
        title=title,
        description=description,
        targets=_targets([query], instant=False),
        mappings=list(mappings),
        thresholds=steps(),
        fillOpacity=85,
        rowHeight=0.85,
        showValue="auto",
        colorMode="fixed",
        extraJson={"fieldConfig": {"defaults": {"unit": "none", "color": {"mode": "fixed", "fixedColor": GREY}}}},
    )


def override(name: str, *, is_regex: bool = False, **properties: Any) -> Json:
    """Properties of one field, or of those whose name matches; ``__`` in a property's name stands for a dot.

    >>> override("rate", unit="percentunit", custom__lineWidth=3)["properties"][1]
    {'id': 'custom.lineWidth', 'value': 3}
    """
    return {
        "matcher": {"id": "byRegexp" if is_regex else "byName", "options": f"/{name}/" if is_regex else name},
        "properties": [{"id": key.replace("__", "."), "value": value} for key, value in properties.items()],
    }


def dashed(name: str, colour: str | None = None, *, is_regex: bool = False) -> Json:
    """A limit or a bound: thin and dashed, beside what was measured."""
    look: Json = {"custom__lineStyle": {"fill": "dash", "dash": [8, 6]}, "custom__lineWidth": 1}
    if colour:
        look["color"] = {"mode": "fixed", "fixedColor": colour}
    return override(name, is_regex=is_regex, **look)


def verdict_column(mappings: Sequence[Json]) -> Json:
    """The column of a table that says the verdict, wide enough for its longest word."""
    cells = {"type": "color-background", "mode": "basic"}
    return override("verdict", mappings=mappings, custom__cellOptions=cells, custom__width=130)


def since_column() -> Json:
    """The column of a table that says when a rise began."""
    return override("since", unit=MOMENT, noValue="not rising", custom__width=150)


def _targets(queries: Sequence[Query], *, instant: bool) -> list[core.Target]:
    return [
        core.Target(expr=query.expr, legendFormat=query.legend or "__auto", instant=instant, refId=letter)
        for letter, query in zip(ascii_uppercase, queries, strict=False)
    ]
