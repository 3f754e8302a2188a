"""What stands now, for people and programs: modes, pauses, and every incident with why it stands there.

In the way of an event: beside step 13, read by the API. From the audit log alone, and only what is listed here of it:
templates and evidence stay inside. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from monitor.acting.entries import Entry, Kind
from monitor.acting.incidents import Incident, incidents
from monitor.acting.people import EVERY, Asked
from monitor.acting.policy import State
from monitor.exporting.moments import rfc3339

WAITING: Final = State.AWAITING_APPROVAL
OPEN_FIRST: Final = (WAITING, State.ESCALATED, State.FAILED, State.CONTESTED, State.INEFFECTIVE)
"""States in which a person is waited for come first."""


def incidents_shown(entries: Sequence[Entry], modes: Mapping[str, str], now_ms: int) -> dict[str, Any]:
    """The incidents as one JSON object.

    Parameters
    ----------
    entries
        The audit log, by rising number.
    modes
        Model -> mode; every model that is acted for.

    Examples
    --------
    >>> incidents_shown([], {"readmission": "shadow"}, now_ms=0)["models"]
    {'readmission': {'mode': 'shadow', 'pauses': []}}
    """
    models_of = {entry.uid: entry.model for entry in entries if entry.uid and entry.model}
    pauses = _pauses(entries, models_of, now_ms)
    shown = {
        model: {"mode": mode, "pauses": [said for of, said in pauses if of in (EVERY, model)]}
        for model, mode in modes.items()
    }
    found = sorted(incidents(entries).values(), key=_worst_first)
    of_incident: dict[str, list[Entry]] = {}
    for entry in entries:
        of_incident.setdefault(entry.incident, []).append(entry)
    return {
        "v": 1,
        "published": rfc3339(now_ms),
        "models": shown,
        "incidents": [_incident(one, of_incident[one.id], models_of) for one in found],
    }


def _worst_first(incident: Incident) -> tuple[bool, int, int]:
    rank = OPEN_FIRST.index(incident.state) if incident.state in OPEN_FIRST else len(OPEN_FIRST)
    return not incident.is_open, rank, -incident.since_ms


def _pauses(entries: Iterable[Entry], models_of: Mapping[str, str], now_ms: int) -> list[tuple[str, dict[str, str]]]:
    asked = Asked.of(entry for entry in entries if entry.kind is Kind.PAUSED)
    return [
        (
            EVERY if pause.of == EVERY else models_of.get(pause.of, pause.of),
            {"until": rfc3339(pause.until_ms), "by": pause.actor, "reason": pause.reason},
        )
        for pause in asked.pauses
        if now_ms < pause.until_ms
    ]


def _incident(incident: Incident, own: Sequence[Entry], models_of: Mapping[str, str]) -> dict[str, Any]:
    entered = next((entry for entry in reversed(own) if entry.state is not None), own[-1])
    model = next((entry.model for entry in reversed(own) if entry.model), models_of.get(incident.uid, ""))
    return {
        "id": incident.id,
        "model": model,
        "namespace": incident.namespace,
        "deployment": incident.deployment,
        "revision": incident.model_identity,
        "state": str(incident.state),
        "since": rfc3339(incident.since_ms),
        "is_open": incident.is_open,
        "by": entered.actor,
        "signal": None if entered.signal is None else str(entered.signal),
        "why": _why(own[-1]) or _why(entered),
        "plan": _plan(incident, own),
    }


def _why(entry: Entry) -> str | None:
    refusal = entry.details.get("refusal")
    said = [f"{refusal.get('guard')}: {refusal.get('why')}"] if isinstance(refusal, Mapping) else []
    said += [text for name in ("why", "reason") if isinstance(text := entry.details.get(name), str) and text]
    return "; ".join(said)[:500] or None


def _plan(incident: Incident, own: Sequence[Entry]) -> dict[str, Any] | None:
    """The newest plan: its hash is what is approved."""
    if not incident.plan:
        return None
    details = (entry.details.get("plan") for entry in reversed(own) if entry.plan == incident.plan)
    made = next((said for said in details if isinstance(said, Mapping)), {})
    return {
        "hash": incident.plan,
        "is_awaited": incident.state is WAITING,
        **{name: made.get(name) for name in ("target_model", "target_template", "source", "by")},
    }
