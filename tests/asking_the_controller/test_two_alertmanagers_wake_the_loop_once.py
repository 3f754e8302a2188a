"""Real Alertmanagers, both of a pair, with the route that ships: the loop is woken once for an alert."""

import json
import time
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.alerting.rule_files import ALERTS, parsed
from tests.asking_the_controller.office import TOKENS, Office
from tests.parts.alertmanager import Alertmanager, Start
from tests.parts.processes import free_ports

EXAMPLE = ALERTS / "alertmanager.yml"


def configuration(office: Office, port: int, **changed: Any) -> dict[str, Any]:
    """The shipped example with its receiver `rollback` alone, pointed at the office."""
    shipped = parsed(EXAMPLE)
    (hook,) = [one for one in shipped["receivers"] if one["name"] == "rollback"]
    (webhook,) = hook["webhook_configs"]
    webhook |= {"url": f"http://127.0.0.1:{port}/v1/hooks/alertmanager", **changed}
    webhook["http_config"]["authorization"]["credentials_file"] = str(office.folder / "hook.token")
    route = {"receiver": "rollback", "group_by": shipped["route"]["group_by"], "group_wait": "0s"}
    return {"route": {**route, "group_interval": "1s", "repeat_interval": "1s"}, "receivers": [hook]}


def fire(server: Alertmanager, **labels: str) -> None:
    """Hand an alert over, as Prometheus does to both of a pair."""
    said = {"alertname": "FairdriftSubgroupDegraded", "namespace": "clinical", "model": "readmission", **labels}
    body = json.dumps([{"labels": said, "startsAt": "2026-11-28T10:00:00Z"}]).encode()
    url = f"http://{server.address}/api/v2/alerts"
    with urlopen(Request(url, body, {"Content-Type": "application/json"}), timeout=10):
        pass


def told(server: Alertmanager) -> int:
    """How many notifications a server has sent to webhooks, and none of them failed (yet: the last is on its way)."""
    return _metric(server, "alertmanager_notifications_total") - _metric(
        server, "alertmanager_notifications_failed_total"
    )


def _metric(server: Alertmanager, name: str) -> int:
    with urlopen(f"http://{server.address}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    (line,) = [line for line in lines if line.startswith(f'{name}{{integration="webhook"}}')]
    return int(float(line.split()[-1]))


def waited(*servers: Alertmanager, times: int = 1, within_s: float = 30) -> None:
    """Return once each has sent so many notifications."""
    end = time.monotonic() + within_s
    while any(told(server) < times for server in servers):
        assert time.monotonic() < end, [server.process.tail() for server in servers]
        time.sleep(0.1)


def test_both_of_a_pair_and_their_repetitions_wake_the_loop_once(office: Office, alertmanager: Start) -> None:
    pair = [alertmanager(configuration(office, office.port)) for _ in range(2)]
    for server in pair:
        fire(server)
    waited(*pair, times=3)
    assert office.settled(["readmission"]) == ["readmission"]
    for server in pair:
        fire(server, model="sepsis", namespace="clinical")
    waited(*pair, times=7)
    assert office.settled(["readmission", "sepsis"]) == ["readmission", "sepsis"]


def test_alerts_that_the_server_leaves_out_make_us_look_at_all(office: Office, alertmanager: Start) -> None:
    server = alertmanager(configuration(office, office.port, max_alerts=1))
    body = json.dumps(
        [
            {"labels": {"alertname": "A", "namespace": "n", "model": "readmission", "subgroup": f"{number}"}}
            for number in range(3)
        ]
    ).encode()
    url = f"http://{server.address}/api/v2/alerts"
    with urlopen(Request(url, body, {"Content-Type": "application/json"}), timeout=10):
        pass
    assert office.settled([None, "readmission"]) == [None, "readmission"]


@pytest.mark.parametrize("token", ["r-token", "a-token", "forged"])
def test_with_another_token_it_is_refused_and_nobody_is_woken(office: Office, alertmanager: Start, token: str) -> None:
    settings = configuration(office, office.port)
    file = office.folder / "other.token"
    file.write_text(token)
    settings["receivers"][0]["webhook_configs"][0]["http_config"]["authorization"]["credentials_file"] = str(file)
    server = alertmanager(settings)
    fire(server)
    end = time.monotonic() + 20
    while not _metric(server, "alertmanager_notifications_failed_total") and time.monotonic() < end:
        time.sleep(0.1)
    assert "401" in server.process.tail()
    assert (office.looks, office.control.store.pending()) == ([], {})


def test_a_notification_that_found_nobody_comes_again(tmp_path: Path, alertmanager: Start) -> None:
    (port,) = free_ports(1)
    office = Office(tmp_path, TOKENS, port)
    server = alertmanager(configuration(office, port))
    fire(server)
    end = time.monotonic() + 20
    while "connection refused" not in server.process.tail() and time.monotonic() < end:
        time.sleep(0.1)
    assert "connection refused" in server.process.tail()
    office.open()
    assert office.settled(["readmission"]) == ["readmission"]
    office.close()
