"""Every alert in its cases, run by promtool: fires, quiet when healthy, quiet without its cause, waits, resolves."""

import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.alerting.rule_files import ALERTS, RULE_FILES, alerts, parsed

CASE_FILES = tuple(sorted((ALERTS / "tests").glob("*.yaml")))
CASES: list[dict[str, Any]] = [case for path in CASE_FILES for case in parsed(path)["tests"]]
EXTRA = "stays"
KINDS = ("fires", "is quiet when healthy", "is quiet without", "waits", "resolves")


@pytest.fixture(params=["2.42", "3.x"])
def any_promtool(request: pytest.FixtureRequest) -> Path:
    """The oldest promtool that must do, and a new one."""
    program: Path = request.getfixturevalue("promtool" if request.param == "2.42" else "newer_promtool")
    return program


def run(program: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program, *arguments], check=False, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("path", CASE_FILES, ids=lambda path: path.stem)
def test_every_case_comes_out_as_written(any_promtool: Path, path: Path) -> None:
    done = run(any_promtool, "test", "rules", path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", RULE_FILES, ids=lambda path: path.stem)
def test_the_rules_are_taken(any_promtool: Path, path: Path) -> None:
    done = run(any_promtool, "check", "rules", path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_case_that_is_wrong_is_noticed(promtool: Path, tmp_path: Path) -> None:
    text = (ALERTS / "tests" / "process.yaml").read_text(encoding="utf-8")
    wrong = text.replace("../rules", str(ALERTS / "rules")).replace("9999x99", "10000x99")
    (tmp_path / "wrong.yaml").write_text(wrong, encoding="utf-8")
    done = run(promtool, "test", "rules", tmp_path / "wrong.yaml")
    assert done.returncode == 1
    assert "FairdriftSeriesLimitHit" in done.stdout + done.stderr


def kind_of(case: dict[str, Any]) -> tuple[str, str]:
    """(Alert, kind) of a case, from its name; ValueError for a name without them."""
    found = re.match(rf"(Fairdrift\w+) ({'|'.join((*KINDS, EXTRA))})\b", case["name"])
    if found is None:
        raise ValueError(f"begin with an alert and one of {KINDS}: {case['name']}")
    return found[1], found[2]


def test_every_alert_has_a_case_of_every_kind() -> None:
    counted = Counter(kind_of(case) for case in CASES if case["name"].startswith("Fairdrift"))
    always = ("FairdriftWatchdog", "fires")  # it does nothing else
    wanted = {(alert, kind) for alert in alerts() if alert != always[0] for kind in KINDS} | {always}
    missing = wanted - counted.keys()
    assert not missing
    assert {alert for alert, _ in counted} == set(alerts())
    assert len({case["name"] for case in CASES}) == len(CASES)


def tells(case: dict[str, Any]) -> list[dict[str, Any]]:
    """The alerts that a case expects with all their text."""
    return [told for asked in case.get("alert_rule_test", []) for told in asked["exp_alerts"]]


def test_a_case_speaks_of_the_alert_it_is_named_after() -> None:
    for case in CASES:
        if case["name"].startswith("Fairdrift"):
            alert, kind = kind_of(case)
            asked = [one["alertname"] for one in case.get("alert_rule_test", [])]
            asked += re.findall(r'alertname="(\w+)"', " ".join(one["expr"] for one in case.get("promql_expr_test", [])))
            assert alert in asked, case["name"]
            empty = [one["exp_samples"] == [] for one in case.get("promql_expr_test", [])]
            if kind.startswith("is quiet"):
                assert empty[0], case["name"]
            if kind == "resolves":
                assert empty == [False, True], f"{case['name']}: it fires, and then it is gone"
            if kind == "waits":
                assert not empty[-1], f"{case['name']}: at the edge it fires"


def test_every_alert_is_shown_once_with_its_whole_text() -> None:
    shown = {kind_of(case)[0]: tells(case) for case in CASES if tells(case)}
    assert set(shown) == set(alerts())
    for alert, told in shown.items():
        for one in told:
            assert set(one["exp_annotations"]) == {"summary", "description", "runbook_url", "dashboard_url"}, alert
            text = one["exp_annotations"]["description"]
            assert not re.search(r"<no value>|%!|\{\{|NaN|\+Inf", text), alert
            assert one["exp_labels"]["severity"] == alerts()[alert]["labels"]["severity"]


NEWER = {
    "a function of 2.49": {"expr": "mad_over_time(up[5m])"},
    "a function of 2.50": {"expr": "histogram_stddev(up)"},
    "an aggregation of 2.54": {"expr": "limitk(1, up)"},
    "a function of 3.0": {"expr": "info(up)"},
    "a smoothing of 3.0": {"expr": "double_exponential_smoothing(up[5m], 0.5, 0.5)"},
    "a name of 3.0": {"expr": '{"model.rate"}'},
    "a modifier of 3.6": {"expr": "rate(up[5m] smoothed)"},
}


@pytest.mark.parametrize("rule", NEWER.values(), ids=NEWER.keys())
def test_syntax_newer_than_2_42_is_refused(promtool: Path, tmp_path: Path, rule: dict[str, str]) -> None:
    done = check_one(promtool, tmp_path, "", f"{{alert: x, expr: '{rule['expr']}'}}")
    assert done.returncode != 0


@pytest.mark.parametrize("field", ["query_offset: 1m", "labels: {team: x}"])
def test_a_field_of_a_group_newer_than_2_42_is_refused(promtool: Path, tmp_path: Path, field: str) -> None:
    assert check_one(promtool, tmp_path, "", "{alert: x, expr: up}").returncode == 0
    assert check_one(promtool, tmp_path, f", {field}", "{alert: x, expr: up}").returncode != 0


def check_one(program: Path, folder: Path, field: str, rule: str) -> subprocess.CompletedProcess[str]:
    file = folder / "one.yaml"
    file.write_text(f"groups: [{{name: one{field}, rules: [{rule}]}}]", encoding="utf-8")
    return run(program, "check", "rules", file)


def test_the_promtool_that_refuses_is_2_42(promtool: Path) -> None:
    done = run(promtool, "--version")
    assert "version 2.42." in done.stdout + done.stderr
