"""The one wrapper of grafanalib: what a board gives out is what Grafana's published schema asks for.

Beside the way of an event: boards are made of this and of `_panels`. Pure.

grafanalib 0.7.1 is unmaintained. Mended here: schema version 12; null data sources and defaults of variables; keys of
panels and boards that no longer exist; legends that stay hidden because `showLegend` is missing; tooltips without an
order; cells whose look stands where Grafana 8 had it; data points and steps that would be wrong on another screen;
`__inputs`; boards that anybody may edit. `_panels` gives what else is missing: `refId`, thresholds that are no empty
string.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import attr
from grafanalib import core
from grafanalib._gen import DashboardEncoder

from dashboards._panels import Json

SCHEMA_VERSION: Final = 39
PLUGIN_VERSION: Final = "10.4.0"
"""The first Grafana of that schema: no panel is taken for an older one and migrated."""

TAG: Final = "fairdrift"
SOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}
WIDTH: Final = 24

_PANEL_KEYS: Final = ("id", "type", "title", "description", "gridPos", "options")
_VARIABLE_KEYS: Final = (
    *("name", "type", "query", "includeAll", "multi", "allValue", "regex", "hide", "refresh", "sort"),
)
_BOARD_KEYS: Final = (
    *("uid", "id", "title", "description", "tags", "schemaVersion", "version", "editable", "graphTooltip", "refresh"),
    *("time", "timezone", "links", "annotations", "templating", "panels"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """Panels side by side, each with its width in columns of 24; `height` in units of 30 pixels."""

    height: int
    panels: Sequence[tuple[int, core.Panel]]


def variable(
    name: str, query: str, *, default: str = "", has_all: bool = False, newest_first: bool = False
) -> core.Template:
    """A choice at the head of the board. `default` need not exist: Grafana then takes the first that does."""
    return core.Template(
        name=name,
        query=query,
        dataSource=SOURCE,
        default="$__all" if has_all else default,
        includeAll=has_all,
        multi=has_all,
        allValue=".*" if has_all else None,
        sort=core.SORT_NUMERIC_DESC if newest_first else core.SORT_ALPHA_ASC,
        refresh=core.REFRESH_ON_TIME_RANGE_CHANGE,
    )


def annotation(name: str, expr: str, title: str, colour: str) -> Json:
    """Marks on all time series of a board, drawn where `expr` has a sample."""
    return {
        "name": name,
        "datasource": SOURCE,
        "enable": True,
        "hide": False,
        "iconColor": colour,
        "target": {"refId": "Anno", "expr": expr, "interval": "60s"},
        "titleFormat": title,
        "textFormat": name,
    }


@dataclass(frozen=True, slots=True)
class Board:
    """One board; `span` is the time it shows at first."""

    uid: str
    title: str
    question: str
    span: str
    rows: Sequence[Row]
    variables: Sequence[core.Template]
    annotations: Sequence[Json] = ()

    def to_bytes(self) -> bytes:
        """The file that Grafana imports or its sidecar picks up."""
        return (json.dumps(self.to_json(), indent=2, ensure_ascii=False) + "\n").encode()

    def to_json(self) -> Json:
        """The same as a tree."""
        source = core.Template(name="datasource", query="prometheus", type="datasource")
        other_boards = core.DashboardLink(
            title="fairdrift", type="dashboards", tags=[TAG], includeVars=True, keepTime=True, asDropdown=False
        )
        dashboard = core.Dashboard(
            uid=self.uid,
            title=self.title,
            description=self.question,
            tags=[TAG],
            schemaVersion=SCHEMA_VERSION,
            version=1,
            editable=False,
            graphTooltip=core.GRAPH_TOOLTIP_MODE_SHARED_CROSSHAIR,
            refresh="1m",
            timezone="browser",
            time=core.Time(f"now-{self.span}", "now"),
            links=[other_boards],
            annotations=core.Annotations([_BUILT_IN, *self.annotations]),
            templating=core.Templating([source, *self.variables]),
            panels=list(_placed(self.rows)),
        )
        board: Json = json.loads(json.dumps(dashboard, cls=DashboardEncoder))
        return _mended(board)


_BUILT_IN: Final = {
    "name": "Annotations & Alerts",
    "builtIn": 1,
    "datasource": {"type": "grafana", "uid": "-- Grafana --"},
    "enable": True,
    "hide": True,
    "iconColor": "rgba(0, 211, 255, 1)",
    "type": "dashboard",
}


def _placed(rows: Sequence[Row]) -> list[core.Panel]:
    panels: list[core.Panel] = []
    y = 0
    for row in rows:
        x = 0
        for width, panel in row.panels:
            place = core.GridPos(h=row.height, w=width, x=x, y=y)
            panels.append(attr.evolve(panel, id=len(panels) + 1, gridPos=place))
            x += width
        if x > WIDTH:
            raise ValueError(f"a row is {x} columns wide and Grafana has {WIDTH}: make its panels narrower")
        y += row.height
    return panels


def _mended(board: Json) -> Json:
    panels = [_mended_panel(panel) for panel in board["panels"]]
    variables = [_mended_variable(one) for one in board["templating"]["list"]]
    board |= {"panels": panels, "templating": {"list": variables}}
    return {key: board[key] for key in _BOARD_KEYS}


def _mended_panel(panel: Json) -> Json:
    kept = {key: panel[key] for key in _PANEL_KEYS}
    if panel["type"] == "text":
        return kept
    defaults, options = panel["fieldConfig"]["defaults"], panel["options"]
    if "legend" in options:
        options["legend"] |= {"showLegend": options["legend"]["displayMode"] != "hidden", "calcs": []}
        options["tooltip"] = {"sort": "none"} | options["tooltip"]
    if panel["type"] == "table":
        del defaults["custom"]["displayMode"]
        defaults["custom"]["cellOptions"] = {"type": "auto"}
        options["cellHeight"] = "sm"
    return kept | {
        "datasource": SOURCE,
        "targets": [_mended_target(target) for target in panel["targets"]],
        "fieldConfig": {"defaults": _without_nulls(defaults), "overrides": panel["fieldConfig"]["overrides"]},
        "transformations": panel["transformations"],
        "pluginVersion": PLUGIN_VERSION,
    }


def _mended_target(target: Json) -> Json:
    kept = {key: target[key] for key in ("refId", "expr", "legendFormat", "format", "instant")}
    return kept | {"range": not target["instant"], "editorMode": "code", "datasource": SOURCE}


def _mended_variable(given: Json) -> Json:
    kept = {key: given[key] for key in _VARIABLE_KEYS if given[key] is not None}
    default = given["current"]["value"]
    shown = {"$__all": "All", None: "default"}.get(default, default)
    if shown:
        kept["current"] = {"selected": True, "text": shown, "value": default or "default"}
    return kept if given["type"] == "datasource" else kept | {"datasource": SOURCE}


def _without_nulls(defaults: Json) -> Json:
    """Field defaults without what was not set. The lowest threshold stays: its value is null by the schema."""
    kept = {key: value for key, value in defaults.items() if value is not None}
    return kept | {"custom": {key: value for key, value in kept.get("custom", {}).items() if value is not None}}
