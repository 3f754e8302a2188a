"""What people and hooks may ask of the loop, as values; their names come from authentication.

In the way of an event: beside step 12; the loop writes each into the audit log before it obeys.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """Look sooner: a hint, never evidence. `model` None: at everything."""

    model: str | None


@dataclass(frozen=True, slots=True)
class PauseAsked:
    """Stop acting for a model (None: all) until `until_ms`; 0 ends a pause. Detection goes on."""

    actor: str
    model: str | None
    until_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class PlanAnswered:
    """Yes or no to the plan of this hash, and to no other."""

    actor: str
    plan: str
    is_yes: bool
    reason: str


@dataclass(frozen=True, slots=True)
class IncidentAcknowledged:
    """A person has taken an incident over."""

    actor: str
    incident: str
    reason: str


@dataclass(frozen=True, slots=True)
class PlanOverridden:
    """A person's own plan: the target's model identity M, and the guards it skips (`acting.people.MAY_SKIP`)."""

    actor: str
    incident: str
    target: str
    skips: tuple[str, ...]
    reason: str


Asked = Look | PauseAsked | PlanAnswered | IncidentAcknowledged | PlanOverridden
