"""What our own entries hold in their details, to be read again by the fold.

In the way of an event: written in step 13, read in step 12. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from monitor.acting.canonical import digest
from monitor.acting.contest import Failure
from monitor.acting.entries import Entry
from monitor.acting.identities import bare_template
from monitor.acting.plan import By, Plan
from monitor.acting.policy import Signal, State
from monitor.acting.raw import Raw
from monitor.acting.target import From
from monitor.acting.watching import Stream


class PlanNote(msgspec.Struct, frozen=True):
    """A plan without its template, which may hold secrets: `template` is its digest, and names our own copy."""

    incident: str
    uid: str
    namespace: str
    deployment: str
    judged_model: str
    judged_template: str
    target_model: str
    target_template: str
    template: str
    annotations: dict[str, str]
    source: From
    by: By
    evidence: str
    policy: str

    def plan(self, copies: Mapping[str, Raw]) -> Plan | None:
        """The plan again; None if there is no copy of its template. Its hash tells whether the copy is still that."""
        template = copies.get(self.template)
        if template is None:
            return None
        said = {name: getattr(self, name) for name in self.__struct_fields__}
        return Plan(**{**said, "template": dict(template)})


def copy_name(template: Raw) -> str:
    """Under which name a template is kept: two that differ in any byte have two."""
    return digest(bare_template(template))


def plan_note(plan: Plan) -> dict[str, Any]:
    """A plan as details of an entry."""
    said = {name: getattr(plan, name) for name in PlanNote.__struct_fields__}
    return {**said, "template": copy_name(plan.template)}


@dataclass(frozen=True, slots=True)
class Noted:
    """What the newest entries of one incident hold beside what `acting.incidents` folds.

    Parameters
    ----------
    revision
        Its name in the feed.
    epoch_start_ms
        When the judged template began to serve; None if before we looked.
    concerned
        Streams that were alarmed while it was open.
    plan, plan_hash
        The newest plan that was made.
    failure
        Why the last attempt failed.
    acknowledged_ms
        When a person closed it; None if none did, or if it is open again.
    """

    model: str = ""
    revision: str = ""
    epoch_start_ms: int | None = None
    concerned: frozenset[Stream] = frozenset()
    plan: PlanNote | None = None
    plan_hash: str = ""
    failure: Failure | None = None
    acknowledged_ms: int | None = None

    def after(self, entry: Entry) -> "Noted":
        """With one more entry of the incident."""
        said = entry.details
        grown = replace(self, model=entry.model or self.model)
        if "epoch" in said:
            grown = replace(grown, revision=said.get("revision", ""), epoch_start_ms=said.get("epoch_start_ms"))
        if "concerned" in said:
            streams = {tuple(one) for one in said["concerned"]}
            grown = replace(grown, concerned=grown.concerned | streams)
        if "plan" in said:
            grown = replace(grown, plan=msgspec.convert(said["plan"], PlanNote), plan_hash=entry.plan)
        if "failure" in said:
            grown = replace(grown, failure=said["failure"])
        if entry.state is State.OBSERVING:
            by_person = entry.signal is Signal.ACK
            return replace(grown, acknowledged_ms=entry.at_ms if by_person else None)
        return replace(grown, acknowledged_ms=None) if entry.state is not None else grown
