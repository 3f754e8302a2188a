"""Pauses, silences, owners, approvals: what other people and programs want comes before what we would do."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from monitor.acting.approval import Approval, approval_of, approval_signal
from monitor.acting.contest import contest_signal, failure_signal
from monitor.acting.entries import Kind
from monitor.acting.limits import Limits
from monitor.acting.owners import Writer, controller_of, gitops_of, last_writer
from monitor.acting.people import Asked
from monitor.acting.policy import TABLE, Signal, State
from monitor.acting.silences import silences_over
from monitor.ports_cluster import FIELD_MANAGER
from tests.acting_safely.situations import plan_of
from tests.acting_safely.worlds import NOW_MS, RULES, UID, deployment, entry

LABELS = {"alertname": "FairdriftDegraded", "model": "readmission"}


def matcher(name: str, value: Any, **said: Any) -> dict[str, Any]:
    return {"name": name, "value": value, "isRegex": False, "isEqual": True, **said}


@pytest.mark.parametrize(
    ("matchers", "holds"),
    [
        ([matcher("model", "readmission")], True),
        ([matcher("model", "sepsis")], False),
        ([matcher("model", "readmission"), matcher("alertname", "Another")], False),
        ([matcher("model", "read.*", isRegex=True)], True),
        ([matcher("model", "read", isRegex=True)], False),
        ([matcher("model", "sepsis", isEqual=False)], True),
        ([matcher("model", "readmission", isEqual=False)], False),
        ([matcher("model", "sep.*", isRegex=True, isEqual=False)], True),
        ([matcher("ward", "")], True),
        ([matcher("ward", "x")], False),
        ([matcher("model", "(", isRegex=True)], True),
        ([matcher("model", None)], True),
        ([{"name": "model", "value": "readmission"}], True),
        ([], True),
    ],
)
def test_a_silence_holds_if_it_may_cover_the_alert(matchers: list[Any], holds: bool) -> None:
    told = [{"id": "s", "status": {"state": "active"}, "matchers": matchers}]
    assert bool(silences_over(LABELS, told, NOW_MS)) is holds


@pytest.mark.parametrize(
    ("said", "holds"),
    [
        ({"status": {"state": "active"}}, True),
        ({"status": {"state": "expired"}}, False),
        ({"status": {"state": "pending"}}, False),
        ({}, True),
        ({"status": {"state": "active"}, "endsAt": "2020-01-01T00:00:00Z"}, False),
        ({"status": {"state": "active"}, "endsAt": "2099-01-01T00:00:00Z"}, True),
        ({"status": {"state": "active"}, "endsAt": "2027-01-15T08:00:00Z"}, False),
        ({"status": {"state": "active"}, "endsAt": "2027-01-15T08:00:00.001Z"}, True),
        ({"status": {"state": "active"}, "endsAt": "soon"}, True),
        ({"status": {"state": "active"}, "endsAt": 5}, True),
    ],
)
def test_a_silence_holds_while_it_is_in_force_or_that_cannot_be_told(said: dict[str, Any], holds: bool) -> None:
    assert bool(silences_over(LABELS, [{"id": "s", "matchers": [], **said}], NOW_MS)) is holds


def test_a_pause_holds_one_or_all_until_it_ends() -> None:
    one = entry(1, Kind.PAUSED, of=UID, until_ms=NOW_MS + 9, reason="flu wave")
    every = entry(2, Kind.PAUSED, of="*", until_ms=NOW_MS + 5, reason="audit")
    asked = Asked.of([one, every])
    assert [pause.reason for pause in asked.pauses_of(UID, NOW_MS)] == ["flu wave", "audit"]
    assert [pause.reason for pause in asked.pauses_of("another", NOW_MS)] == ["audit"]
    assert [pause.reason for pause in asked.pauses_of(UID, NOW_MS + 5)] == ["flu wave"]
    resumed = entry(3, Kind.PAUSED, of=UID, until_ms=0, reason="")
    assert Asked.of([one, resumed]).pauses_of(UID, NOW_MS) == ()


@pytest.mark.parametrize(
    "said", [{"of": UID, "until_ms": 9, "reason": " "}, {"of": UID, "until_ms": 9}, {"of": UID, "reason": "x"}]
)
def test_a_pause_needs_a_reason_and_an_end(said: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        Asked.of([entry(1, Kind.PAUSED, **said)])


def test_the_newest_override_of_an_incident_stands() -> None:
    log = [
        entry(seq, Kind.OVERRIDDEN, incident="i", actor="ann", target=target, skips=("G9",), reason="known cause")
        for seq, target in ((1, "m1"), (2, "m2"))
    ]
    found = Asked.of(log).override_of("i")
    assert found is not None
    assert (found.target, found.actor, found.skips) == ("m2", "ann", ("G9",))
    assert Asked.of(log).override_of("another") is None
    with pytest.raises(msgspec.ValidationError, match="reason"):
        Asked.of([entry(1, Kind.OVERRIDDEN, incident="i", target="m", skips=(), reason="")])


P = "sha256:plan"


def approved(at_ms: int, plan: str = P, **said: Any) -> Any:
    return entry(at_ms, Kind.APPROVED, plan=plan, at_ms=at_ms, actor="ann", is_yes=True, **said)


def test_an_approval_is_the_newest_word_on_that_plan_and_never_lasts_longer_than_it_may() -> None:
    found = approval_of(P, [approved(1), approved(5, expires_ms=10**15), approved(9, plan="another")], 100)
    assert found == Approval(P, "ann", True, at_ms=5, expires_ms=105)
    plain = approval_of(P, [approved(5)], 100)
    assert plain is not None
    assert plain.expires_ms == 105
    short = approval_of(P, [approved(5, expires_ms=50)], 100)
    assert short is not None
    assert short.expires_ms == 50
    assert (
        approval_of(P, [approved(1, plan="another"), entry(2, Kind.APPROVED, plan=P, actor="", is_yes=True)], 9) is None
    )


@pytest.mark.parametrize(
    ("present", "approval", "now_ms", "expected"),
    [
        (P, None, 99, None),
        (P, None, 100, Signal.EXPIRED),
        (P, Approval(P, "ann", True, 5, 105), 50, Signal.APPROVED),
        (P, Approval(P, "ann", True, 5, 105), 105, Signal.EXPIRED),
        (P, Approval(P, "ann", False, 5, 105), 50, Signal.REJECTED),
        (P, Approval("another", "ann", True, 5, 105), 50, None),
        ("sha256:other", Approval(P, "ann", True, 5, 105), 50, Signal.CHANGED),
    ],
    ids=["waits", "nobody answers", "yes", "yes too old", "no", "yes to another plan", "plan changed"],
)
def test_what_waits_for_approval_hears_its_signal(
    present: str, approval: Approval | None, now_ms: int, expected: Signal | None
) -> None:
    found = approval_signal(P, present, approval, since_ms=0, now_ms=now_ms, approval_ms=100)
    assert found is expected
    assert found is None or found in TABLE[State.AWAITING_APPROVAL]


def managed(*writers: tuple[str, str], **said: Any) -> dict[str, Any]:
    wrote = {"fieldsV1": {"f:spec": {"f:template": {}}}, **said}
    return {"metadata": {"managedFields": [{"manager": name, "time": at, **wrote} for name, at in writers]}}


@pytest.mark.parametrize(
    ("name", "is_person"),
    [
        ("kubectl-edit", True),
        ("kubectl-rollout", True),
        ("Mozilla", True),
        ("terraform", True),
        ("argocd-controller", False),
        ("argocd-application-controller", False),
        ("kustomize-controller", False),
        ("helm-controller", False),
        ("helm", True),
        (FIELD_MANAGER, False),
    ],
)
def test_who_is_no_known_program_counts_as_a_person(name: str, is_person: bool) -> None:
    assert last_writer(managed((name, "2026-01-01T00:00:00Z"))) == Writer(name, is_person)


def test_the_last_writer_of_the_template_is_asked_for() -> None:
    both = managed(("argocd-controller", "2026-01-02T00:00:00Z"), ("kubectl-edit", "2026-01-01T00:00:00Z"))
    assert last_writer(both).name == "argocd-controller"
    assert last_writer(managed(("kubectl-edit", "2026-01-01T00:00:00Z"), subresource="status")).is_person
    scaled = managed(("hpa", "2026-01-03T00:00:00Z"), fieldsV1={"f:spec": {"f:replicas": {}}})
    assert last_writer(scaled) == Writer("nobody we know", True)
    assert last_writer({}).is_person


def test_of_several_writers_within_one_second_a_person_counts_as_the_last_and_we_as_the_first() -> None:
    at = "2026-01-02T00:00:00Z"
    everybody = [(FIELD_MANAGER, at), ("argocd-controller", at), ("kubectl-edit", at)]
    assert last_writer(managed(*everybody)) == Writer("kubectl-edit", True)
    assert last_writer(managed(*everybody[:2])) == Writer("argocd-controller", False)


def test_owners_and_gitops_tools_are_seen() -> None:
    assert controller_of({"metadata": {"ownerReferences": [{"kind": "X", "name": "y"}]}}) is None
    assert controller_of({}) is None
    notes = {"metadata": {"annotations": {"meta.helm.sh/release-name": "r", "argocd.argoproj.io/tracking-id": "t"}}}
    assert gitops_of(notes) == ("argocd",), "Helm puts nothing back by itself"
    assert gitops_of(managed(("argocd-controller", ""), ("helm-controller", ""))) == ("argocd", "flux")
    assert gitops_of(managed(("kubectl-edit", ""))) == ()
    assert gitops_of({"metadata": {"labels": {"kustomize.toolkit.fluxcd.io/name": "k"}}}) == ("flux",)
    assert gitops_of({}) == ()


PROGRAM, PERSON = Writer("argocd-controller", False), Writer("kubectl-edit", True)


@pytest.mark.parametrize(
    ("letter", "writer", "reassertions", "expected"),
    [
        ("a", PERSON, 9, Signal.RETURNED),
        ("b", PROGRAM, 0, Signal.REASSERT),
        ("b", PROGRAM, 1, Signal.AGAIN),
        ("b", PERSON, 0, Signal.HUMAN),
        ("c", PROGRAM, 0, Signal.HUMAN),
    ],
    ids=["back by itself", "a program", "a program again", "a person", "something nobody judged"],
)
def test_a_program_is_answered_once_and_a_person_never(
    letter: str, writer: Writer, reassertions: int, expected: Signal
) -> None:
    found = contest_signal(plan_of(), deployment(letter), writer, reassertions, Limits(), RULES)
    assert found is expected
    assert found in TABLE[State.CONTESTED]


@pytest.mark.parametrize(
    ("why", "failures", "now_ms", "expected"),
    [
        ("unreachable", 2, 0, Signal.TRANSIENT),
        ("unreachable", 3, 0, Signal.FINAL),
        ("denied", 1, 0, Signal.FINAL),
        ("changed_by_admission", 1, 0, Signal.FINAL),
        ("deadline", 1, 99, None),
        ("deadline", 1, 100, Signal.FINAL),
    ],
)
def test_only_a_server_out_of_reach_is_worth_another_try(
    why: Any, failures: int, now_ms: int, expected: Signal | None
) -> None:
    limits = replace(Limits(), conflicts=3)
    found = failure_signal(why, failures, since_ms=0, now_ms=now_ms, late_ms=100, limits=limits)
    assert found is expected
    assert found is None or found in TABLE[State.FAILED]
