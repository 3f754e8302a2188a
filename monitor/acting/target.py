"""Which template to go back to, and why not to the others.

Way of an event: step 12, in `planning`. The target is always named: "the previous one" would swap two revisions for
ever. Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from monitor.acting.identities import IdentityRules, model_identity, mutable_references, template_identity
from monitor.acting.known_good import Ledger, Standing
from monitor.acting.raw import Raw, annotations, field, labels
from monitor.acting.replica_sets import Revision

CONTRACT: Final = "fairdrift.io/serving-contract"
"""Annotation of a template that names what its callers rely on; templates with another one cannot stand in."""

From = Literal["replica_set", "own_copy"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A template that could be gone back to.

    `annotations` and `number` are its ReplicaSet's; an own copy has none, and 0.
    """

    template: dict[str, Any]
    template_identity: str
    model_identity: str
    source: From
    annotations: dict[str, str]
    number: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a target must be.

    Parameters
    ----------
    judged
        M of the revision to blame.
    present
        The Deployment's template, whose callers the target must serve, too.
    selector
        Labels the Deployment selects its pods by.
    must_be_audited
        A proven one is not enough.
    must_be_immutable
        False where a person approves.
    named
        M a person chose; None for the best one. A choice is not a pardon: it must pass all the same.
    """

    judged: str
    present: Raw
    selector: Mapping[str, str]
    rules: IdentityRules
    must_be_audited: bool = False
    must_be_immutable: bool = True
    named: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The target, and every other candidate's R with the reason it was refused. None: none is eligible."""

    target: Candidate | None
    refused: tuple[tuple[str, str], ...]


def candidates(
    known: Iterable[Revision], stored: Mapping[str, Raw], rules: IdentityRules
) -> tuple[tuple[Candidate, ...], tuple[str, ...]]:
    """Templates of ReplicaSets, then own copies of those that were collected; and the R of copies that are no longer R.

    Parameters
    ----------
    stored
        R -> raw template, as kept in the audit store at first sight.
    """
    found = {
        one.template_identity: Candidate(
            one.template, one.template_identity, one.model_identity, "replica_set", one.annotations, one.number
        )
        for one in known
    }
    damaged = tuple(name for name, template in sorted(stored.items()) if template_identity(template) != name)
    for name, template in sorted(stored.items()):
        if name not in damaged and name not in found:
            found[name] = Candidate(dict(template), name, model_identity(template, rules), "own_copy", {})
    return tuple(found.values()), damaged


def choose(offered: Iterable[Candidate], ledger: Ledger, wanted: Wanted, now_ms: int) -> Choice:
    """The eligible candidate that served last.

    With equal times an audited one; of several templates of one model the newest revision, then the smaller R.
    """
    refused = []
    eligible = []
    for candidate in offered:
        why = why_refused(candidate, ledger, wanted, now_ms)
        if why is None:
            eligible.append(candidate)
        else:
            refused.append((candidate.template_identity, why))

    def rank(candidate: Candidate) -> tuple[int, bool, int, str]:
        last = ledger.record(candidate.model_identity).last_served_ms or 0
        audited = ledger.standing(candidate.model_identity, now_ms) is Standing.AUDITED
        return -last, not audited, -candidate.number, candidate.template_identity

    eligible.sort(key=rank)
    refused += [(other.template_identity, "another one served later") for other in eligible[1:]]
    return Choice(eligible[0] if eligible else None, tuple(sorted(refused)))


def why_refused(candidate: Candidate, ledger: Ledger, wanted: Wanted, now_ms: int) -> str | None:
    """Why a candidate is not eligible, in words; None if it is."""
    name = candidate.model_identity
    standing = ledger.standing(name, now_ms)
    record = ledger.record(name)
    reasons = (
        (name == wanted.judged, "it serves the model that is to blame"),
        (wanted.named not in (None, name), "a person named another one"),
        (standing is Standing.CONDEMNED, "its model is condemned"),
        (standing is Standing.UNPROVEN and record.audited_until_ms > 0, "its audit has expired"),
        (standing is Standing.UNPROVEN, "its model is not known to be good"),
        (wanted.must_be_audited and standing is not Standing.AUDITED, "its model passed no audit, as policy asks"),
        (record.own == "page", "its own evidence is at page level"),
    )
    why = next((why for holds, why in reasons if holds), None)
    if why is None and wanted.must_be_immutable:
        why = next(iter(mutable_references(candidate.template, wanted.rules)), None)
    return why or _why_another_contract(candidate.template, wanted)


def _why_another_contract(template: Raw, wanted: Wanted) -> str | None:
    if any(labels(template).get(name) != value for name, value in wanted.selector.items()):
        return "the Deployment's selector does not match its labels"
    if annotations(template).get(CONTRACT) != annotations(wanted.present).get(CONTRACT):
        return f"its annotation {CONTRACT} differs"
    if _ports(template, wanted.rules) != _ports(wanted.present, wanted.rules):
        return "it serves on other ports"
    return None


def _ports(template: Raw, rules: IdentityRules) -> set[tuple[int, str, str]]:
    containers = field(template, "spec", "containers") or ()
    return {
        (port["containerPort"], port.get("protocol", "TCP"), port.get("name", ""))
        for container in containers
        if container.get("name") not in rules.ignore
        for port in container.get("ports") or ()
    }
