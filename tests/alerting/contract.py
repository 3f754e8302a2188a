"""What is promised of every alert: severity, how long it waits and stays; and those that wait for their series.

Beside the way of an event: tests compare the rules with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Promise:
    """One alert: `waits` is its `for`, `stays` its `keep_firing_for`; empty: at once, or no longer than its cause."""

    severity: str
    waits: str = ""
    stays: str = ""


PROMISES: Final[Mapping[str, Promise]] = {
    "FairdriftSubgroupDegraded": Promise("critical", stays="15m"),
    "FairdriftSubgroupSuspect": Promise("warning", "1h", "1h"),
    "FairdriftSubgroupBlind": Promise("info"),
    "FairdriftVerdictsStale": Promise("critical", "30m", "15m"),
    "FairdriftOutcomesStale": Promise("warning", "10m"),
    "FairdriftInferencesStale": Promise("warning", "10m"),
    "FairdriftNothingArrives": Promise("warning", "1h"),
    "FairdriftUnknownHigh": Promise("warning", "1h"),
    "FairdriftExplanationsMissing": Promise("warning", "1h", "1h"),
    "FairdriftConsumerStalled": Promise("critical", "5m"),
    "FairdriftConsumerLagGrowing": Promise("warning", "30m"),
    "FairdriftEventsRejected": Promise("warning", "15m"),
    "FairdriftIntakeStopped": Promise("critical", "1m"),
    "FairdriftCoverageIncomplete": Promise("warning", "1h"),
    "FairdriftStateNotCommitted": Promise("critical", "5m"),
    "FairdriftStageStalled": Promise("critical", "5m"),
    "FairdriftRollbackPerformed": Promise("info"),
    "FairdriftRollbackFailed": Promise("critical"),
    "FairdriftRollbackHeld": Promise("warning", "15m"),
    "FairdriftControllerNotReady": Promise("warning", "15m"),
    "FairdriftControllerDown": Promise("warning", "5m"),
    "FairdriftAuditUnwritable": Promise("critical", "5m"),
    "FairdriftGateOutOfSync": Promise("warning", "15m"),
    "FairdriftSeriesLimitHit": Promise("warning", "15m"),
    "FairdriftDown": Promise("critical", "5m"),
    "FairdriftTelemetryMissing": Promise("critical", "5m"),
    "FairdriftWatchdog": Promise("none"),
}

WAITING: Final[Mapping[str, str]] = {
    "FairdriftLabelsMissing": "fairdrift_label_maturity_ratio",
    "FairdriftSelfDisagreement": "fairdrift_recount_mismatched_cells",
    "FairdriftGateBypassed": "fairdrift_gate_bypasses_total",
}
"""Alert -> the series it waits for. Once the catalogue has the series, the alert is written and moves up."""
