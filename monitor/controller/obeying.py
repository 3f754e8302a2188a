"""What is done about what people ask: an entry first, then an answer; or a sentence why not.

In the way of an event: step 12, before the cycle decides. Touches the audit log.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from monitor.acting.effects import RECORDED_AS
from monitor.acting.entries import Kind
from monitor.acting.incidents import Incident
from monitor.acting.people import EVERY, Override
from monitor.acting.policy import Signal, State, step
from monitor.controller.asked import (
    Asked,
    IncidentAcknowledged,
    Look,
    PauseAsked,
    PlanAnswered,
    PlanOverridden,
)
from monitor.controller.recording import Recorder
from monitor.controller.rules import Rules, Target

HEARS_OVERRIDES: Final = (State.UNDECIDED, State.NO_TARGET, State.SUPPRESSED, State.AWAITING_APPROVAL)
"""States in which a person's own plan can be taken up."""


class Obeying:
    """Obeys, or refuses with `ValueError`: a sentence for the asker. `now_ms` gives the wall time."""

    def __init__(self, rules: Rules, recorder: Recorder, now_ms: Callable[[], int]) -> None:
        self._rules, self._recorder, self._now_ms = rules, recorder, now_ms
        self.obeyed = 0
        """How much was asked so far."""

    def obey(self, asked: Asked) -> str:
        """Do one thing that was asked; what was done, in a sentence. `ports_acting.AuditUnwritable` as the log says."""
        self.obeyed += 1
        match asked:
            case Look():
                return "looking"
            case PauseAsked():
                return self._pause(asked)
            case PlanAnswered():
                return self._answer(asked)
            case IncidentAcknowledged():
                return self._acknowledge(asked)
            case PlanOverridden():
                return self._override(asked)

    def _pause(self, asked: PauseAsked) -> str:
        if asked.model is not None and asked.model not in {target.model for target in self._rules.targets}:
            known = ", ".join(sorted(target.model for target in self._rules.targets))
            raise ValueError(f"no model {asked.model} is acted for; there are: {known}")
        now_ms = self._now_ms()
        if asked.until_ms and asked.until_ms <= now_ms:
            raise ValueError("a pause must end in the future; 0 ends the one in force")
        if asked.until_ms and not asked.reason.strip():
            raise ValueError("a pause needs a reason")
        details = {"of": asked.model or EVERY, "until_ms": asked.until_ms, "reason": asked.reason}
        self._recorder.write(Kind.PAUSED, actor=asked.actor, model=asked.model or "", details=details)
        what = "acting for all models" if asked.model is None else f"acting for {asked.model}"
        return f"{what} is {'paused; detection goes on' if asked.until_ms else 'no longer paused'}"

    def _answer(self, asked: PlanAnswered) -> str:
        waiting = [one for one in self._open() if one.state is State.AWAITING_APPROVAL]
        incident = next((one for one in waiting if one.plan == asked.plan), None)
        if incident is None:
            plans = ", ".join(one.plan for one in waiting) or "none"
            raise ValueError(f"no plan {asked.plan} waits for approval (it may have changed); waiting: {plans}")
        target = self._target(incident)
        until_ms = self._now_ms() + target.limits.approval_ms
        details = {"is_yes": asked.is_yes, "expires_ms": until_ms, "reason": asked.reason}
        self._write(target, incident, Kind.APPROVED, asked.actor, plan=asked.plan, details=details)
        return f"plan {asked.plan} is {'approved' if asked.is_yes else 'rejected'}"

    def _acknowledge(self, asked: IncidentAcknowledged) -> str:
        incident = self._incident(asked.incident)
        entered = step(incident.state, Signal.ACK)
        if entered is incident.state:
            raise ValueError(f"incident {incident.id} is {incident.state}: that ends by itself, not by a person")
        said = {"state": entered, "signal": Signal.ACK, "details": {"reason": asked.reason}}
        self._write(self._target(incident), incident, RECORDED_AS[entered], asked.actor, **said)
        return f"incident {incident.id} is closed; it opens again on news"

    def _override(self, asked: PlanOverridden) -> str:
        incident = self._incident(asked.incident)
        if incident.state not in HEARS_OVERRIDES:
            raise ValueError(f"incident {incident.id} is {incident.state}: no plan can be asked for there")
        if asked.target == incident.model_identity:
            raise ValueError(f"{asked.target} is what the incident is about")
        details = {"target": asked.target, "skips": list(asked.skips), "reason": asked.reason}
        try:
            msgspec.convert({**details, "actor": asked.actor}, Override)
        except msgspec.ValidationError as error:
            raise ValueError(str(error)) from error
        self._write(self._target(incident), incident, Kind.OVERRIDDEN, asked.actor, details=details)
        return f"a plan to {asked.target} will be made; it waits for approval"

    def _write(self, target: Target, incident: Incident, kind: Kind, actor: str, **fields: Any) -> None:
        self._recorder.about(target, incident, kind, actor=actor, **fields)

    def _open(self) -> list[Incident]:
        return [one for one in self._incidents().values() if one.is_open]

    def _incidents(self) -> Mapping[str, Incident]:
        return self._recorder.book.incidents

    def _incident(self, name: str) -> Incident:
        found = self._incidents().get(name)
        if found is None or not found.is_open:
            known = ", ".join(one.id for one in self._open()) or "none"
            raise ValueError(f"no incident {name} is open; open: {known}")
        return found

    def _target(self, incident: Incident) -> Target:
        place = incident.namespace, incident.deployment
        for target in self._rules.targets:
            if (target.namespace, target.deployment) == place:
                return target
        raise ValueError(f"incident {incident.id} is about {'/'.join(place)}, which the settings no longer name")
