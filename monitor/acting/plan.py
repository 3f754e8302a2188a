"""A rollback as a value: from which template to which, for which reason. What a person approves is its hash.

Way of an event: made in step 12, shown while it waits for approval, carried out in step 14. Pure.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

from monitor.acting.canonical import digest
from monitor.acting.identities import IdentityRules, model_identity, template_identity
from monitor.acting.raw import Raw, field, uid
from monitor.acting.records import StreamRecord
from monitor.acting.target import Candidate, From

By = Literal["concurrent", "timing", "person"]

CARRIES: Final = ("attribute", "subgroup", "metric", "verdict", "blame", "blame_by", "cells", "rule_version")
"""What of a record is evidence. Its number and its times are not: a record that is only repeated voids no approval."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One rollback that could be carried out.

    Parameters
    ----------
    judged_model, judged_template
        M and R that are to be left.
    target_model, target_template, template
        M, R and raw template that are gone back to.
    annotations
        Of the target's ReplicaSet; empty for an own copy. They serve only a patch in the manner of kubectl.
    by
        What it rests on: concurrent traffic, timing, or a person's demand.
    evidence, policy
        Digests of what it was judged by, and of the settings it was judged under.
    """

    incident: str
    uid: str
    namespace: str
    deployment: str
    judged_model: str
    judged_template: str
    target_model: str
    target_template: str
    template: dict[str, Any]
    annotations: dict[str, str]
    source: From
    by: By
    evidence: str
    policy: str

    @property
    def hash(self) -> str:
        """The name of the plan; any change of what it does or rests on makes it another."""
        return plan_hash(
            self.uid,
            (self.judged_model, self.judged_template),
            (self.target_model, self.target_template, digest(self.template)),
            (self.by, self.evidence, self.policy),
        )


def plan_hash(
    deployment: str, judged: tuple[str, str], target: tuple[str, str, str], rests_on: tuple[str, str, str]
) -> str:
    """The name of a plan, from what an audit entry holds of it: the raw template is in none, its digest is.

    Parameters
    ----------
    deployment
        Its UID.
    judged
        M and R that are to be left.
    target
        M, R and digest of the raw template that are gone back to.
    rests_on
        `by`, and the digests of evidence and policy.
    """
    by, evidence, policy = rests_on
    return digest(
        {
            "deployment": deployment,
            "judged": list(judged),
            "target": list(target[:2]),
            "template": target[2],
            "by": by,
            "evidence": evidence,
            "policy": policy,
        }
    )


def evidence_digest(record: StreamRecord | None) -> str:
    """Digest of what a record brings as evidence; of nothing, where a person asks without one."""
    return digest(None if record is None else [getattr(record, name) for name in CARRIES])


def make_plan(
    incident: str,
    deployment: Raw,
    target: Candidate,
    record: StreamRecord | None,
    *,
    by: By,
    policy: str,
    rules: IdentityRules,
) -> Plan:
    """The plan to leave what a Deployment runs now for a target.

    Parameters
    ----------
    deployment
        As just read: what it runs is what was judged, as guard G3 asks again.
    record
        The one the incident is named after; None where a person asks without evidence.
    """
    present = field(deployment, "spec", "template") or {}
    return Plan(
        incident=incident,
        uid=uid(deployment),
        namespace=field(deployment, "metadata", "namespace") or "",
        deployment=field(deployment, "metadata", "name") or "",
        judged_model=model_identity(present, rules),
        judged_template=template_identity(present),
        target_model=target.model_identity,
        target_template=target.template_identity,
        template=target.template,
        annotations=target.annotations,
        source=target.source,
        by=by,
        evidence=evidence_digest(record),
        policy=policy,
    )


def incident_id(deployment_uid: str, model: str, epoch: str) -> str:
    """The name of an incident: the same Deployment, M and epoch make the same one, whoever computes it.

    >>> incident_id("uid", "m", "rs@5") == incident_id("uid", "m", "rs@6")
    False
    """
    return "i-" + digest([deployment_uid, model, epoch]).removeprefix("sha256:")[:16]
