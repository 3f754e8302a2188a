"""The ledger: proven, audited, condemned; folded from the audit log alone."""

import itertools
from typing import Any

import pytest

from monitor.acting.entries import Kind
from monitor.acting.known_good import Epoch, Ledger, Standing
from tests.acting_safely.worlds import DAY_MS, NOW_MS, UID, entry, m_of, r_of, served


def standing(*entries: Any) -> Standing:
    return Ledger.of(entries).standing(m_of("a"), NOW_MS)


def a_week(**changed: Any) -> dict[str, Any]:
    return {"first_served_ms": 0, "last_served_ms": 7 * DAY_MS, "baseline": False, **changed}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (a_week(baseline=True), Standing.PROVEN),
        (a_week(cleared=True), Standing.PROVEN),
        (a_week(), Standing.UNPROVEN),
        (a_week(cleared=True, last_served_ms=7 * DAY_MS - 1), Standing.UNPROVEN),
        (a_week(cleared=True, degraded=True), Standing.UNPROVEN),
        (a_week(cleared=True, own="page"), Standing.UNPROVEN),
        (a_week(cleared=True, undetermined=("age_band=90_plus",)), Standing.PROVEN),
    ],
    ids=[
        "the reference's own",
        "cleared",
        "neither",
        "a millisecond short of a week",
        "was degraded",
        "its own evidence at page",
        "small subgroups undetermined",
    ],
)
def test_proven_is_a_week_without_harm_and_shown_to_be_no_worse(said: dict[str, Any], expected: Standing) -> None:
    assert standing(served(1, "a", **said)) is expected


def test_one_degraded_verdict_is_never_forgotten() -> None:
    assert standing(entry(1, Kind.JUDGED, "a", degraded=True), served(2, "a")) is Standing.UNPROVEN


def test_nobody_speaks_for_a_model_never_heard_of() -> None:
    assert Ledger().standing("sha256:none", NOW_MS) is Standing.UNPROVEN


def test_an_audit_holds_until_it_expires() -> None:
    passed = entry(1, Kind.REGISTRY_CHANGED, "a", change="audited", until_ms=NOW_MS + 1)
    assert Ledger.of([passed]).standing(m_of("a"), NOW_MS) is Standing.AUDITED
    assert Ledger.of([passed]).standing(m_of("a"), NOW_MS + 1) is Standing.UNPROVEN


def test_condemned_outranks_proven_and_audited_and_is_sticky() -> None:
    passed = entry(2, Kind.REGISTRY_CHANGED, "a", change="audited", until_ms=NOW_MS + DAY_MS)
    condemned = entry(3, Kind.CONDEMNED, "a")
    for order in itertools.permutations([served(1, "a"), passed, condemned]):
        assert standing(*order) is Standing.CONDEMNED
    assert standing(condemned, served(4, "a"), entry(5, Kind.STARTED, "a")) is Standing.CONDEMNED


@pytest.mark.parametrize(
    ("audit_seq", "people", "expected"),
    [
        (4, ("ann", "bo"), Standing.AUDITED),
        (4, ("ann",), Standing.CONDEMNED),
        (4, ("ann", "ann"), Standing.CONDEMNED),
        (2, ("ann", "bo"), Standing.CONDEMNED),
    ],
    ids=["new audit, two people", "one person", "one person twice", "an audit from before"],
)
def test_lifting_takes_a_new_audit_and_two_people(audit_seq: int, people: tuple[str, ...], expected: Standing) -> None:
    audit = entry(audit_seq, Kind.REGISTRY_CHANGED, "a", change="audited", until_ms=NOW_MS + DAY_MS)
    lifted = entry(5, Kind.REGISTRY_CHANGED, "a", change="lifted", people=people)
    log = sorted([audit, entry(3, Kind.CONDEMNED, "a"), lifted], key=lambda one: one.seq)
    assert standing(*log) is expected


def test_a_restart_of_a_condemned_model_is_condemned() -> None:
    # T23: M stays through `rollout restart`, so its standing does.
    again = entry(2, Kind.SEEN, "a", replica_set_uid="rs-new", started_ms=NOW_MS)
    assert standing(entry(1, Kind.CONDEMNED, "a"), again) is Standing.CONDEMNED


def test_epochs_are_kept_in_order_and_templates_know_their_model() -> None:
    seen = [
        entry(1, Kind.SEEN, "a", replica_set_uid="rs-a"),
        entry(2, Kind.SEEN, "b", replica_set_uid="rs-b", started_ms=5),
        entry(3, Kind.SEEN, "a", replica_set_uid="rs-a", started_ms=9),
    ]
    ledger = Ledger.of(seen)
    assert ledger.epoch(UID) == Epoch("rs-a", 9), "one hash serves in several epochs"
    assert len(ledger.epochs[UID]) == 3
    assert ledger.models_of_templates == {r_of("a"): m_of("a"), r_of("b"): m_of("b")}
    assert ledger.epoch("another") is None


def test_the_log_alone_gives_the_ledger_again() -> None:
    log = [served(1, "a"), entry(2, Kind.CONDEMNED, "b"), entry(3, Kind.SEEN, "b", replica_set_uid="rs-b")]
    step_by_step = Ledger()
    for one in log:
        step_by_step = step_by_step.fold(one)
    assert step_by_step == Ledger.of(log)


@pytest.mark.parametrize("kind", [k for k in Kind if k not in (Kind.JUDGED, Kind.CONDEMNED, Kind.SEEN)])
def test_other_entries_say_nothing_of_a_model(kind: Kind) -> None:
    known = Ledger.of([served(1, "a")])
    if kind is Kind.REGISTRY_CHANGED:
        assert known.fold(entry(2, kind, "a", change="hold")).records == known.records
    else:
        assert known.fold(entry(2, kind, "a", own="page")) is known


@pytest.mark.parametrize("missing", ["first_served_ms", "last_served_ms"])
def test_time_served_is_from_the_first_to_the_last_inference(missing: str) -> None:
    week = {"first_served_ms": 5 * DAY_MS, "last_served_ms": 12 * DAY_MS}
    assert standing(served(1, "a", **week)) is Standing.PROVEN
    assert standing(served(1, "a", **{**week, "last_served_ms": 12 * DAY_MS - 1})) is Standing.UNPROVEN
    assert standing(served(1, "a", **{**week, missing: None})) is Standing.UNPROVEN
