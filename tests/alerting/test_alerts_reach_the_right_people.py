"""The example for Alertmanager: it is well formed, and every alert that ships goes to whom its severity asks for."""

import subprocess

import pytest

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
