"""What the judge says of a stream: no data is never healthy, harm is held until someone has seen it."""

import numpy as np
import pytest

from monitor.counting.ripe import RipeCells
from monitor.judging.judge import Judge
from monitor.judging.rules import DAY_MS, DataState
from monitor.judging.verdict import Verdict
from tests.judging_evidence.worlds import LATTICE, USUAL, F, M, Pane, everyone, judged, people, ripe, rules, said

HARM = people(fn=12, tp=8, fp=6, tn=34)
"""As usual, but the false negative rate is .60."""


def fair(pane: int) -> Pane:
    return everyone(USUAL)


def harms_f_from(day: int, until: int = 10_000) -> object:
    return lambda pane: {("r1", F): HARM if day <= pane < until else USUAL, ("r1", M): USUAL}


@pytest.fixture
def judge() -> Judge:
    return Judge(rules(), LATTICE, reference=None)


def test_before_its_reference_is_built_a_stream_is_inconclusive(judge: Judge) -> None:
    judged(judge, fair, range(1, 28))
    (verdict,) = said(judge, 27)
    assert (verdict.verdict, verdict.reasons) == (Verdict.INCONCLUSIVE, ("reference_building",))
    assert (verdict.reference, verdict.evidence, verdict.blind_below) == ((None, (), None))


def test_a_fair_stream_becomes_healthy_and_never_more(judge: Judge) -> None:
    judged(judge, fair, range(1, 60))
    assert {one.verdict for one in judge.assess(60 * DAY_MS, DataState(("r1",))) if one.subgroup in ("f", "m")} == {
        Verdict.HEALTHY
    }
    (verdict,) = said(judge, 60)
    assert verdict.reference.value == pytest.approx(0.2)
    assert verdict.reference.tolerated > 0.22
    assert verdict.blind_below < verdict.reference.tolerated + 0.10


def test_a_group_that_nobody_belongs_to_is_never_healthy(judge: Judge) -> None:
    judged(judge, fair, range(1, 60))
    (verdict,) = said(judge, 60, slug="unknown")
    assert (verdict.verdict, verdict.reasons) == (Verdict.INCONCLUSIVE, ("reference_too_small",))


def test_harm_to_one_group_makes_that_group_degraded_and_not_the_other(judge: Judge) -> None:
    judged(judge, harms_f_from(60), range(1, 80))
    (harmed,), (other,) = said(judge, 80), said(judge, 80, slug="m")
    assert harmed.verdict == Verdict.DEGRADED
    assert harmed.evidence[0].log_e > harmed.evidence[0].page > harmed.evidence[0].watch
    assert other.verdict == Verdict.HEALTHY


def test_an_alarm_says_when_the_harm_began_and_nobody_else_does(judge: Judge) -> None:
    judged(judge, harms_f_from(60), range(1, 80))
    # Slices are two days wide here: (2 days of horizon + 90) / 64, in whole panes; day 60 begins one.
    assert [said(judge, 80, slug=slug)[0].onset_ms for slug in ("f", "m")] == [60 * DAY_MS, None]
    judge.acknowledge("sex", "f", "false_negative_rate")
    assert said(judge, 80)[0].onset_ms is None


def test_an_onset_is_remembered_while_the_alarm_is_held(judge: Judge) -> None:
    judged(judge, harms_f_from(60, until=70), range(1, 400))
    (verdict,) = said(judge, 400)
    assert (verdict.verdict, verdict.onset_ms) == (Verdict.DEGRADED, 60 * DAY_MS)


def test_a_metric_that_only_watches_is_suspect_at_most(judge: Judge) -> None:
    judged(judge, harms_f_from(60), range(1, 100))
    (verdict,) = said(judge, 100, "error_rate")
    assert verdict.verdict == Verdict.SUSPECT
    assert verdict.evidence[0].page is None


def test_a_fall_of_the_selection_rate_is_found_as_well_as_a_rise(judge: Judge) -> None:
    fewer, more = people(fn=16, tp=4, fp=2, tn=38), people(fn=2, tp=18, fp=20, tn=20)
    for changed in (fewer, more):
        one = Judge(rules(), LATTICE, reference=None)
        judged(one, lambda pane, changed=changed: everyone(USUAL if pane < 60 else changed), range(1, 80))
        assert said(one, 80, "selection_rate")[0].verdict == Verdict.SUSPECT


def test_degraded_is_held_when_the_harm_ends_until_someone_acknowledges_it(judge: Judge) -> None:
    judged(judge, harms_f_from(60, until=70), range(1, 60))
    assert said(judge, 60)[0].verdict == Verdict.HEALTHY
    judged(judge, harms_f_from(60, until=70), range(60, 200))
    (verdict,) = said(judge, 200)
    assert verdict.evidence[0].log_e < verdict.evidence[0].watch
    assert (verdict.verdict, verdict.previous) == (Verdict.DEGRADED, Verdict.HEALTHY)
    judge.acknowledge("sex", "f", "false_negative_rate")
    (verdict,) = said(judge, 201)
    assert (verdict.verdict, verdict.previous, verdict.evidence[0].log_e) == (Verdict.HEALTHY, Verdict.DEGRADED, None)
    assert verdict.since_ms == 201 * DAY_MS


def test_an_acknowledged_harm_that_goes_on_is_found_again(judge: Judge) -> None:
    judged(judge, harms_f_from(60), range(1, 80))
    judge.acknowledge("sex", "f", "false_negative_rate")
    judged(judge, harms_f_from(60), range(80, 100))
    assert said(judge, 100)[0].verdict == Verdict.DEGRADED


def test_suspicion_lasts_until_the_evidence_is_gone_and_does_not_flicker(judge: Judge) -> None:
    judged(judge, harms_f_from(60, until=75), range(1, 77))
    shown = []
    for day in range(77, 250):
        judged(judge, harms_f_from(60, until=75), range(day, day + 1))
        (verdict,) = said(judge, day, "error_rate")
        strong = max(verdict.evidence, key=lambda one: one.log_e or 0.0)  # the rate, or its gap to everybody else's
        shown.append((strong.log_e - strong.watch, strong.log_e, verdict.verdict))
    above = [one for over, _, one in shown if over >= 0]
    between = [one for over, nats, one in shown if over < 0 <= nats]
    gone = [one for _, nats, one in shown if nats < 0]
    assert above
    assert len(between) > 5
    assert set(above + between) == {Verdict.SUSPECT}
    assert set(gone) == {Verdict.HEALTHY}


def test_only_a_stream_that_is_judged_can_be_acknowledged(judge: Judge) -> None:
    with pytest.raises(ValueError, match="no stream of false_discovery_rate for sex=f"):
        judge.acknowledge("sex", "f", "false_discovery_rate")


def test_a_verdict_that_stays_keeps_the_time_of_its_change(judge: Judge) -> None:
    judged(judge, fair, range(1, 60))
    first = said(judge, 59)[0].since_ms
    judged(judge, fair, range(60, 70))
    assert said(judge, 69)[0].since_ms == first


def test_when_labels_stop_the_stream_is_stale_and_not_healthy(judge: Judge) -> None:
    judged(judge, fair, range(1, 60))
    inferences = [ripe(day, fair) for day in range(60, 80)]
    for day, cells in enumerate(inferences, start=60):
        free = cells.age_bin == -1
        only = RipeCells(cells.revisions, *(getattr(cells, name)[free] for name in COLUMNS))
        judge.step(day * DAY_MS, only)
    (verdict,) = said(judge, 80)
    assert (verdict.verdict, verdict.reasons) == (Verdict.STALE, ("labels_stopped",))
    assert said(judge, 80, "selection_rate")[0].verdict == Verdict.HEALTHY


COLUMNS = ("revision", "pane_start_ms", "age_bin", "combination", "prediction", "label", "n")


def test_two_positives_a_month_leave_a_stream_blind_and_it_says_so(judge: Judge) -> None:
    def rare(pane: int) -> Pane:
        return {("r1", M): USUAL, ("r1", F): USUAL if pane < 30 or pane % 30 == 0 else {}}

    judged(judge, rare, range(1, 400))
    (verdict,) = said(judge, 400)
    assert (verdict.verdict, verdict.reasons) == (Verdict.INCONCLUSIVE, ("blind",))
    assert verdict.blind_below > verdict.reference.tolerated + 0.10


def test_a_revision_without_a_ripe_label_is_inconclusive(judge: Judge) -> None:
    judged(judge, fair, range(1, 60))
    old, new = said(judge, 60, data=DataState(("r1", "r2")))
    assert (old.revision, old.verdict) == ("r1", Verdict.HEALTHY)
    assert (new.revision, new.verdict, new.reasons) == ("r2", Verdict.INCONCLUSIVE, ("no_labels_yet",))
    assert said(judge, 60, "selection_rate", data=DataState(("r2",)))[0].reasons == ("no_inferences_yet",)


def test_doubts_about_the_data_make_a_stream_stale_and_never_resolve_an_alarm(judge: Judge) -> None:
    judged(judge, harms_f_from(60), range(1, 80))
    doubtful = DataState(("r1",), flags=frozenset({"gap"}), stale=frozenset({"lag"}))
    (harmed,), (other,) = said(judge, 80, data=doubtful), said(judge, 80, slug="m", data=doubtful)
    assert (harmed.verdict, harmed.reasons) == (Verdict.DEGRADED, ("gap", "lag"))
    assert (other.verdict, other.reasons) == (Verdict.STALE, ("gap", "lag"))
    (nobody,) = said(judge, 80, slug="unknown", data=doubtful)
    assert (nobody.verdict, nobody.reasons) == (Verdict.STALE, ("reference_too_small", "gap", "lag"))


def test_an_alarm_falls_on_the_canary_whose_own_cells_show_the_harm(judge: Judge) -> None:
    def canary(pane: int) -> Pane:
        usual = everyone(USUAL)
        return usual if pane < 60 else {**usual, ("r2", F): HARM, ("r2", M): USUAL}

    judged(judge, canary, range(1, 90))
    r1, r2 = said(judge, 90, data=DataState(("r1", "r2")))
    assert (r1.verdict, r2.verdict) == (Verdict.HEALTHY, Verdict.DEGRADED)


def test_an_alarm_that_no_revision_shows_alone_falls_on_the_one_serving_most(judge: Judge) -> None:
    shown = people(fn=10, tp=10, fp=6, tn=34)

    def successors(pane: int) -> Pane:
        return everyone(USUAL) if pane < 60 else {(f"r{pane}", F): shown, (f"r{pane}", M): USUAL}

    judged(judge, successors, range(1, 75))
    serving = ("r71", "r72", "r73")
    found = said(judge, 75, data=DataState(serving))
    assert [one.verdict for one in found].count(Verdict.DEGRADED) == 1


def test_shadow_traffic_is_not_judged_and_alarms_nobody(judge: Judge) -> None:
    def shadowed(pane: int) -> Pane:
        return {**everyone(USUAL), **({("r2.shadow", F): HARM, ("r2.shadow", M): HARM} if pane > 40 else {})}

    judged(judge, shadowed, range(1, 90))
    (verdict,) = said(judge, 90, data=DataState(("r2.shadow", "r1")))
    assert (verdict.revision, verdict.verdict) == ("r1", Verdict.HEALTHY)


def test_excluded_cells_never_become_evidence(judge: Judge) -> None:
    judged(judge, fair, range(1, 60))
    before = said(judge, 60)[0].evidence
    for day in range(60, 70):
        cells = ripe(day, harms_f_from(50))
        judge.step(day * DAY_MS, RipeCells(cells.revisions, *(getattr(cells, name) for name in COLUMNS), excluded=True))
    assert said(judge, 70)[0].evidence == before


def test_a_rate_near_one_is_not_watched_for_a_rise_and_never_alarms(judge: Judge) -> None:
    near_one, at_one = people(fn=199, tp=1, fp=6, tn=34), people(fn=200, tp=0, fp=6, tn=34)
    judged(judge, lambda pane: everyone(near_one if pane < 60 else at_one), range(1, 120))
    (verdict,) = said(judge, 120)
    assert (verdict.verdict, verdict.reasons) == (Verdict.INCONCLUSIVE, ("blind",))
    assert verdict.reference.tolerated >= verdict.reference.value == pytest.approx(0.995)
    assert (verdict.blind_below, verdict.evidence[0].log_e) == (1.0, None)


def test_steps_go_forward(judge: Judge) -> None:
    judge.step(DAY_MS, RipeCells.empty())
    with pytest.raises(ValueError, match="give each pane once"):
        judge.step(DAY_MS, RipeCells.empty())


def test_thresholds_are_those_of_the_evidence(judge: Judge) -> None:
    judged(judge, fair, range(1, 60))
    thresholds = judge.thresholds()
    for one in judge.assess(60 * DAY_MS, DataState(("r1",))):
        for evidence in one.evidence:
            assert thresholds[one.attribute, one.metric, evidence.detector, "watch"] == evidence.watch
            assert thresholds.get((one.attribute, one.metric, evidence.detector, "page")) == evidence.page
    assert np.isfinite(list(thresholds.values())).all()


@pytest.mark.parametrize("people_a_day", [1, 20])
def test_a_subgroup_that_is_gone_is_soon_healthy_no_more(people_a_day: int) -> None:
    """However many there were: nobody is no good news. Labels of the last of them are waited for."""
    usual = {kind: n * people_a_day for kind, n in USUAL.items()}

    def pane_of(pane: int) -> Pane:
        return {("r1", F): usual, ("r1", M): usual} if pane < 60 else {("r1", M): usual}

    judge = judged(Judge(rules(), LATTICE, None), pane_of, range(1, 60))
    last = 60
    judged(judge, pane_of, range(last, last + 12))
    women = {one.metric: one for one in judge.assess((last + 12) * DAY_MS, DataState(("r1",))) if one.subgroup == "f"}
    assert {one.verdict for one in women.values()} == {Verdict.INCONCLUSIVE}
    assert {one.reasons for one in women.values()} == {("no_inferences_lately",)}
