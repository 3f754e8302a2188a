"""The patch: what goes out, and what came of it (rules C2 to C17 of the design, as far as they are pure)."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from monitor.acting.answers import answered, read_back
from monitor.acting.guards.order import Cleared, clear
from monitor.acting.identities import RESTARTED_AT
from monitor.acting.patch import (
    CHANGE_CAUSE,
    INCIDENT,
    LAST_APPLIED,
    PLAN,
    ROLLED_BACK_FROM,
    Patch,
    patch,
    trial,
    tried,
    warnings,
)
from monitor.acting.plan import incident_id
from monitor.acting.policy import Signal
from monitor.ports_cluster import require_version
from tests.acting_safely.refusals import changed
from tests.acting_safely.situations import plan_of, situation
from tests.acting_safely.worlds import RULES, deployment, m_of, stream, template


def cleared(**said: Any) -> Cleared:
    found = clear(situation(**said))
    assert isinstance(found, Cleared)
    return found


def applied(made: Patch, thing: dict[str, Any]) -> dict[str, Any]:
    """RFC 6902, as far as these operations go: a replaced member must be there, an added one's parent must."""
    result = deepcopy(thing)
    for operation in made.operations:
        *path, last = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]]
        at = result
        for part in path:
            at = at[part]
        assert operation["op"] == "add" or last in at
        at[last] = operation["value"]
    return result


def sent(made: Patch | None) -> Patch:
    assert made is not None
    return made


def test_it_is_a_list_of_operations_with_the_version_that_was_read() -> None:
    made = sent(patch(cleared()))
    assert not made.is_dry_run
    require_version(made.operations)
    assert made.operations[0] == {"op": "replace", "path": "/metadata/resourceVersion", "value": "1001"}
    assert {one["op"] for one in made.operations} == {"replace", "add"}, "a `test` would fail as a refusal"


def test_it_goes_back_to_the_target_and_keeps_what_others_wrote() -> None:
    before = deployment("b")
    after = applied(sent(patch(cleared())), before)
    assert after["spec"]["template"] == template("a")
    notes = after["metadata"]["annotations"]
    assert notes["team"] == "wards"
    assert notes["deployment.kubernetes.io/revision"] == "2"
    plan = plan_of()
    assert (notes[INCIDENT], notes[PLAN], notes[ROLLED_BACK_FROM]) == ("i-1", plan.hash, plan.judged_template)
    for word in ("i-1", m_of("b"), m_of("a"), "concurrent"):
        assert word in notes[CHANGE_CAUSE]
    changed_paths = {one["path"].split("/")[1] for one in sent(patch(cleared())).operations}
    assert changed_paths == {"metadata", "spec"}
    untouched = {name: value for name, value in after["spec"].items() if name != "template"}
    assert untouched == {name: value for name, value in before["spec"].items() if name != "template"}


def test_unknown_fields_of_the_target_reach_the_server_byte_for_byte() -> None:
    odd = template("a")
    odd["spec"]["fieldOfTomorrow"] = [{"x": None}, ""]
    assert applied(sent(trial(plan_of(template=odd), deployment("b"))), deployment("b"))["spec"]["template"] == odd


def test_the_label_of_the_deployment_controller_never_goes_out() -> None:
    hashed = template("a")
    hashed["metadata"]["labels"]["pod-template-hash"] = "7d9f8"
    made = sent(trial(plan_of(template=hashed), deployment("b")))
    assert applied(made, deployment("b"))["spec"]["template"] == template("a")


@pytest.mark.parametrize("present", [None, {}], ids=["missing", "empty"])
def test_a_deployment_without_annotations_gets_only_ours(present: dict[str, str] | None) -> None:
    bare = changed(deployment("b"), "metadata", "annotations", to=present)
    after = applied(sent(patch(cleared(deployment=bare))), bare)
    assert set(after["metadata"]["annotations"]) == {CHANGE_CAUSE, INCIDENT, PLAN, ROLLED_BACK_FROM}


def test_in_the_manner_of_kubectl_annotations_are_those_kubectl_writes() -> None:
    # kubectl, polymorphichelpers/rollback.go: bookkeeping stays as on the Deployment, the rest is the ReplicaSet's.
    before = deployment("b")
    before["metadata"]["annotations"][LAST_APPLIED] = "{}"
    plan = plan_of(annotations={"kept": "by-kubectl", "deployment.kubernetes.io/revision": "1"})
    after = applied(sent(trial(plan, before, "kubectl")), before)
    assert after["metadata"]["annotations"] == {
        "deployment.kubernetes.io/revision": "2",
        LAST_APPLIED: "{}",
        "kept": "by-kubectl",
    }


def test_an_own_copy_has_no_annotations_to_take_over() -> None:
    after = applied(sent(trial(plan_of(source="own_copy"), deployment("b"), "kubectl")), deployment("b"))
    assert after["metadata"]["annotations"]["team"] == "wards"


def test_what_is_tried_is_what_is_sent() -> None:
    dry = sent(trial(plan_of(), deployment("b")))
    assert dry.is_dry_run
    assert replace(dry, is_dry_run=False) == patch(cleared())


def test_an_equal_template_is_already_there_and_nothing_is_sent() -> None:
    assert trial(plan_of(), deployment("a")) is None
    here = replace(cleared(), situation=situation(deployment=deployment("a")))
    assert patch(here) is None
    restarted = deployment("a")
    restarted["spec"]["template"]["metadata"]["annotations"][RESTARTED_AT] = "2026-01-01T00:00:00Z"
    assert trial(plan_of(), restarted) is not None, "the deployment controller takes it for another template"


@pytest.mark.parametrize(
    ("answer", "refused", "expected"),
    [
        (deployment("a"), None, "ok"),
        (deployment("b"), None, "changed"),
        (None, ("Forbidden", "policy `digests-only` denied"), "denied"),
        (None, ("BadRequest", 'admission webhook "w" does not support dry run'), "cannot_verify"),
        (None, ("BadRequest", "malformed"), "denied"),
        (None, ("Forbidden", "our policy does not support dry run of pods"), "denied"),
        (None, None, "untried"),
    ],
)
def test_a_dry_run_says_what_the_server_would_do(answer: Any, refused: Any, expected: str) -> None:
    found = tried(plan_of(), answer, refused)
    assert found.outcome == expected
    assert refused is None or found.said == refused[1]


def test_an_answer_with_another_template_is_an_error() -> None:
    assert answered(plan_of(), deployment("a")) is Signal.ACCEPTED
    mutated = changed(deployment("a"), "spec", "template", "spec", "serviceAccountName", to="injected")
    assert answered(plan_of(), mutated) is Signal.ERROR


GONE = changed(deployment("b"), "metadata", "uid", to="another")
SIDECAR = changed(deployment("b"), "spec", "template", "metadata", "labels", "tier", to="gold")


@pytest.mark.parametrize(
    ("read", "may_have_sent", "expected"),
    [
        (deployment("a"), False, Signal.ALREADY),
        (deployment("a"), True, Signal.ALREADY),
        (deployment("b"), False, None),
        (deployment("b"), True, Signal.CONFLICT),
        (deployment("c"), False, Signal.FIXED),
        (deployment("c"), True, Signal.MOVED),
        (SIDECAR, False, Signal.CONFLICT),
        (SIDECAR, True, Signal.MOVED),
        (None, True, Signal.GONE),
        (GONE, False, Signal.GONE),
        (changed(deployment("a"), "metadata", "uid", to="another"), True, Signal.GONE),
    ],
)
def test_a_lost_answer_is_settled_by_reading_never_by_sending_again(
    read: Any, may_have_sent: bool, expected: Signal | None
) -> None:
    assert read_back(plan_of(), read, RULES, may_have_sent=may_have_sent) is expected


def test_a_person_is_warned_of_client_side_apply() -> None:
    assert warnings(deployment("b")) == ()
    applied_by_client = changed(deployment("b"), "metadata", "annotations", LAST_APPLIED, to="{}")
    assert len(warnings(applied_by_client)) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"uid": "x"},
        {"judged_model": "x"},
        {"judged_template": "x"},
        {"target_model": "x"},
        {"target_template": "x"},
        {"template": template("c")},
        {"by": "timing"},
        {"evidence": "x"},
        {"policy": "x"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_any_change_of_a_plan_is_another_plan(other: dict[str, Any]) -> None:
    assert plan_of(**other).hash != plan_of().hash


@pytest.mark.parametrize("other", [{"incident": "x"}, {"annotations": {}}], ids=lambda other: next(iter(other)))
def test_what_a_plan_does_not_rest_on_leaves_its_name(other: dict[str, Any]) -> None:
    assert plan_of(**other).hash == plan_of().hash


def test_a_repeated_record_voids_no_plan_and_new_cells_do() -> None:
    assert plan_of(stream(seq=99, id="v-99", issued_at=stream().valid_until)).hash == plan_of().hash
    for said in ({"cells": "sha256:other"}, {"rule_version": "sha256:other"}, {"subgroup": "male"}):
        assert plan_of(stream(**said)).hash != plan_of().hash


def test_a_plan_says_where_it_is_about() -> None:
    plan = plan_of()
    assert (plan.namespace, plan.deployment, plan.uid) == (
        "clinical",
        "readmission",
        deployment("b")["metadata"]["uid"],
    )


def test_an_incident_is_one_deployment_one_model_one_epoch() -> None:
    name = incident_id("d", "m", "e")
    assert name == incident_id("d", "m", "e")
    assert len({name, incident_id("x", "m", "e"), incident_id("d", "x", "e"), incident_id("d", "m", "x")}) == 4
