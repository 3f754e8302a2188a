"""`fairdrift demo`: seeded stream, embedded broker, the real consumer and judge; the harmed group is found."""

import json
from collections import Counter
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from monitor.simulating.generator import arrivals
from monitor.simulating.library import load_scenario
from tests.commands_to_their_end.streams import fairdrift, mode, rows, told


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "out"


@pytest.fixture(scope="module")
def done(out: Path) -> CompletedProcess[str]:
    return fairdrift("demo", "--out", out, "--output", "json")


@pytest.fixture(scope="module")
def summary(done: CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = told(done, "demo")
    return result


def test_the_harmed_group_is_found_and_nobody_else_is_accused(summary: dict[str, Any], out: Path) -> None:
    (model,) = summary["models"].values()
    assert model["verdicts"]["DEGRADED"] == 1
    lines = [json.loads(line) for line in (out / "timeline.ndjson").read_text().splitlines()]
    alarms = [line for line in lines if line["verdict"] in ("SUSPECT", "DEGRADED")]
    assert {(line["revision"], line["attribute"], line["value"]) for line in alarms} == {("r2", "race", "asian")}
    pages = [line for line in alarms if line["verdict"] == "DEGRADED"]
    assert {line["metric"] for line in pages} == {"false_negative_rate"}
    assert pages[-1]["blame"] == "revision"


def test_every_record_of_the_stream_is_accounted_for(summary: dict[str, Any], out: Path) -> None:
    sent = Counter(arrival.role for arrival in arrivals(load_scenario("demo")))
    for topic in summary["topics"].values():
        (role,) = {name.split("_")[0] for name in topic["events"]}
        assert sum(topic["events"].values()) == sent[role]
        assert sum(topic["rejected"].values()) == topic["events"][f"{role}_rejected"]
    (accepted,) = [
        topic["events"]["inference_accepted"]
        for topic in summary["topics"].values()
        if "inference_accepted" in topic["events"]
    ]
    assert sum(int(row["n"]) for row in rows(out / "counts_1d.csv") if row["attribute"] == "*") == accepted


def test_its_files_are_those_of_a_replay(summary: dict[str, Any], out: Path) -> None:
    assert {path.name for path in out.iterdir()} == set(summary["files"])
    assert {path.name for path in out.iterdir() if mode(path) != 0o600} == {"report.html"}
    page = (out / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "asian" in page
