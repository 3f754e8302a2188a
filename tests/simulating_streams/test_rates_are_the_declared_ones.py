"""What a stream says of its subgroups is what is written down as true of them, within the error of counting."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from monitor.simulating.library import load_scenario, scenario_names
from monitor.simulating.population import Population
from monitor.simulating.scenario import DAY_MS, Attribute
from monitor.simulating.truth import moment_of, rate_of
from monitor.vocabulary import UNKNOWN, band_slugs
from tests.simulating_streams.conftest import Cases, Stream

STANDARD_ERRORS = 4.5
"""Two-sided chance 7e-6 each; of some 1,500 comparisons all hold with 99 %. The seeds are fixed."""


@dataclass(frozen=True)
class Span:
    """Days on which every rate stands still, and who serves then."""

    first: int
    end: int
    revision: str


def spans(stream: Stream) -> Iterator[Span]:
    scenario = stream.scenario
    change = scenario.changes[0] if scenario.changes else None
    moment = change.from_day if change else scenario.days
    yield Span(0, moment, "r1")
    if change is not None:
        after = moment + change.ramp_days
        for revision in scenario.revisions if len(scenario.revisions) > 1 else scenario.revisions[:1]:
            if revision.name == "r2" or change.revision is None or scenario.revisions[-1].share < 1:
                yield Span(after, scenario.days, revision.name)


def is_member(attribute: Attribute, sent: np.ndarray, value: str) -> np.ndarray:
    if value == UNKNOWN:
        return np.array([one is None for one in sent])
    if not attribute.bands:
        return sent == value
    low = dict(zip(band_slugs(attribute.bands), attribute.bands, strict=True))[value]
    high = min((edge for edge in attribute.bands if edge > low), default=np.inf)
    return np.array([one is not None and low <= one < high for one in sent])


def counted(cases: Cases, metric: str) -> tuple[np.ndarray, np.ndarray]:
    positive, flagged, labelled = cases.label == 1, cases.prediction == 1, cases.label >= 0
    return {
        "false_negative_rate": (positive, positive & ~flagged),
        "false_positive_rate": (cases.label == 0, (cases.label == 0) & flagged),
        "label_prevalence": (labelled, positive),
        "missing_labels": (np.ones_like(labelled), ~labelled),
    }[metric]


def assert_is(k: int, n: int, rate: float | None, what: str) -> None:
    if rate is None or n == 0:
        assert n == 0, what
        return
    error = np.sqrt(max(rate * (1 - rate), 1e-12) / n)
    assert abs(k / n - rate) <= STANDARD_ERRORS * error, f"{what}: {k} of {n}, declared {rate:.4f}"


STANDING = [name for name in scenario_names() if not any(one.season_days for one in load_scenario(name).differences)]


@pytest.mark.parametrize("name", STANDING)
def test_every_subgroup_has_its_declared_rates_before_and_after_the_moment(
    name: str, stream: Callable[[str], Stream]
) -> None:
    made = stream(name)
    scenario, cases = made.scenario, made.cases
    day = (cases.time_ms - scenario.start_ms) // DAY_MS
    is_old = day < scenario.days - scenario.labels.horizon_days  # those labels have all come
    subgroups = [(a, v) for a, attribute in scenario.attributes.items() for v in attribute.shares]
    for span in spans(made):
        within = (day >= span.first) & (day < span.end) & (cases.revision == span.revision)
        for attribute_name, value in subgroups:
            attribute = scenario.attributes[attribute_name]
            mine = within & is_member(attribute, cases.attributes[attribute.source or attribute_name], value)
            where = {attribute_name: value}
            for metric in ("false_negative_rate", "false_positive_rate", "label_prevalence", "missing_labels"):
                n, k = counted(cases, metric)
                rows = mine if metric.startswith("false") else mine & is_old
                if rows.any() or not metric.startswith(("label", "missing")):
                    rate = rate_of(scenario, where, metric, span.end - 1, span.revision)
                    assert_is(int(k[rows].sum()), int(n[rows].sum()), rate, f"{span} {where} {metric}")
            share = rate_of(scenario, where, "share", span.end - 1)
            assert_is(int(mine.sum()), int(within.sum()), share, f"{span} {where} share")


def test_a_canary_gets_its_share_of_the_traffic(stream: Callable[[str], Stream]) -> None:
    made = stream("canary")
    after = made.cases.time_ms >= made.scenario.start_ms + 75 * DAY_MS
    assert_is(int((made.cases.revision == "r2").sum()), int(after.sum()), 0.1, "traffic of r2")
    assert not (made.cases.revision[~after] == "r2").any()


def test_a_slow_drift_grows_by_equal_steps_until_it_is_whole() -> None:
    # 1 + 1.2 (d + 1 - 80) / 60 of .20: a sixtieth of .24 on the first day, all of it from day 139 on
    known = {79: 0.20, 80: 0.204, 109: 0.32, 139: 0.44, 169: 0.44}
    story = load_scenario("slow_drift")
    assert {day: round(rate_of(story, {"race": "black"}, "false_negative_rate", day), 9) for day in known} == known


def test_a_rate_of_a_subgroup_is_the_mean_over_its_cases() -> None:
    story = load_scenario("demo")
    # men err 1.1 times as often: .52 of .20 and .48 of .22; the prevalence does not depend on sex
    assert rate_of(story, {"race": "asian"}, "false_negative_rate", 0) == pytest.approx(0.2096, abs=1e-12)
    # prevalence of .18 of them is 1.2 times .30
    assert rate_of(story, {"sex": "male"}, "label_prevalence", 0) == pytest.approx(0.3108, abs=1e-12)
    # a tenth of the missed get three times as many from the revision that has half the traffic: .2096 * 1.1
    assert rate_of(story, {}, "false_negative_rate", 124) == pytest.approx(0.23056, abs=1e-12)
    # .3108 * .2096 + .6892 * .15
    assert rate_of(story, {}, "error_rate", 0) == pytest.approx(0.16852368, abs=1e-12)


def test_a_season_turns_with_the_calendar_and_singles_nobody_out(stream: Callable[[str], Stream]) -> None:
    # .20 (1 + .3 sin(2 pi d / 100)): crest on day 25, trough on day 75
    story = load_scenario("seasonal")
    known = {0: 0.20, 25: 0.26, 50: 0.20, 75: 0.14, 125: 0.26}
    for where in ({}, {"race": "asian"}):
        assert {day: round(rate_of(story, where, "false_negative_rate", day) or 0, 9) for day in known} == known
    cases = stream("seasonal").cases
    n, k = counted(cases, "false_negative_rate")
    phase = (cases.time_ms - story.start_ms) // DAY_MS % 100
    for low, high in ((10, 40), (60, 90)):
        rows = (phase >= low) & (phase < high)
        rate = np.mean([rate_of(story, {}, "false_negative_rate", day) for day in range(low, high)])
        assert_is(int(k[rows].sum()), int(n[rows].sum()), float(rate), f"days {low} to {high} of the season")


def test_who_is_verified_changes_what_is_seen_and_not_what_is_so(stream: Callable[[str], Stream]) -> None:
    story, black = load_scenario("selective_verification"), {"race": "black"}
    # A quarter comes back, .05 of all missed; of them a fifth is seen, then three fifths, beside .20 that is flagged.
    seen = [rate_of(story, black, "false_negative_rate", day) for day in (74, 75)]
    assert seen == pytest.approx([0.01 / 0.21, 0.03 / 0.23], abs=1e-12)
    # .05 missed of .05 + .75 * .85 not flagged: the share of the missed among the audited stays
    audited = [rate_of(story, black, "false_omission_rate", day) for day in (74, 75)]
    assert audited == pytest.approx([0.05 / 0.6875] * 2, abs=1e-12)
    assert rate_of(story, black, "missing_labels", 74) == pytest.approx(0.6875 * 0.8, abs=1e-12)
    made = stream("selective_verification")
    bodies = [json.loads(one.value) for one in made.records if one.role == "outcome"]
    said = dict(zip(made.cases.key.tolist(), made.cases.prediction.tolist(), strict=True))
    assert {(said[body["prediction_id"]], body.get("source")) for body in bodies} == {(0, "audit"), (1, None)}


def test_a_shift_within_a_group_leaves_its_size_and_moves_its_mix() -> None:
    story = load_scenario("population_shift_within")
    for day in (74, 75):
        assert rate_of(story, {"race": "black"}, "share", day) == pytest.approx(0.30, abs=1e-12)
    # .15 of them were over 80, .60 are: .20 + .18 * share
    rates = [rate_of(story, {"race": "black"}, "false_negative_rate", day) for day in (74, 75)]
    assert rates == pytest.approx([0.227, 0.308], abs=1e-12)
    old = [rate_of(story, {"race": "black", "age_band": "80_plus"}, "false_negative_rate", day) for day in (74, 75)]
    assert old == pytest.approx([0.38, 0.38], abs=1e-12)


def test_a_subgroup_that_vanished_has_no_rate() -> None:
    story = load_scenario("vanished_group")
    assert rate_of(story, {"race": "asian"}, "false_negative_rate", 149) is None
    # the others share what it leaves: .55 / .89
    assert rate_of(story, {"race": "white"}, "share", 149) == pytest.approx(0.55 / 0.89, abs=1e-12)


def test_the_moment_says_what_moved_and_whether_it_harms() -> None:
    said = {name: moment_of(load_scenario(name)) for name in scenario_names()}
    assert {name for name, moment in said.items() if moment.is_harm} == {
        *("bad_revision", "canary", "demo", "slow_drift", "sudden_drift"),
    }
    assert {name for name, moment in said.items() if moment.moment is None} == {"fair", "labels_by_value", "seasonal"}
    demo = said["demo"]
    assert (demo.attribute, demo.value, demo.metric) == ("race", "asian", "false_negative_rate")
    assert (demo.revision, demo.previous_revision, demo.before, demo.after) == ("r2", "r1", 0.2096, 0.6288)
    assert said["slow_drift"].revision is None
    assert said["population_shift"].before == 0.15
    # .15 * 4 / (.85 + .60)
    assert said["population_shift"].after == pytest.approx(0.413793, abs=1e-6)


def test_the_score_says_what_the_prediction_says_and_shifts_with_the_errors(stream: Callable[[str], Stream]) -> None:
    cases = stream("bad_revision").cases
    assert ((cases.score >= 0.5) == (cases.prediction == 1)).all()
    young = np.array([age < 45 for age in cases.attributes["age"]]) & (cases.label == 1)
    assert (
        cases.score[young & (cases.revision == "r2")].mean()
        < cases.score[young & (cases.revision == "r1")].mean() - 0.05
    )


def test_every_combination_has_a_weight_and_they_sum_to_one() -> None:
    population = Population(load_scenario("population_shift"))
    for day in (0, 75, 149):
        assert population.weights(day).sum() == pytest.approx(1.0, abs=1e-12)
        assert len(population.weights(day)) == len(population.combinations) == 8
