"""A rate that breathes with the week: expected where a calendar key says so, else watched by D1 and never paged."""

import numpy as np
import pytest
from scipy.stats import f_oneway

from monitor.judging import fits
from monitor.judging.judge import Judge
from monitor.judging.reference_file import read_reference, write_reference
from monitor.judging.rules import DAY_MS
from monitor.judging.seasonal_key import Calendar
from monitor.judging.seasonality import p_value
from monitor.judging.table import SEASON
from monitor.judging.verdict import Verdict
from tests.building_references.weeks import FNR, after_hours, by_weekday, new_judge, story, week_rules, worst
from tests.judging_evidence.worlds import CODING, LATTICE, F, M

WEEKDAY = Calendar("day_of_week")
YEAR = range(1, 200)


def test_with_the_key_a_season_raises_no_false_alarm() -> None:
    said = story(new_judge(WEEKDAY), by_weekday(), YEAR)
    assert worst(said) < Verdict.SUSPECT
    assert {one.verdict for one in said[199] if one.metric == FNR and one.subgroup == "f"} == {Verdict.HEALTHY}
    assert not any(SEASON in one.reasons for one in said[199])


def test_without_the_key_d1_watches_and_does_not_page() -> None:
    said = story(new_judge(), by_weekday(harm={F: 0.20, M: 0.20}, from_day=100), YEAR)
    assert worst({day: one for day, one in said.items() if day <= 100}) < Verdict.SUSPECT
    assert worst(said) == Verdict.SUSPECT, "harm of everybody, which no gap shows"
    (stream,) = (one for one in said[199] if one.metric == FNR and one.subgroup == "f")
    assert (stream.verdict, SEASON in stream.reasons) == (Verdict.SUSPECT, True)
    assert [one.page for one in stream.evidence if one.detector == "reference"] == [None]
    assert not any(SEASON in one.reasons for one in said[199] if one.metric != FNR)


def test_where_nobody_looks_for_a_season_d1_pages_for_that_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    # negative control: it is the rule that holds the page back
    monkeypatch.setattr(fits, "LEVEL", 0.0)
    assert worst(story(new_judge(), by_weekday(harm={F: 0.20, M: 0.20}, from_day=100), YEAR)) == Verdict.DEGRADED


def test_a_season_of_hourly_panes_pages_for_nothing_but_for_the_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    assert after_hours(None, swing=0.06, weeks=7).latched() == []
    assert after_hours(Calendar("hour_of_week"), swing=0.06, weeks=7).latched() == []
    monkeypatch.setattr(fits, "LEVEL", 0.0)  # negative control
    assert after_hours(None, swing=0.06, weeks=7).latched() != []


def test_with_the_key_harm_is_found_all_the_same() -> None:
    said = story(new_judge(WEEKDAY), by_weekday(harm={F: 0.08, M: 0.08}, from_day=100), YEAR)
    assert worst({day: one for day, one in said.items() if day <= 100}) < Verdict.SUSPECT
    assert {one.verdict for one in said[130] if one.metric == FNR and one.subgroup == "overall"} == {Verdict.DEGRADED}


def test_without_the_key_a_widening_gap_still_pages() -> None:
    # D2 compares inside a step, where everybody has the same season: its promise holds without a key.
    said = story(new_judge(), by_weekday(harm={F: 0.10}, from_day=100), YEAR)
    assert worst({day: one for day, one in said.items() if day <= 100}) < Verdict.DEGRADED
    assert {one.verdict for one in said[150] if one.metric == FNR and one.subgroup == "f"} == {Verdict.DEGRADED}


def test_a_stream_without_season_pages_as_ever() -> None:
    said = story(new_judge(), by_weekday(swing=0.0, harm={F: 0.08, M: 0.08}, from_day=100), YEAR)
    assert {one.verdict for one in said[130] if one.metric == FNR and one.subgroup == "overall"} == {Verdict.DEGRADED}


def test_a_restart_at_any_day_changes_nothing_with_a_key() -> None:
    pane_of, whole = by_weekday(), new_judge(WEEKDAY)
    story(whole, pane_of, range(1, 60))
    for cut in (10, 29, 31, 45):
        first, second = new_judge(WEEKDAY), new_judge(WEEKDAY)
        story(first, pane_of, range(1, cut))
        second.restore(first.state_bytes())
        story(second, pane_of, range(cut, 60))
        assert second.state_bytes() == whole.state_bytes()


def test_a_reference_with_panes_serves_with_a_key_and_without() -> None:
    judge = new_judge()
    story(judge, by_weekday(), range(1, 40))
    reference = read_reference(write_reference(judge.reference, CODING), CODING)
    keyed, plain = (Judge(week_rules(calendar), LATTICE, reference) for calendar in (WEEKDAY, None))
    harmed = by_weekday(harm={F: 0.20, M: 0.20}, from_day=60)
    said = story(keyed, harmed, range(40, 100))
    assert worst({day: one for day, one in said.items() if day <= 60}) < Verdict.SUSPECT
    assert worst(said) == Verdict.DEGRADED
    assert worst(story(plain, harmed, range(40, 100))) == Verdict.SUSPECT


def test_sums_alone_cannot_be_read_by_a_calendar() -> None:
    judge = new_judge()
    story(judge, by_weekday(), range(1, 40))
    with pytest.raises(ValueError, match="needs its panes: build it with `fairdrift reference build`"):
        Judge(week_rules(WEEKDAY), LATTICE, judge.reference.sums())


def test_another_key_is_another_evidence() -> None:
    judge = new_judge(WEEKDAY)
    story(judge, by_weekday(), range(1, 40))
    with pytest.raises(ValueError, match="other rules"):
        new_judge().restore(judge.state_bytes())


def test_the_statistic_is_that_of_an_analysis_of_variance() -> None:
    # birthplace: scipy.stats.f_oneway; with the same number of events each day and more variance within phases than
    # binomial, so that the floor of 1 is not in play, the two are the same number.
    rng = np.random.default_rng(3)
    k = rng.normal(200, 60, (7, 4)).round()
    day = np.arange(28)
    mean = k.mean()
    panes = np.column_stack((k.T.ravel(), np.full(28, mean), np.full(28, 0.8 * mean)))
    assert p_value(panes, day % 7, day // 7) == pytest.approx(f_oneway(*k).pvalue, abs=1e-12)


def test_the_floor_only_makes_a_season_harder_to_find() -> None:
    k = np.tile([20, 20, 20, 20, 21, 20, 20], 4)  # no variance within phases at all: F would be infinite
    day = np.arange(28)
    panes = np.column_stack((k, np.full(28, k.mean()), np.full(28, 0.8 * k.mean())))
    assert p_value(panes, day % 7, day // 7) > 0.9


@pytest.mark.parametrize(("weeks", "expected"), [(2, 20.0), (4, 0.4)], ids=["two weeks", "few events"])
def test_too_little_says_nothing_about_a_season(weeks: int, expected: float) -> None:
    day = np.arange(7 * weeks)
    panes = np.column_stack((np.ones_like(day), np.full(len(day), expected), np.full(len(day), 0.8 * expected)))
    assert p_value(panes, day % 7, day // 7) is None


def test_a_week_begins_on_monday() -> None:
    monday = 1_767_571_200_000  # birthplace: date -ud '2026-01-05 00:00' +%s%3N, a Monday
    assert [WEEKDAY.season(monday + day * DAY_MS) for day in range(8)] == [0, 1, 2, 3, 4, 5, 6, 0]
