"""The whole judge on releases of known truth: who is blamed, by which evidence, and who is not."""

import pytest

from monitor.judging.incidents import incidents
from monitor.judging.rules import DAY_MS, DataState
from monitor.judging.verdict import CONCURRENT_EFFECT, REVISION_EFFECT, Verdict
from tests.blaming_the_release.worlds import (
    FNR,
    ROLLOUT,
    USUAL_RATE,
    blame_of,
    canary,
    run,
    stream,
    stream_of,
    switched,
)
from tests.judging_evidence.worlds import F, ripe

HARM = 0.5


def fair(day: int, revision: str, person: int) -> float:
    return USUAL_RATE


def bad_for_women(day: int, revision: str, person: int) -> float:
    return HARM if revision == "r2" and person == F else USUAL_RATE


def bad_days(day: int, revision: str, person: int) -> float:
    return HARM if day >= ROLLOUT and person == F else USUAL_RATE


def test_a_release_that_harms_one_group_is_blamed_for_it_by_timing() -> None:
    judge = run(stream(bad_for_women, switched), ROLLOUT + 14)
    women, men = (stream_of(judge, ROLLOUT + 14, slug) for slug in ("f", "m"))
    assert women.verdict is Verdict.DEGRADED
    assert women.blame is not None
    assert (women.blame.cause, women.blame.by) == ("revision", "timing")
    assert "19 %" in str(women.blame.limits)
    assert (women.former, women.rollout_ms) == ("r1", ROLLOUT * DAY_MS)
    assert women.onset_ms is not None
    assert abs(women.onset_ms - ROLLOUT * DAY_MS) <= 2 * DAY_MS
    assert men.verdict < Verdict.SUSPECT
    assert men.blame is None


def test_a_rollback_level_is_named_with_its_evidence() -> None:
    judge = run(stream(bad_for_women, switched), ROLLOUT + 14)
    (effect,) = [e for e in stream_of(judge, ROLLOUT + 14, "f").evidence if e.detector == REVISION_EFFECT]
    assert effect.against == "r1"
    assert effect.log_e is not None
    assert effect.rollback is not None
    assert effect.log_e >= effect.rollback > effect.watch


def test_a_canary_is_blamed_by_what_both_do_at_the_same_time() -> None:
    judge = run(stream(bad_for_women, canary), ROLLOUT + 25)
    blame = blame_of(judge, ROLLOUT + 25, "f")
    assert blame is not None
    assert (blame.cause, blame.by, blame.limits) == ("revision", "concurrent", None)
    detectors = {e.detector for e in stream_of(judge, ROLLOUT + 25, "f").evidence}
    assert {CONCURRENT_EFFECT, REVISION_EFFECT} <= detectors
    assert stream_of(judge, ROLLOUT + 25, "f", revision="r1").blame is None


def test_what_befalls_both_revisions_alike_is_not_blamed_on_the_new_one() -> None:
    judge = run(stream(bad_days, canary), ROLLOUT + 60)
    blame = blame_of(judge, ROLLOUT + 60, "f")
    assert stream_of(judge, ROLLOUT + 60, "f").verdict is Verdict.DEGRADED
    assert blame is not None
    assert blame.cause == "population"


def test_a_release_that_is_no_worse_is_cleared_and_never_blamed() -> None:
    judge = run(stream(fair, switched), ROLLOUT + 60)
    for slug in ("overall", "f", "m"):
        said = stream_of(judge, ROLLOUT + 60, slug)
        assert said.verdict < Verdict.DEGRADED  # once a week a false suspicion is allowed for
        assert said.blame is None
        assert said.cleared


def test_a_rise_long_after_the_rollout_is_the_populations() -> None:
    def later(day: int, revision: str, person: int) -> float:
        return HARM if day >= ROLLOUT + 50 and person == F else USUAL_RATE

    judge = run(stream(later, switched), ROLLOUT + 75)
    blame = blame_of(judge, ROLLOUT + 75, "f")
    assert blame is not None
    assert blame.cause == "population"


def test_a_rise_without_any_rollout_is_the_populations() -> None:
    judge = run(stream(bad_days, lambda _: {"r1": 20}), ROLLOUT + 30)
    blame = blame_of(judge, ROLLOUT + 30, "f", revision="r1")
    assert blame is not None
    assert blame.cause == "population"


def test_a_trend_that_began_before_the_rollout_is_not_the_releases_alone() -> None:
    def climbing(day: int, revision: str, person: int) -> float:
        return min(HARM, USUAL_RATE + max(0, day - 40) * 0.015) if person == F else USUAL_RATE

    judge = run(stream(climbing, switched), ROLLOUT + 30)
    blame = blame_of(judge, ROLLOUT + 30, "f")
    assert stream_of(judge, ROLLOUT + 30, "f").verdict is Verdict.DEGRADED
    assert blame is not None
    assert blame.cause in ("mixed", "population", "unknown")


def test_too_many_outcomes_without_an_inference_forbid_to_blame_by_timing() -> None:
    day = ROLLOUT + 14
    judge = run(stream(bad_for_women, switched), day)
    found = judge.assess(day * DAY_MS, DataState(("r2",), flags=frozenset({"unpaired"})))
    (women,) = [one for one in found if (one.subgroup, one.metric) == ("f", FNR)]
    assert women.verdict is Verdict.DEGRADED
    assert women.blame is not None
    assert women.blame.cause == "unknown"


def test_one_cause_makes_one_incident_named_after_whom_it_hits_hardest() -> None:
    day = ROLLOUT + 30
    judge = run(stream(bad_for_women, switched), day)
    (incident,) = incidents(judge.assess(day * DAY_MS, DataState(("r2",))))
    assert (incident.revision, incident.blame.cause, incident.worst.subgroup) == ("r2", "revision", "f")
    assert [said.subgroup for said in incident.also_moved] == ["overall"]


def test_an_acknowledged_alarm_of_a_release_is_let_go() -> None:
    day = ROLLOUT + 14
    judge = run(stream(bad_for_women, switched), day)
    judge.acknowledge("sex", "f", FNR)
    assert stream_of(judge, day, "f").verdict < Verdict.SUSPECT
    for later in range(day + 1, day + 15):
        judge.step(later * DAY_MS, ripe(later, stream(bad_for_women, switched)))
    assert stream_of(judge, day + 14, "f").verdict is Verdict.DEGRADED


@pytest.mark.parametrize("serving", [switched, canary])
def test_a_restart_on_any_day_gives_the_same_evidence_bit_for_bit(serving: object) -> None:
    pane = stream(bad_for_women, serving)  # type: ignore[arg-type]
    straight = run(pane, ROLLOUT + 20).state_bytes()
    judge = run(pane, ROLLOUT - 2)
    for day in range(ROLLOUT - 1, ROLLOUT + 21):
        judge.step(day * DAY_MS, ripe(day, pane))
        packed, judge = judge.state_bytes(), run(pane, 0)
        judge.restore(packed)
    assert judge.state_bytes() == straight
