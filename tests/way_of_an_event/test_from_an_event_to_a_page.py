"""The whole way to the person on call: a real broker, `fairdrift run`, Prometheus, Alertmanager, and a webhook."""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from tests.parts.alertmanager import Start as StartAlertmanager
from tests.parts.alertmanager import Webhook
from tests.parts.kafka.broker import KafkaBroker
from tests.parts.processes import free_ports, start
from tests.parts.prometheus import Start
from tests.showing_dashboards.queries import boards, panel_queries
from tests.way_of_an_event.story import DAY_MS, SETTINGS, Case, cases
from tests.way_of_an_event.test_from_a_kafka_record_to_a_prometheus_series import is_ready

ALERTS = Path(__file__).parents[2] / "alerts"
TOPICS = {"inference": "page.inference", "outcome": "page.outcome"}
WOMEN = {"model": "readmission", "revision": "r2", "attribute": "sex", "subgroup": "female"}
SHORT = {"1m": "1s", "5m": "1s", "10m": "1s", "15m": "1s", "30m": "2s", "1h": "5s"}
LIMITS = "limits: {inference_age: 2d, outcome_age: 6d}\n    metrics:"


def rules(folder: Path) -> Path:
    """The shipped rules as one file. Only waiting is shortened: what waits longest still does."""
    groups = []
    for path in sorted((ALERTS / "rules").glob("*.yaml")):
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]:
            for rule in group["rules"]:
                rule.update({name: SHORT[rule[name]] for name in ("for", "keep_firing_for") if name in rule})
            groups.append(group)
    target = folder / "rules.yaml"
    target.write_text(yaml.safe_dump({"groups": groups}), encoding="utf-8")
    return target


def routes(webhook: Webhook) -> dict[str, Any]:
    """The shipped routes and inhibitions; every receiver is the webhook, under its own name, told at once."""
    shipped: dict[str, Any] = yaml.safe_load((ALERTS / "alertmanager.yml").read_text(encoding="utf-8"))
    names = [receiver["name"] for receiver in shipped["receivers"]]
    shipped["receivers"] = [{"name": name, "webhook_configs": [{"url": f"{webhook.url}/{name}"}]} for name in names]
    for route in (shipped["route"], *shipped["route"]["routes"]):
        route.update(group_wait="0s", group_interval="1s")
    return shipped


def released(story: list[Case], from_ms: int) -> list[Case]:
    """From a moment on revision r2 serves, and misses two in three women who have the outcome."""
    rng = np.random.default_rng(3)

    def after(case: Case) -> Case:
        harms = case.sex == "F" and case.label
        return replace(case, revision="r2", prediction=int(rng.random() > 2 / 3) if harms else case.prediction)

    return [after(case) if case.time_ms >= from_ms else case for case in story]


def send(kafka: KafkaBroker, role: str, bodies: list[tuple[int, str, dict[str, object]]]) -> None:
    bodies.sort(key=lambda body: body[0])
    kafka.produce(TOPICS[role], [(key.encode(), json.dumps(body).encode(), at) for at, key, body in bodies])


def outcomes(story: list[Case], from_ms: int, to_ms: int) -> list[tuple[int, str, dict[str, object]]]:
    return [(c.learnt_ms, c.prediction_id, c.outcome()) for c in story if from_ms <= c.learnt_ms < to_ms]


def last_ten_o_clock_ms() -> int:
    """The newest 10:00 UTC that is an hour old.

    Windows end at midnight, and the story at the moment given: at another hour other patients still wait for their
    outcome. At some hours they are 9 or 10 flagged women, whom the gate rightly withholds, and with them two panels.
    """
    latest = time.time_ns() // 1_000_000 - 3_600_000
    return latest - (latest - 10 * 3_600_000) % DAY_MS


@pytest.fixture
def stopwatch() -> Callable[[], float]:
    began = time.monotonic()
    return lambda: time.monotonic() - began


def test_a_subgroup_that_goes_bad_reaches_the_person_on_call(
    kafka: KafkaBroker,
    prometheus: Start,
    alertmanager: StartAlertmanager,
    webhook: Webhook,
    stopwatch: Callable[[], float],
    tmp_path: Path,
) -> None:
    now_ms = last_ten_o_clock_ms()
    # Outcomes stop a week ago: the model can be judged, and its data are stale.
    stopped_ms = now_ms - 7 * DAY_MS
    story = released(cases(now_ms, days=75, per_day=80), from_ms=now_ms - 30 * DAY_MS)
    story[0] = replace(story[0], sex="?")
    for topic in TOPICS.values():
        kafka.create_topic(topic, 2)
    send(kafka, "inference", [(case.time_ms, case.prediction_id, case.inference()) for case in story])
    send(kafka, "outcome", outcomes(story, 0, stopped_ms))
    (port, api) = free_ports(2)
    settings = tmp_path / "fairdrift.yaml"
    text = SETTINGS.format(bootstrap=kafka.bootstrap, state=tmp_path / "state", port=port, **TOPICS)
    text = text.replace("{topic: page.outcome}", "{topic: page.outcome, publish_delay: 8d}")
    text = text.replace("metrics:", LIMITS, 1).replace('api: "127.0.0.1:0"', f'api: "127.0.0.1:{api}"')
    settings.write_text(text, encoding="utf-8")
    fairdrift = [sys.executable, "-m", "monitor.cli.main"]
    monitor = start("fairdrift", [*fairdrift, "run", "--settings", settings], tmp_path)
    monitor.wait_ready(lambda: is_ready(port))
    manager = alertmanager(routes(webhook))
    server = prometheus(
        {"fairdrift": [f"127.0.0.1:{port}"]},
        labels={"namespace": "clinical"},
        rules=rules(tmp_path),
        alertmanager=manager.address,
    )

    # It arrives, and says who is harmed, how sure that is, since when, how many, and what was done.
    degraded = {"alertname": "FairdriftSubgroupDegraded", **WOMEN, "metric": "false_negative_rate"}
    page = webhook.wait_for("page", "firing", 60, **degraded)
    assert page["labels"].items() >= {"severity": "critical", "namespace": "clinical", "job": "fairdrift"}.items()
    said = page["annotations"]["description"]
    for words in (
        "Who: subgroup female of sex, judged by model readmission, revision r2",
        "nats of evidence against its reference, a page alarm needs ",
        "people with the outcome whom the model missed",
        "(95 % limits ",
        "Since: ",
        "the revision",
        "fairdrift acknowledge readmission/sex/female/false_negative_rate",
    ):
        assert words in said, said
    assert page["annotations"]["runbook_url"].endswith("FairdriftSubgroupDegraded.md")
    webhook.wait_for("rollback", "firing", **degraded)  # the controller is told, too
    assert not webhook.alerts("page", "firing", alertname="FairdriftSubgroupDegraded", subgroup="male")

    # What is only suspected is not told while the data are stale, and is once they are not.
    suspected = {"alertname": "FairdriftSubgroupSuspect", **WOMEN, "metric": "error_rate"}
    webhook.wait_for("ticket", "firing", alertname="FairdriftOutcomesStale", model="readmission")
    (held,) = manager.wait_for(lambda found: bool(found) and bool(found[0]["status"]["inhibitedBy"]), **suspected)
    assert held["status"]["state"] == "suppressed"
    assert not webhook.alerts("ticket", "firing", **suspected)
    kafka.produce(TOPICS["inference"], [(b"poison", b"{", now_ms)])
    send(kafka, "outcome", outcomes(story, stopped_ms, now_ms))
    webhook.wait_for("ticket", "resolved", alertname="FairdriftOutcomesStale", model="readmission")
    webhook.wait_for("ticket", "firing", **suspected)

    # A silence holds it.
    silence = manager.silence("the release is being looked at", **degraded)
    manager.wait_for(lambda found: bool(found) and found[0]["status"]["silencedBy"] == [silence], **degraded)
    manager.expire(silence)
    manager.wait_for(lambda found: bool(found) and found[0]["status"]["state"] == "active", **degraded)

    # The boards show it.
    chosen = {**WOMEN, "metric": "false_negative_rate", "window": "28d", "namespace": "clinical"}
    silent = {
        (board["uid"], title)
        for board in boards()
        for title, expression in panel_queries(board, chosen)
        if not server.query(expression)
    }
    assert silent == set()

    # It is explained in sentences, with every number.
    stream = "readmission/sex/female/false_negative_rate"
    told = start("explain", [*fairdrift, "explain", stream, "--settings", settings], tmp_path)
    assert told.child.wait(20) == 0, told.tail()
    for words in (
        "DEGRADED since",
        "nats of",
        "Blame: revision by timing",
        "fairdrift acknowledge",
        "alarms would come",
    ):
        assert words in " ".join(told.tail().split())

    # A person acknowledges it, and it resolves.
    done = start(
        "acknowledge", [*fairdrift, "acknowledge", stream, "--reason", "rolled back", "--settings", settings], tmp_path
    )
    assert done.child.wait(20) == 0, done.tail()
    webhook.wait_for("page", "resolved", **degraded)
    assert not server.query("fairdrift_verdict{subgroup='female',metric='false_negative_rate',state='DEGRADED'} == 1")
    assert stopwatch() < 90
    monitor.stop(10)
