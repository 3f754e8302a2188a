"""What a person may do: approve just one plan, skip G5, G6, G9, G10, and nothing else."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from monitor.acting.approval import Approval
from monitor.acting.entries import Kind
from monitor.acting.guards.order import Cleared, clear, refusal
from monitor.acting.guards.refusal import Guard, Refusal
from monitor.acting.guards.situation import Situation
from monitor.acting.identities import model_identity, template_identity
from monitor.acting.people import Asked, Override
from monitor.acting.policy import Signal
from monitor.acting.replica_sets import revisions
from tests.acting_safely.refusals import BY_TIMING, REFUSALS, action, changed, done
from tests.acting_safely.situations import plan_of, situation
from tests.acting_safely.worlds import NOW_MS, RULES, deployment, entry, m_of, revision_sets, stream, template


def yes(now: Situation, **said: Any) -> Approval:
    return Approval(
        **{"plan": now.plan.hash, "actor": "ann", "is_yes": True, "at_ms": 0, "expires_ms": NOW_MS + 1, **said}
    )


@pytest.mark.parametrize(
    ("said", "passes"),
    [
        ({}, True),
        ({"is_yes": False}, False),
        ({"expires_ms": NOW_MS}, False),
        ({"plan": "sha256:another"}, False),
        ({"at_ms": NOW_MS + 1}, False),
    ],
    ids=["yes", "no", "expired", "another plan", "from the future"],
)
def test_an_approval_passes_only_its_own_plan_in_its_time(said: dict[str, Any], passes: bool) -> None:
    for mode, record in (("approve", stream()), ("auto", BY_TIMING)):
        now = situation(mode=mode, record=record)
        assert isinstance(clear(replace(now, approval=yes(now, **said))), Cleared) is passes


def test_references_that_may_change_wait_for_a_person() -> None:
    tagged = template("b")
    tagged["spec"]["containers"][0]["image"] = "registry.example/readmission:latest"
    no_digest = changed(deployment("b"), "spec", "template", to=tagged)
    now = situation(deployment=no_digest, record=stream())
    now = replace(
        now,
        plan=plan_of(judged_model=model_identity(tagged, RULES), judged_template=template_identity(tagged)),
        known=_known(no_digest),
    )
    no = refusal(now)
    assert no is not None
    assert (no.guard, no.signal, no.why) == (Guard.MODE, Signal.APPROVE, "image of container model is named by a tag")


def _known(made: dict[str, Any]) -> Any:
    sets = [*revision_sets("a", "b")]
    sets[1] = changed(sets[1], "spec", "template", to=made["spec"]["template"])
    return revisions(made, sets, RULES)


def override(*skips: str, target: str = "") -> Override:
    return Override(target or m_of("a"), skips, "I know why", "ann")


SKIPPABLE = (Guard.DATA, Guard.BLAME, Guard.COOLDOWN, Guard.BUDGET)
NOT_FIT_TO_SKIP = [one for one in REFUSALS if one[2] not in (*SKIPPABLE, Guard.MODE)]


def test_a_persons_plan_skips_what_a_person_may_and_still_needs_approval() -> None:
    asked = override("G5", "G6", "G9", "G10")
    now = situation(record=None, plan=plan_of(by="person"), override=asked, **done(action(1), accepted=(("i-1", 1),)))
    no = refusal(now)
    assert no is not None
    assert (no.guard, no.signal) == (Guard.MODE, Signal.APPROVE)
    cleared = clear(replace(now, approval=yes(now)))
    assert isinstance(cleared, Cleared)
    assert cleared.skipped == SKIPPABLE


def test_who_skips_the_data_alone_still_needs_a_blame() -> None:
    no = refusal(situation(record=None, plan=plan_of(by="person"), override=override("G5")))
    assert no is not None
    assert (no.guard, no.why) == (Guard.BLAME, "nobody is blamed")


@pytest.mark.parametrize(("said", "guard"), [r[1:3] for r in NOT_FIT_TO_SKIP], ids=[r[0] for r in NOT_FIT_TO_SKIP])
def test_no_override_skips_another_guard(said: dict[str, Any], guard: Guard) -> None:
    asked = override("G5", "G6", "G9", "G10")
    now = situation(**said)
    plan = replace(now.plan, by="person")
    no = clear(replace(now, override=asked, plan=plan, approval=yes(replace(now, plan=plan))))
    assert isinstance(no, Refusal)
    assert no.guard is guard


@pytest.mark.parametrize("guard", [guard for guard in Guard if guard not in SKIPPABLE])
def test_an_override_of_another_guard_is_refused_when_asked(guard: Guard) -> None:
    with pytest.raises(ValueError, match="cannot be skipped"):
        override(guard)
    with pytest.raises(msgspec.ValidationError):
        Asked.of([entry(1, Kind.OVERRIDDEN, incident="i", target="m", skips=(guard,), reason="x")])


def test_an_override_of_another_target_than_the_plans_is_no_override() -> None:
    no = refusal(situation(override=override(target=m_of("c"))))
    assert no is not None
    assert (no.guard, no.why) == (Guard.TARGET, "a person named another one")
