"""What a board would show: the answer of a real Prometheus to every query of every panel, and to its marks.

Beside the way of an event: `draw` hands them to Grafana's components. Starts one Prometheus; touches nothing else.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from dashboards.pictures.history import EVERY_MS, WHERE
from dashboards.write import BOARDS
from monitor.simulating.scenario import DAY_MS
from tests.parts.processes import HOST, free_ports, start
from tests.parts.prometheus import Prometheus, binaries
from tests.showing_dashboards.queries import filled

SPAN_MS: Final = 30 * DAY_MS
ALL: Final = ".*"
_MODEL: Final = {"namespace": WHERE["readmission"], "model": "readmission"}
_RATE: Final = {"metric": "false_negative_rate", "window": "28d"}
CHOSEN: Final[Mapping[str, Mapping[str, str]]] = {
    "fairdrift-fleet": {"namespace": ALL},
    "fairdrift-model": {**_MODEL, "revision": ALL, "attribute": "race", **_RATE},
    "fairdrift-subgroup": {**_MODEL, "revision": "r2", "attribute": "race", "subgroup": "asian", **_RATE},
    "fairdrift-health": {"namespace": WHERE["sepsis"]},
}
"""What is chosen at the head of each board."""

INTERVALS: Final = {"__rate_interval": f"{4 * EVERY_MS // 1_000}s", "__range": f"{SPAN_MS // 1_000}s"}


def stories(folder: Path, last_ms: int) -> list[dict[str, Any]]:
    """One story a board, of the `SPAN_MS` that end at `last_ms`, from the blocks in the folder ``data`` of `folder`."""
    (port,) = free_ports(1)
    address = f"{HOST}:{port}"
    (folder / "prometheus.yml").write_text("{}", encoding="utf-8")
    options = ["--config.file=prometheus.yml", "--storage.tsdb.path=data", f"--web.listen-address={address}"]
    # Samples are four hours apart; what lies longer back than five is gone.
    options += ["--storage.tsdb.retention.time=100y", "--query.lookback-delta=5h"]
    process = start("prometheus", [binaries() / "prometheus", *options], folder)
    server = Prometheus(f"http://{address}", process)
    try:
        process.wait_ready(lambda: _answers(server))
        return [_story(server, board.to_json(), last_ms) for board in BOARDS]
    finally:
        process.stop()


def _answers(server: Prometheus) -> bool:
    try:
        return bool(server.query("vector(1)"))
    except OSError:
        return False


def _story(server: Prometheus, board: dict[str, Any], last_ms: int) -> dict[str, Any]:
    chosen = CHOSEN[board["uid"]]
    values = {**chosen, **INTERVALS}
    answers = {
        panel["id"]: [
            _answer(server, target, filled(target["expr"], values, panel["title"]), last_ms)
            for target in panel.get("targets", ())
        ]
        for panel in board["panels"]
    }
    marks = [
        {"colour": one["iconColor"], **_over_time(server, filled(one["target"]["expr"], values, one["name"]), last_ms)}
        for one in board["annotations"]["list"]
        if "target" in one
    ]
    return {
        "name": board["uid"].removeprefix("fairdrift-"),
        "board": board,
        "chosen": {name: "All" if value == ALL else value for name, value in chosen.items()},
        "span": f"Last {SPAN_MS // DAY_MS} days",
        "from": last_ms - SPAN_MS,
        "to": last_ms,
        "step": EVERY_MS,
        "answers": answers,
        "marks": marks,
    }


def _answer(server: Prometheus, target: dict[str, Any], expression: str, last_ms: int) -> dict[str, Any]:
    about = {"refId": target["refId"], "legendFormat": target["legendFormat"]}
    if not target["instant"]:
        return about | _over_time(server, expression, last_ms)
    found = server.get("query", query=expression, time=str(last_ms / 1_000))
    assert isinstance(found, dict)
    return about | {"result": found["result"]}


def _over_time(server: Prometheus, expression: str, last_ms: int) -> dict[str, Any]:
    times = {"start": (last_ms - SPAN_MS) / 1_000, "end": last_ms / 1_000, "step": EVERY_MS / 1_000}
    found = server.get("query_range", query=expression, **{name: str(value) for name, value in times.items()})
    assert isinstance(found, dict)
    return {"result": found["result"]}
