"""A plan made again from what its entry holds: the same record, target and policy must give the same plan.

Way of an event: beside it; `audit replay`. Pure. That the record itself follows from the exact cells is for the judge
to show, who has them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from monitor.acting.entries import Entry
from monitor.acting.plan import evidence_digest, plan_hash
from monitor.acting.records import StreamRecord


class PlanDetails(msgspec.Struct, frozen=True):
    """Of a plan in the details of an entry, what the plan's name is made of; `template` is a digest."""

    uid: str
    judged_model: str
    judged_template: str
    target_model: str
    target_template: str
    template: str
    by: str
    evidence: str
    policy: str


@dataclass(frozen=True, slots=True)
class Replanned:
    """The plan of one entry, made again.

    Parameters
    ----------
    seq, incident, plan
        Of the entry; `plan` is the hash that was logged, shown, and perhaps approved.
    again
        The hash that follows from what the entry holds; None if it holds too little.
    record
        What was heard; None for a plan that a person asked for without a record.
    why
        What is not the same, a sentence each.
    """

    seq: int
    incident: str
    plan: str
    again: str | None
    record: StreamRecord | None
    why: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether the plan follows from its entry."""
        return not self.why


def of_name(entries: Iterable[Entry], name: str) -> Sequence[Entry]:
    """The entries that hold a plan (made, held, or about to be carried out): of an incident, or with a plan's hash."""
    return [
        entry for entry in entries if entry.plan and "plan" in entry.details and name in (entry.incident, entry.plan)
    ]


def replanned(entry: Entry) -> Replanned:
    """A plan made again from its entry."""
    try:
        told = msgspec.convert(entry.details["plan"], PlanDetails)
        record = _record(entry.details.get("record"))
    except (KeyError, msgspec.ValidationError) as error:
        return Replanned(
            entry.seq, entry.incident, entry.plan, None, None, (f"the entry holds no whole plan: {error}",)
        )
    evidence, why = evidence_digest(record), []
    if evidence != told.evidence:
        why.append(f"the record in the entry is other evidence ({evidence}) than the plan rests on ({told.evidence})")
    if told.uid != entry.uid:
        why.append("the plan is for another Deployment than the entry names")
    again = plan_hash(
        told.uid,
        (told.judged_model, told.judged_template),
        (told.target_model, told.target_template, told.template),
        (told.by, evidence, told.policy),
    )
    if again != entry.plan:
        why.append(f"what the entry holds makes the plan {again}, and not the one that was logged")
    return Replanned(entry.seq, entry.incident, entry.plan, again, record, tuple(why))


def _record(said: Any) -> StreamRecord | None:
    """A record as an entry holds it: floats are text there."""
    return None if said is None else msgspec.convert(said, StreamRecord, strict=False)
