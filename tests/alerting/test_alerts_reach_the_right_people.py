"""The example for Alertmanager: it is well formed, and every alert that ships goes to whom its severity asks for."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.alerting.rule_files import ALERTS, alerts
from tests.parts.prometheus import binaries

EXAMPLE = ALERTS / "alertmanager.yml"
BY_SEVERITY = {"critical": "page", "warning": "ticket", "info": "chat", "none": "dead_man"}
MORE_RECEIVERS = {"FairdriftSubgroupDegraded": ["rollback"]}
"""Receivers beside that of the severity, told first."""


def amtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [binaries() / "amtool", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


def receivers(**labels: str) -> list[str]:
    """Whom Alertmanager tells of an alert with these labels, in its order."""
    told = amtool("config", "routes", "test", f"--config.file={EXAMPLE}", *(f"{k}={v}" for k, v in labels.items()))
    assert told.returncode == 0, told.stderr
    return told.stdout.strip().split(",")


def test_the_example_is_taken_by_alertmanager() -> None:
    checked = amtool("check-config", str(EXAMPLE))
    assert checked.returncode == 0, checked.stderr
    assert "5 receivers" in checked.stdout


@pytest.mark.parametrize("alert", alerts())
def test_an_alert_goes_to_whom_its_severity_asks_for(alert: str) -> None:
    severity = alerts()[alert]["labels"]["severity"]
    expected = [*MORE_RECEIVERS.get(alert, []), BY_SEVERITY[severity]]
    assert receivers(alertname=alert, severity=severity, namespace="clinical", model="readmission") == expected


def test_an_alert_that_no_route_foresees_is_a_ticket_and_not_lost() -> None:
    assert receivers(alertname="FairdriftSomethingNew", severity="unheard_of") == ["ticket"]
    assert receivers(alertname="FairdriftSomethingNew") == ["ticket"]


def test_amtool_does_tell_routes_apart() -> None:
    verified = amtool(
        "config", "routes", "test", f"--config.file={EXAMPLE}", "--verify.receivers=page", "severity=info"
    )
    assert verified.returncode != 0


def test_the_page_about_alerts_names_each_with_its_severity() -> None:
    page = (ALERTS.parent / "docs" / "alerts.md").read_text(encoding="utf-8")
    told = {
        severity: sorted(alert for alert, rule in alerts().items() if rule["labels"]["severity"] == severity)
        for severity in BY_SEVERITY
    }
    rows = (line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("|"))
    assert {row[0]: sorted(row[2].split(", ")) for row in rows if row[0] in BY_SEVERITY} == told


CONFIGURATION: dict[str, Any] = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
ROUTES = {route["receiver"]: route for route in CONFIGURATION["route"]["routes"]}
RECEIVERS = {receiver["name"]: receiver for receiver in CONFIGURATION["receivers"]}
DATA = {
    "status": "firing",
    "alerts": [
        {"status": "firing", "annotations": {"description": "Who: women", "runbook_url": "a", "dashboard_url": "b"}}
    ],
    "commonLabels": {"model": "readmission"},
    "commonAnnotations": {"summary": "The model harms a subgroup."},
}


def test_a_release_that_harms_many_subgroups_is_one_call() -> None:
    assert CONFIGURATION["route"]["group_by"] == ["alertname", "namespace", "model"]
    assert not any("group_by" in route for route in ROUTES.values())


def test_the_dead_man_is_called_again_and_again() -> None:
    assert ROUTES["dead_man"]["repeat_interval"] == ROUTES["dead_man"]["group_interval"] == "1m"
    assert RECEIVERS["dead_man"]["webhook_configs"][0]["send_resolved"] is False


def test_the_controller_is_told_with_its_token_and_of_what_fires_only() -> None:
    (hook,) = RECEIVERS["rollback"]["webhook_configs"]
    assert hook["url"].endswith("/v1/hooks/alertmanager")
    assert hook["send_resolved"] is False
    authorization = hook["http_config"]["authorization"]
    assert authorization == {"type": "Bearer", "credentials_file": "/etc/alertmanager/fairdrift-hook.token"}


@pytest.mark.parametrize("receiver", ["page", "chat"])
def test_what_people_are_sent_carries_the_text_of_every_alert(receiver: str, tmp_path: Path) -> None:
    (tmp_path / "none.tmpl").write_text('{{ define "none" }}{{ end }}', encoding="utf-8")
    (tmp_path / "data.json").write_text(json.dumps(DATA), encoding="utf-8")
    ((settings,),) = [one for name, one in RECEIVERS[receiver].items() if name != "name"]
    texts = (
        [settings["description"], settings["details"]["text"]]
        if receiver == "page"
        else [settings["title"], settings["text"]]
    )
    files = f"--template.glob={tmp_path / 'none.tmpl'}", f"--template.data={tmp_path / 'data.json'}"
    sent = ""
    for text in texts:
        done = amtool("template", "render", *files, f"--template.text={text}")
        assert done.returncode == 0, done.stderr
        sent += done.stdout
    assert "The model harms a subgroup." in sent
    assert "Who: women" in sent
