"""Every series of the rollback process, as data; what it shares with the monitor is the monitor's catalogue's.

Beside the way of an event: `samples_of_control` gives exactly these on the telemetry port of that process. Pure.
"""

from typing import Final

from monitor.exporting.catalogue import (
    BUILD_INFO,
    CATALOGUE,
    CONFIG_INFO,
    HEARTBEAT,
    LIMIT_SECONDS,
    MODE,
    PREFIX,
    Series,
)


def _counter(name: str, labels: str, text: str) -> Series:
    return Series(f"{PREFIX}{name}_total", "counter", tuple(labels.split()), text)


def _gauge(name: str, labels: str, text: str, absent: str = "") -> Series:
    return Series(PREFIX + name, "gauge", tuple(labels.split()), text, absent)


READY = _gauge("controller_ready", "", "1 if lease, cluster, audit log and feed are there; 0: it cannot act.")
PAUSED = _gauge("paused", "model", "1 while a person paused acting, else 0.")
INCIDENT_HELD = _gauge("incident_held", "model guard", "1 while a bad revision serves and this guard forbids to act.")
ROLLBACKS = _counter("rollbacks", "model result", "Rollbacks: done (patched), shadow, failed, contested, ineffective.")
GUARD_REFUSALS = _counter("guard_refusals", "model guard", "Refusals of plans, by guard.")
_NO_GATE: Final = "the gate is off"
GATE_ENTRIES = _gauge("gate_entries", "decision", "Model identities in the registry, by decision.", _NO_GATE)
GATE_IN_SYNC = _gauge("gate_in_sync", "", "1 if the registry says what the ledger says, else 0.", _NO_GATE)
AUDIT_ENTRIES = _counter("audit_entries", "type", "Entries in the audit log.")
AUDIT_WRITABLE = _gauge("audit_writable", "", "1 if the audit log takes entries; 0: nothing is done.")
AUDIT_CHECKPOINT = _gauge(
    "audit_checkpoint_timestamp_seconds", "", "Wall time of this process's last signed checkpoint.", "none was signed"
)

OWN: Final = tuple(value for value in list(globals().values()) if isinstance(value, Series) and value not in CATALOGUE)
"""Those that the monitor has not."""

CONTROL: Final = (HEARTBEAT, BUILD_INFO, CONFIG_INFO, MODE, LIMIT_SECONDS, *OWN)
"""All that the rollback process exports, in that order."""

EVERY: Final = (*CATALOGUE, *OWN)
"""All series of both processes."""
