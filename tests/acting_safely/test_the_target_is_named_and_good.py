"""Which template to go back to: named, known to be good, for the same callers (rule C2, guard G7, T6, T7)."""

from typing import Any

import pytest

from monitor.acting.entries import Kind
from monitor.acting.identities import MODEL_DIGEST
from monitor.acting.replica_sets import revisions
from monitor.acting.target import CONTRACT, Candidate, Wanted, candidates, choose, why_refused
from tests.acting_safely.worlds import (
    DAY_MS,
    NOW_MS,
    RULES,
    deployment,
    entry,
    ledger,
    m_of,
    r_of,
    replica_set,
    revision_sets,
    served,
    template,
)


def wanted(**changed: Any) -> Wanted:
    asked: dict[str, Any] = {"judged": m_of("b"), "present": template("b"), "selector": {"app": "readmission"}}
    return Wanted(**{**asked, "rules": RULES, **changed})


def candidate(letter: str, made: dict[str, Any] | None = None) -> Candidate:
    return Candidate(made or template(letter), r_of(letter), m_of(letter), "replica_set", {})


def offered(*letters: str) -> tuple[Candidate, ...]:
    found, _ = candidates(revisions(deployment("b"), revision_sets(*letters), RULES), {}, RULES)
    return found


def test_the_proven_revision_is_chosen_and_the_other_refused_with_its_reason() -> None:
    choice = choose(offered("a", "b"), ledger(), wanted(), NOW_MS)
    assert choice.target is not None
    assert choice.target.template_identity == r_of("a")
    assert choice.refused == ((r_of("b"), "it serves the model that is to blame"),)


def test_the_one_that_served_last_is_chosen_never_the_previous_number() -> None:
    known = ledger(served(2, "c", last_served_ms=NOW_MS - 20 * DAY_MS, cleared=True))
    choice = choose(offered("a", "c", "b"), known, wanted(), NOW_MS)
    assert choice.target is not None
    assert choice.target.model_identity == m_of("a")
    assert (r_of("c"), "another one served later") in choice.refused


def test_of_two_that_served_as_late_the_audited_one_is_chosen() -> None:
    known = ledger(served(2, "c"), entry(3, Kind.REGISTRY_CHANGED, "c", change="audited", until_ms=NOW_MS + DAY_MS))
    choice = choose(offered("a", "c"), known, wanted(), NOW_MS)
    assert choice.target is not None
    assert choice.target.model_identity == m_of("c")


def test_of_several_templates_of_one_model_the_newest_revision_is_chosen() -> None:
    templates = [template("a", TEAM=team) for team in ("night", "intake", "wards")]
    sets = [replica_set("a", number, template=made) for number, made in enumerate(templates, start=1)]
    found, _ = candidates(revisions(deployment("b"), sets, RULES), {}, RULES)
    choice = choose(found, ledger(), wanted(), NOW_MS)
    assert choice.target is not None
    assert choice.target.template == templates[-1]
    assert min(one.template_identity for one in found) != choice.target.template_identity, "else it shows nothing"


def test_without_an_eligible_one_there_is_no_target() -> None:
    choice = choose(offered("c", "b"), ledger(), wanted(), NOW_MS)
    assert choice.target is None
    assert dict(choice.refused)[r_of("c")] == "its model is not known to be good"


def _labels(made: dict[str, Any]) -> None:
    made["metadata"]["labels"] = {"app": "other"}


def _contract(made: dict[str, Any]) -> None:
    made["metadata"]["annotations"][CONTRACT] = "v2"


def _port(made: dict[str, Any]) -> None:
    made["spec"]["containers"][0]["ports"][0]["containerPort"] = 9090


def _tag(made: dict[str, Any]) -> None:
    made["metadata"]["annotations"].pop(MODEL_DIGEST)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_labels, "selector does not match"),
        (_contract, "serving-contract differs"),
        (_port, "other ports"),
        (_tag, "is no sha256 digest"),
    ],
    ids=["labels", "contract", "ports", "mutable"],
)
def test_a_template_that_cannot_stand_in_is_refused(change: Any, why: str) -> None:
    made = template("a")
    change(made)
    said = why_refused(candidate("a", made), ledger(), wanted(), NOW_MS)
    assert said is not None
    assert why in said


def test_a_mutable_template_may_be_offered_to_a_person() -> None:
    made = template("a")
    _tag(made)
    assert why_refused(candidate("a", made), ledger(), wanted(must_be_immutable=False), NOW_MS) is None


@pytest.mark.parametrize(
    ("log", "asked", "why"),
    [
        ([entry(2, Kind.CONDEMNED, "a")], {}, "its model is condemned"),
        ([served(2, "a", own="page")], {}, "its model is not known to be good"),
        ([], {"must_be_audited": True}, "passed no audit"),
        ([], {"named": m_of("c")}, "a person named another one"),
        ([], {"judged": m_of("a")}, "it serves the model that is to blame"),
    ],
    ids=["condemned", "itself at page", "policy asks for an audit", "another one named", "judged itself"],
)
def test_what_must_not_be_gone_back_to_is_refused(log: list[Any], asked: dict[str, Any], why: str) -> None:
    said = why_refused(candidate("a"), ledger(*log), wanted(**asked), NOW_MS)
    assert said is not None
    assert why in said


def test_a_persons_choice_is_no_pardon() -> None:
    condemned = ledger(entry(2, Kind.CONDEMNED, "a"))
    assert why_refused(candidate("a"), condemned, wanted(named=m_of("a")), NOW_MS) == "its model is condemned"


def test_an_audited_model_at_page_level_is_refused() -> None:
    audit = entry(2, Kind.REGISTRY_CHANGED, "a", change="audited", until_ms=NOW_MS + DAY_MS)
    known = ledger(audit, served(3, "a", own="page"))
    assert why_refused(candidate("a"), known, wanted(), NOW_MS) == "its own evidence is at page level"


def test_an_expired_audit_is_called_by_its_name() -> None:
    audit = entry(2, Kind.REGISTRY_CHANGED, "c", change="audited", until_ms=NOW_MS - 1)
    assert why_refused(candidate("c"), ledger(audit), wanted(), NOW_MS) == "its audit has expired"


def test_an_own_copy_stands_in_for_a_collected_replica_set() -> None:
    found, damaged = candidates(
        revisions(deployment("b"), revision_sets("b"), RULES), {r_of("a"): template("a")}, RULES
    )
    assert damaged == ()
    choice = choose(found, ledger(), wanted(), NOW_MS)
    assert choice.target is not None
    assert (choice.target.source, choice.target.template) == ("own_copy", template("a"))


def test_the_replica_set_comes_before_the_own_copy() -> None:
    found, _ = candidates(revisions(deployment("b"), revision_sets("a"), RULES), {r_of("a"): template("a")}, RULES)
    assert [one.source for one in found] == ["replica_set"]


def test_a_copy_that_is_no_longer_what_was_stored_is_not_offered() -> None:
    found, damaged = candidates((), {r_of("a"): template("c")}, RULES)
    assert (found, damaged) == ((), (r_of("a"),))
