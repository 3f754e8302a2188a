"""What people are told beside the log: Events on the Deployment, and a line for the process's own log.

In the way of an event: beside steps 12 to 15. Touches the cluster; failing stops nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from monitor.acting.effects import Effect
from monitor.acting.incidents import Incident
from monitor.acting.policy import State
from monitor.acting.raw import Raw
from monitor.controller.said import Said
from monitor.ports_cluster import Cluster, Told

Line = Callable[..., None]
"""Takes a word for what happened, and fields."""

_SAID: Final = {
    Effect.TICKET: ("Look", False, "somebody should look"),
    Effect.PAGE: ("Page", True, "somebody must look now"),
    Effect.SAY_WHY_HELD: ("RollbackHeld", True, "would roll back, held"),
    Effect.SHOW_PLAN: ("ApprovalWanted", True, "a plan waits for approval"),
    Effect.NAME_WHO_CHANGED_IT: ("Contested", True, "somebody changed what was put back"),
    Effect.HAND_OVER: ("HandedOver", True, "a person must take over; automation is off here"),
    Effect.VERIFY: ("RolledBack", False, "the target is in; the roll-out is watched"),
    Effect.JUDGE_TARGET: ("RolloutComplete", False, "all pods run the target; it is judged on new evidence"),
    Effect.CLOSE: ("IncidentClosed", False, "closed"),
}


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells of incidents. `may_write` says whether Events may be written now: in no mode that only watches, and never
    while another process leads."""

    cluster: Cluster
    line: Line
    may_write: Callable[[], bool]

    def entered(self, incident: Incident, effect: Effect, said: Said, deployment: Raw | None, now_ms: int) -> None:
        """Tell of one effect of a state that was entered."""
        known = _SAID.get(effect)
        if known is None:
            return
        action, is_warning, sentence = known
        if effect is Effect.VERIFY and said.signal is not None:
            sentence = f"{sentence} ({said.signal})"
        parts = [f"incident {incident.id} ({incident.state}): {sentence}", said.why]
        if said.refusal is not None and not said.why:
            parts.append(str(said.refusal))
        if effect in (Effect.SHOW_PLAN, Effect.VERIFY):
            parts.append(f"plan {incident.plan}")
        note = "; ".join(part for part in parts if part)
        self._tell(deployment, action, _reason(incident.state, said), note, now_ms, is_warning=is_warning)

    def refused(self, incident: Incident, said: Said, deployment: Raw | None, now_ms: int) -> None:
        """Tell of a refusal that changed no state."""
        note = f"incident {incident.id} ({incident.state}): {said.refusal or said.why}"
        self._tell(deployment, "RollbackHeld", _reason(incident.state, said), note, now_ms, is_warning=True)

    def _tell(
        self, deployment: Raw | None, action: str, reason: str, note: str, now_ms: int, *, is_warning: bool
    ) -> None:
        self.line(action, reason=reason, note=note)
        if deployment is not None and self.may_write():
            known: dict[str, Any] = dict(deployment)
            self.cluster.tell(Told(known, action, reason, note, is_warning=is_warning, time_ms=now_ms))


def _reason(state: State, said: Said) -> str:
    """One word: the guard that refused, else the state."""
    if said.refusal is not None:
        return f"Guard{said.refusal.guard}"
    return "".join(part.capitalize() for part in state.split("_"))
