"""What the loop shows of itself to Prometheus and to probes.

Beside the way of an event, after each cycle. Reads the book and what the last cycle met; touches nothing.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from monitor.acting.entries import Entry, Kind
from monitor.acting.known_good import Standing
from monitor.acting.policy import State
from monitor.controller.book import Book
from monitor.controller.loop import Controller
from monitor.controller.rules import Target
from monitor.exporting.samples_of_control import ActedModel, ControlView

RESULT_OF: Final = {
    State.VERIFYING: "done",
    State.FAILED: "failed",
    State.CONTESTED: "contested",
    State.INEFFECTIVE: "ineffective",
}
"""State that was entered -> result that it counts as; a roll-out that came back by itself is not another one."""


def shown(controller: Controller, config_hash: str, cycled_ms: int | None, now_ms: int) -> ControlView:
    """The view of this moment. `cycled_ms`: when a cycle came through last."""
    book, rules = controller.recorder.book, controller.rules
    kinds = Counter(entry.kind for entry in book.entries)
    keeps_gate = rules.keeps_registry and rules.writes
    standings = Counter(str(book.ledger.standing(one, now_ms)) for one in book.ledger.records)
    standings.pop(str(Standing.UNPROVEN), None)
    return ControlView(
        version=rules.version,
        config_hash=config_hash,
        is_ready=not controller.troubles(),
        cycled_ms=cycled_ms,
        models=tuple(_model(target, book, now_ms) for target in rules.targets),
        gate=standings if keeps_gate else None,
        is_gate_in_sync=controller.is_registry_in_sync,
        entries={str(kind): kinds.get(kind, 0) for kind in Kind},
        is_writable=controller.is_log_writable,
        checkpoint_ms=controller.checkpoint_ms,
    )


def _model(target: Target, book: Book, now_ms: int) -> ActedModel:
    own = [entry for entry in book.entries if entry.model == target.model]
    refusals = Counter(str(entry.details["refusal"]["guard"]) for entry in own if entry.details.get("refusal"))
    return ActedModel(
        model=target.model,
        mode=target.mode,
        is_paused=bool(book.asked.pauses_of(target.model, now_ms)),
        held_by=frozenset(_holding(book, own)),
        rollbacks=Counter(filter(None, map(_result, own))),
        refusals=refusals,
        heartbeat_ms=target.heartbeat_ms,
    )


def _result(entry: Entry) -> str | None:
    if entry.state is State.SUPPRESSED and entry.details.get("refusal", {}).get("guard") == "G13":
        return "shadow"
    if entry.state is State.VERIFYING and entry.kind is Kind.PATCHED and entry.signal == "returned":
        return None
    return None if entry.state is None else RESULT_OF.get(entry.state)


def _holding(book: Book, own: Sequence[Entry]) -> set[str]:
    """Guards that hold a plan of this model now: the last refusal of each incident that is held."""
    held = {}
    for entry in own:
        incident = book.incidents.get(entry.incident)
        if incident is not None and incident.state is State.SUPPRESSED and entry.details.get("refusal"):
            held[entry.incident] = str(entry.details["refusal"]["guard"])
    return set(held.values())
