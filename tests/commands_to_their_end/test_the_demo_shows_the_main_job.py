"""`fairdrift demo`: seeded stream, embedded broker, real consumer and judge; who is harmed is found, r1 is put back."""

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
    pages = [line for line in lines if line["verdict"] == "DEGRADED"]
    accused = {(line["revision"], line["attribute"], line["value"], line["metric"]) for line in pages}
    assert accused == {("r2", "race", "asian", "false_negative_rate")}
    assert pages[-1]["blame"] == "revision"


def test_timing_waits_for_a_person_and_what_is_shown_side_by_side_is_rolled_back(summary: dict[str, Any]) -> None:
    what = [deed["what"] for deed in summary["acted"]]
    order = (
        "readmission now serves r2",
        "page, an incident opens",
        "the plan to go back to r1 waits for a person",
        "held, nothing is done",
        "all guards passed: back to r1",
        "patched: r2 -> r1",
        "roll-out complete",
    )
    assert [one for one in what if one in order] == list(order)
    assert what.index("all guards passed: back to r1") < what.index("r2 is condemned") < what.index("patched: r2 -> r1")
    assert summary["audit"].endswith("verified, nothing is wrong.")
    held = next(deed for deed in summary["acted"] if deed["what"] == order[2])
    assert held["why"] == "guard G13: blame by timing alone cannot tell a release from a coincidence"


def test_the_stream_follows_what_the_cluster_serves(summary: dict[str, Any], out: Path) -> None:
    patched = next(deed["at"] for deed in summary["acted"] if deed["what"] == "patched: r2 -> r1")
    seen = {row["revision"] for row in rows(out / "counts_1d.csv") if row["window_start"] > patched}
    assert seen == {"r1"}


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
    told = page[page.index("What was done") :]
    assert "on a cluster in memory" in told
    assert "patched: r2 -&gt; r1" in told
    assert told.index("waits for a person") < told.index("patched: r2") < told.index("roll-out complete")
