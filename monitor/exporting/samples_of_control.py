"""What the rollback process shows of itself, and the samples that become of it.

Beside the way of an event: `fairdrift rollback` puts the view together after each cycle, and renders it for Prometheus.
Counters are folds of the audit log: exact after a restart. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from monitor.exporting import catalogue as c
from monitor.exporting import control_catalogue as cc
from monitor.exporting.collected import Collected
from monitor.exporting.exposition import encoded

MODES: Final = ("observe", "shadow", "approve", "auto")
RESULTS: Final = ("done", "shadow", "failed", "contested", "ineffective")
DECISIONS: Final = ("proven", "audited", "condemned")
GUARDS: Final = tuple(f"G{number}" for number in range(15))


@dataclass(frozen=True, slots=True)
class ActedModel:
    """One model that is acted for.

    Parameters
    ----------
    held_by
        Guards that hold a plan while a bad revision serves.
    heartbeat_ms
        A cycle that is longer ago than this is an alert's business.
    """

    model: str
    mode: str
    is_paused: bool = False
    held_by: frozenset[str] = frozenset()
    rollbacks: Mapping[str, int] = field(default_factory=dict)
    refusals: Mapping[str, int] = field(default_factory=dict)
    heartbeat_ms: int = 120_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlView:
    """The rollback process at one moment.

    Parameters
    ----------
    cycled_ms
        When a cycle came through last; None before the first.
    gate
        Decision -> entries of the registry; None while the gate is off.
    entries
        Kind -> entries of the audit log; every kind is there.
    checkpoint_ms
        None before a checkpoint was signed.
    """

    version: str
    config_hash: str
    is_ready: bool
    cycled_ms: int | None
    models: tuple[ActedModel, ...]
    gate: Mapping[str, int] | None
    is_gate_in_sync: bool
    entries: Mapping[str, int]
    is_writable: bool
    checkpoint_ms: int | None


def render_control(view: ControlView, accept: str) -> tuple[bytes, str]:
    """Body and content type for a request's ``Accept`` header.

    >>> view = ControlView(version="0.1.0", config_hash="h", is_ready=True, cycled_ms=None, models=(), gate=None,
    ...                    is_gate_in_sync=False, entries={}, is_writable=True, checkpoint_ms=None)
    >>> body, _ = render_control(view, "text/plain")
    >>> [line for line in body.decode().splitlines() if line.startswith("fairdrift_controller_ready")]
    ['fairdrift_controller_ready 1.0']
    """
    out = Collected({series: [] for series in cc.CONTROL})
    out.add(c.BUILD_INFO, (view.version,), 1)
    out.add(c.CONFIG_INFO, (view.config_hash,), 1)
    if view.cycled_ms is not None:
        out.add(c.HEARTBEAT, ("control",), view.cycled_ms / 1_000)
    out.add(cc.READY, (), view.is_ready)
    for model in view.models:
        _add_model(out, model)
    if view.gate is not None:
        for decision in DECISIONS:
            out.add(cc.GATE_ENTRIES, (decision,), view.gate.get(decision, 0))
        out.add(cc.GATE_IN_SYNC, (), view.is_gate_in_sync)
    for kind, count in view.entries.items():
        out.add(cc.AUDIT_ENTRIES, (kind,), count)
    out.add(cc.AUDIT_WRITABLE, (), view.is_writable)
    if view.checkpoint_ms is not None:
        out.add(cc.AUDIT_CHECKPOINT, (), view.checkpoint_ms / 1_000)
    return encoded(out, accept)


def _add_model(out: Collected, model: ActedModel) -> None:
    for mode in MODES:
        out.add(c.MODE, (model.model, mode), mode == model.mode)
    out.add(c.LIMIT_SECONDS, (model.model, "heartbeat"), model.heartbeat_ms / 1_000)
    out.add(cc.PAUSED, (model.model,), model.is_paused)
    for guard in GUARDS:
        out.add(cc.INCIDENT_HELD, (model.model, guard), guard in model.held_by)
        out.add(cc.GUARD_REFUSALS, (model.model, guard), model.refusals.get(guard, 0))
    for result in RESULTS:
        out.add(cc.ROLLBACKS, (model.model, result), model.rollbacks.get(result, 0))
