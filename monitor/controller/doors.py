"""What people ask for as it comes in, checked as far as it can be without the loop, and handed to it.

In the way of an event: beside step 12. The loop writes each into the audit log before it obeys.
"""

from collections.abc import Callable, Mapping, Set
from concurrent.futures import Future

import msgspec

from monitor.acting.people import MAY_SKIP, Override
from monitor.controller.asked import Asked, IncidentAcknowledged, PauseAsked, PlanAnswered, PlanOverridden
from monitor.controller.desk import Desk
from monitor.controller.forms import (
    AcknowledgeForm,
    ApproveForm,
    OverrideForm,
    PauseForm,
    RejectForm,
    ResumeForm,
    plan_hash,
)


class Doors:
    """Turns forms into requests to the loop.

    Each method takes a form, the actor and the named parts of the path, and gives the loop's answer to come; it raises
    `LookupError` for a model that is not watched, and `ValueError` for what nobody can ask for.

    Parameters
    ----------
    models
        Names of the models that are watched.
    now_ms
        Wall time.
    """

    def __init__(self, desk: Desk, models: Set[str], now_ms: Callable[[], int]) -> None:
        self._desk, self._models, self._now_ms = desk, models, now_ms

    def pause(self, form: PauseForm, actor: str, _path: Mapping[str, str]) -> "Future[str]":
        """Stop acting for a while."""
        until_ms = self._now_ms() + form.for_ms
        return self._ask(PauseAsked(actor, self._known(form.model), until_ms, form.why()))

    def resume(self, form: ResumeForm, actor: str, _path: Mapping[str, str]) -> "Future[str]":
        """End a pause."""
        return self._ask(PauseAsked(actor, self._known(form.model), 0, form.why()))

    def approve(self, form: ApproveForm, actor: str, path: Mapping[str, str]) -> "Future[str]":
        """Yes to a plan."""
        return self._ask(PlanAnswered(actor, plan_hash(path["hash"]), True, form.why()))

    def reject(self, form: RejectForm, actor: str, path: Mapping[str, str]) -> "Future[str]":
        """No to a plan."""
        return self._ask(PlanAnswered(actor, plan_hash(path["hash"]), False, form.why()))

    def acknowledge(self, form: AcknowledgeForm, actor: str, _path: Mapping[str, str]) -> "Future[str]":
        """Take an incident over."""
        return self._ask(IncidentAcknowledged(actor, form.incident, form.why()))

    def override(self, form: OverrideForm, actor: str, _path: Mapping[str, str]) -> "Future[str]":
        """A person's own plan."""
        asked = Override(form.target, form.skips, form.why(), actor)
        return self._ask(PlanOverridden(actor, form.incident, asked.target, asked.skips, asked.reason))

    def _known(self, model: str | None) -> str | None:
        if model is not None and model not in self._models:
            raise LookupError(f"no such model is acted for here: {', '.join(sorted(self._models)) or 'none is'}")
        return model

    def _ask(self, asked: Asked) -> "Future[str]":
        return self._desk.ask(asked)


Take = Callable[..., "Future[str]"]


def by_path(doors: Doors) -> Mapping[str, tuple[type[msgspec.Struct], Take, str]]:
    """Path -> form, method, and what to send."""
    skips = ", ".join(sorted(MAY_SKIP))
    return {
        "/v1/pause": (PauseForm, doors.pause, "send model (null: all), for_ms (at most 31 days) and reason"),
        "/v1/resume": (ResumeForm, doors.resume, "send model (null: the pause of all)"),
        "/v1/acknowledge": (AcknowledgeForm, doors.acknowledge, "send incident and reason"),
        "/v1/override": (
            *(OverrideForm, doors.override),
            f"send incident, target (a model identity), reason, and skips: any of {skips}",
        ),
        "/v1/plans/{hash}/approve": (ApproveForm, doors.approve, "name the plan by its whole hash, sha256:..."),
        "/v1/plans/{hash}/reject": (RejectForm, doors.reject, "name the plan by its whole hash, and send reason"),
    }
