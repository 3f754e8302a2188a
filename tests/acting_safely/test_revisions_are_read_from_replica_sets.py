"""Which ReplicaSets are the Deployment's, and which is current (T1, T8, T9, rule C1, as far as they are pure)."""

from typing import Any

import pytest

from monitor.acting.replica_sets import current, is_selected, revisions
from tests.acting_safely.worlds import RULES, UID, deployment, m_of, r_of, replica_set


def test_revisions_come_by_number_with_their_identities() -> None:
    found = revisions(deployment("b"), [replica_set("b", 2), replica_set("a", 1)], RULES)
    assert [(one.name, one.number) for one in found] == [("readmission-a", 1), ("readmission-b", 2)]
    assert [(one.model_identity, one.template_identity) for one in found] == [
        (m_of("a"), r_of("a")),
        (m_of("b"), r_of("b")),
    ]
    assert [one.pod_template_hash for one in found] == ["hash-a", "hash-b"]


@pytest.mark.parametrize(
    "owners",
    [
        [],
        [{"uid": "of-another", "controller": True}],
        [{"uid": UID}],
        [{"uid": UID, "controller": False}],
    ],
    ids=["nobody's", "another's", "not the controller", "said not to be"],
)
def test_a_replica_set_of_somebody_else_is_left_out(owners: list[dict[str, Any]]) -> None:
    foreign = replica_set("c", 3, metadata={"ownerReferences": owners})
    assert revisions(deployment("b"), [foreign], RULES) == ()


def test_a_replica_set_the_selector_does_not_match_is_left_out() -> None:
    assert revisions(deployment("b"), [replica_set("a", 1, metadata={"labels": {"app": "other"}})], RULES) == ()


def test_a_revision_that_cannot_be_read_is_left_out_and_a_missing_one_is_zero() -> None:
    odd = replica_set("a", 1, metadata={"annotations": {"deployment.kubernetes.io/revision": "one"}})
    bare = replica_set("b", 2, metadata={"annotations": {}})
    assert [(one.name, one.number) for one in revisions(deployment("b"), [odd, bare], RULES)] == [("readmission-b", 0)]


def test_a_reused_replica_set_tells_the_numbers_it_had() -> None:
    numbers = {"deployment.kubernetes.io/revision": "4", "deployment.kubernetes.io/revision-history": "1,x,3"}
    (reused,) = revisions(deployment("a"), [replica_set("a", 1, metadata={"annotations": numbers})], RULES)
    assert (reused.number, reused.earlier) == (4, (1, 3))


def test_the_current_revision_is_the_oldest_with_the_present_template() -> None:
    younger = replica_set("b", 3, metadata={"name": "younger", "creationTimestamp": "2026-02-01T00:00:00Z"})
    known = revisions(deployment("b"), [younger, replica_set("b", 2), replica_set("a", 1)], RULES)
    found = current(deployment("b"), known)
    assert found is not None
    assert found.name == "readmission-b"
    assert current(deployment("c"), known) is None, "the controller has not made it yet"


def test_unknown_fields_of_a_template_are_kept() -> None:
    with_more = replica_set("a", 1)
    with_more["spec"]["template"]["spec"]["fieldOfTomorrow"] = [{"x": None}]
    (found,) = revisions(deployment("a"), [with_more], RULES)
    assert found.template["spec"]["fieldOfTomorrow"] == [{"x": None}]


@pytest.mark.parametrize(
    ("operator", "values", "labels", "holds"),
    [
        ("In", ["a", "b"], {"tier": "b"}, True),
        ("In", ["a"], {"tier": "b"}, False),
        ("NotIn", ["a"], {"tier": "b"}, True),
        ("NotIn", ["a"], {}, True),
        ("NotIn", ["a"], {"tier": "a"}, False),
        ("Exists", None, {"tier": "x"}, True),
        ("Exists", None, {}, False),
        ("DoesNotExist", None, {}, True),
        ("DoesNotExist", None, {"tier": "x"}, False),
        ("OfTomorrow", ["x"], {"tier": "x"}, False),
    ],
)
def test_a_selector_chooses_as_kubernetes_does(
    operator: str, values: list[str] | None, labels: dict[str, str], holds: bool
) -> None:
    chosen = {"matchExpressions": [{"key": "tier", "operator": operator, "values": values}]}
    assert is_selected({"spec": {"selector": chosen}}, {"metadata": {"labels": labels}}) is holds


def test_an_empty_selector_chooses_nothing() -> None:
    assert not is_selected({"spec": {"selector": {}}}, {"metadata": {"labels": {"app": "x"}}})
