"""Inhibition, asked of a real Alertmanager that runs the shipped example."""

import json
import time
from collections.abc import Mapping
from urllib.request import Request, urlopen

import pytest

from tests.alerting.rule_files import ALERTS, alerts, parsed
from tests.parts.alertmanager import Alertmanager, Start

MONITOR = frozenset({"FairdriftDown", "FairdriftTelemetryMissing"})
DATA = frozenset({"FairdriftVerdictsStale", "FairdriftOutcomesStale"})
DEGRADED = frozenset({"FairdriftSubgroupDegraded"})
LOG = frozenset({"FairdriftAuditUnwritable"})
CONTROL = frozenset({"FairdriftControllerDown"})
SILENCED_BY: Mapping[str, frozenset[str]] = {
    "FairdriftSubgroupSuspect": MONITOR | DATA | DEGRADED,
    "FairdriftSubgroupBlind": MONITOR | DATA,
    "FairdriftVerdictsStale": MONITOR,
    "FairdriftOutcomesStale": MONITOR,
    "FairdriftInferencesStale": MONITOR,
    "FairdriftNothingArrives": MONITOR,
    "FairdriftLabelsMissing": MONITOR | DATA,
    "FairdriftUnknownHigh": MONITOR,
    "FairdriftExplanationsMissing": MONITOR | DATA,
    "FairdriftConsumerStalled": MONITOR,
    "FairdriftConsumerLagGrowing": MONITOR,
    "FairdriftEventsRejected": MONITOR,
    "FairdriftCoverageIncomplete": MONITOR,
    "FairdriftStateNotCommitted": MONITOR,
    "FairdriftStageStalled": MONITOR,
    "FairdriftControllerNotReady": LOG | CONTROL,
    "FairdriftGateOutOfSync": CONTROL,
}
"""Every alert that is not named here is told whatever else fires."""

STREAM = {
    "model": "readmission",
    "revision": "r2",
    "attribute": "race",
    "subgroup": "unknown",
    "metric": "false_negative_rate",
}


def hand(server: Alertmanager, *alerts: Mapping[str, str]) -> None:
    """Hand alerts to it, as Prometheus does."""
    body = json.dumps([{"labels": one} for one in alerts]).encode()
    url = f"http://{server.address}/api/v2/alerts"
    with urlopen(Request(url, body, {"Content-Type": "application/json"}), timeout=10):
        pass


def silenced(server: Alertmanager, place: str) -> set[str]:
    """Names of the inhibited alerts of a namespace."""
    return {one["labels"]["alertname"] for one in server.alerts(namespace=place) if one["status"]["inhibitedBy"]}


def waited(server: Alertmanager, place: str, expected: set[str]) -> set[str]:
    """What is silenced; asked until it is as expected, or five seconds long."""
    end = time.monotonic() + 5
    while (found := silenced(server, place)) != expected and time.monotonic() < end:
        time.sleep(0.05)
    return found


def labels(alert: str, place: str, **changed: str) -> dict[str, str]:
    return {"alertname": alert, "namespace": place, "job": "fairdrift", **STREAM, **changed}


SOURCES = MONITOR | DATA | DEGRADED | LOG | CONTROL
EXAMPLE = parsed(ALERTS / "alertmanager.yml")


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_a_source_silences_exactly_what_follows_from_it(alertmanager: Start, source: str) -> None:
    others = {name for name in alerts() if name not in SOURCES}
    silent = {name for name in others if source in SILENCED_BY.get(name, ())}
    assert silent
    server = alertmanager(EXAMPLE)
    hand(server, *(labels(name, "clinical") for name in (*others, source)))
    assert waited(server, "clinical", silent) == silent


def test_a_log_that_takes_no_entry_explains_the_loop_of_the_rollback_process_and_no_other(alertmanager: Start) -> None:
    server = alertmanager(EXAMPLE)
    hand(server, labels("FairdriftAuditUnwritable", "clinical"))
    hand(server, *(labels("FairdriftStageStalled", "clinical", stage=stage) for stage in ("control", "judge")))
    assert waited(server, "clinical", {"FairdriftStageStalled"}) == {"FairdriftStageStalled"}
    told = {
        one["labels"]["stage"]: one["status"]["inhibitedBy"] for one in server.alerts(alertname="FairdriftStageStalled")
    }
    assert told["control"]
    assert not told["judge"]


def test_when_everything_fires_only_what_nothing_explains_is_told(alertmanager: Start) -> None:
    silent = {name for name in alerts() if SILENCED_BY.get(name)}
    server = alertmanager(EXAMPLE)
    hand(server, *(labels(name, "clinical") for name in alerts()))
    assert waited(server, "clinical", silent) == silent


def test_a_source_silences_nothing_in_another_namespace_of_another_model_or_of_another_subgroup(
    alertmanager: Start,
) -> None:
    server = alertmanager(EXAMPLE)
    hand(server, labels("FairdriftSubgroupSuspect", "east", model="sepsis"))
    hand(server, labels("FairdriftDown", "west"), labels("FairdriftVerdictsStale", "east"))
    hand(server, labels("FairdriftSubgroupDegraded", "north"))
    # `unknown` is a subgroup of every attribute: the attribute tells them apart.
    for changed in ({"attribute": "sex"}, {"subgroup": "asian"}, {"metric": "error_rate"}, {"revision": "r1"}):
        hand(server, labels("FairdriftSubgroupSuspect", "north", **changed))
    # A pair that is silenced shows that the server has looked.
    hand(server, labels("FairdriftSubgroupSuspect", "south"), labels("FairdriftSubgroupDegraded", "south"))
    assert waited(server, "south", {"FairdriftSubgroupSuspect"}) == {"FairdriftSubgroupSuspect"}
    for place in ("east", "west", "north"):
        assert silenced(server, place) == set()
