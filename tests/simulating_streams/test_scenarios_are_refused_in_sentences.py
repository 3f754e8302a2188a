"""A scenario that cannot be played is refused: what, where, what to do; everything at once."""

import pytest

from monitor.simulating.library import ScenarioError, load_scenario, parse_scenario, scenario_names

GOOD = """\
about: a story
expected: nothing
seed: 1
start: 2026-01-01
days: 10
events_per_day: 5
model: m
attributes:
  sex: {shares: {female: 0.5, male: 0.5}}
  age_band: {source: age, bands: [0, 65], shares: {"0_65": 0.6, 65_plus: 0.4}}
rates: {label_prevalence: 0.2, false_negative_rate: 0.2, false_positive_rate: 0.1}
labels: {positive: {days: [0, 5]}, negative: {days: [5, 5]}, horizon_days: 6}
revisions: [{name: r1}]
"""


def refused(text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        parse_scenario("mine", text)
    return str(caught.value)


def test_a_good_one_is_played() -> None:
    assert parse_scenario("mine", GOOD).name == "mine"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("seed: 1", "sede: 1", "unknown field `sede`"),
        ("seed: 1", "seed: one", "Expected `int`, got `str` - at `$.seed`"),
        ("seed: 1\n", "", "missing required field `seed`"),
        ("name: r1", "name: r1, traffic: 1", "unknown field `traffic` - at `$.revisions[0]`"),
        ("seed: 1", "seed: 1\nseed: 2", "this is not YAML"),
        ("days: 10", "days: 0", "days times events_per_day"),
        ("events_per_day: 5", "events_per_day: .nan", "days times events_per_day"),
        ("male: 0.5}", "male: 0.4}", "attributes.sex.shares: must lie between 0 and 1 and sum to 1, they sum to 0.9"),
        ("bands: [0, 65]", "bands: [65, 0]", "attributes.age_band.bands: must rise"),
        ("65_plus: 0.4", "70_plus: 0.4", "70_plus is no band; they are 0_65, 65_plus"),
        ("{name: r1}", "{name: r1, share: 0.5}", "the first one must serve everything from day 0"),
        ("{name: r1}", "{name: r1}, {name: r1, from_day: 3}", "a name is given twice"),
        ("{name: r1}", "{name: r1}, {name: r2, from_day: 10}", "r2 must come after r1, before the end"),
        ("horizon_days: 6", "horizon_days: 4", "labels.horizon_days: must be at least 5"),
        ("positive: {days: [0, 5]}", "positive: {days: [5, 0]}", "labels.positive"),
        ("horizon_days: 6", "horizon_days: 6, decided_days: [9]", "labels.decided_days"),
        ("false_positive_rate: 0.1", "false_positive_rate: 0.0", "false_positive_rate leaves 0.001 to 0.999"),
    ],
)  # fmt: skip
def test_a_field_at_fault_is_named(old: str, new: str, said: str) -> None:
    assert old in GOOD
    message = refused(GOOD.replace(old, new, 1))
    assert message.startswith("scenario mine: ")
    assert said in message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("{rate: share, factor: 2, where: {sex: other}}", "changes[0].where: there is no sex other"),
        ("{rate: share, factor: 2, where: {race: asian}}", "changes[0].where: there is no race asian"),
        ("{rate: share, factor: -1}", "changes[0].factor: must be a number of at least 0"),
        ("{rate: share, factor: .inf}", "changes[0].factor: must be a number of at least 0"),
        ("{rate: share, factor: 0}", "nobody is left on day 0; raise a share"),
        ("{rate: speed, factor: 1}", "Invalid enum value 'speed' - at `$.changes[0].rate`"),
        ("{rate: share, factor: 2, from_day: 10}", "changes[0]: must begin on a day of the scenario"),
        ("{rate: false_negative_rate, factor: 2, revision: r9}", "changes[0].revision: there is no revision r9"),
        ("{rate: share, factor: 2, revision: r1}", "changes[0].revision: only false_negative_rate and"),
        ("{rate: false_negative_rate, factor: 3, season_days: 9}", "false_negative_rate leaves 0.001 to 0.999"),
        ("{rate: label_prevalence, factor: 2, season_days: -1}", "changes[0].season_days: must not be below 0"),
        ("{rate: label_prevalence, factor: 2, season_days: 9, ramp_days: 1}", "a season has no ramp_days"),
        ("{rate: unverified, factor: 2, revision: r1}", "changes[0].revision: only false_negative_rate and"),
        ("{rate: false_negative_rate, factor: 5}", "false_negative_rate leaves 0.001 to 0.999 in a subgroup of r1"),
    ],
)
def test_a_change_that_cannot_happen_is_named(change: str, said: str) -> None:
    assert said in refused(f"{GOOD}changes: [{change}]\n")


def test_a_metric_that_is_not_judged_is_named() -> None:
    assert "metrics: there is no accuracy; name some of false_negative_rate" in refused(f"{GOOD}metrics: [accuracy]\n")


def test_faults_beyond_their_limit_are_named() -> None:
    assert "faults: give shares from 0 to 0.2" in refused(f"{GOOD}faults: {{late: 0.3}}\n")


def test_corrections_that_come_after_the_horizon_are_named() -> None:
    assert "must be at least 8" in refused(f"{GOOD}faults: {{corrections: 0.1}}\n")


def test_all_that_is_wrong_is_said_at_once() -> None:
    message = refused(GOOD.replace("days: 10", "days: 0").replace("horizon_days: 6", "horizon_days: 1"))
    assert message.count("scenario mine: ") == 2


@pytest.mark.parametrize("text", ["", "- a list", "just words", "a: [", "!!python/object:os.system {}"])
def test_what_is_no_scenario_at_all(text: str) -> None:
    assert refused(text).startswith("scenario mine: ")


def test_a_name_that_is_not_there_gets_the_list() -> None:
    with pytest.raises(ScenarioError, match=r"no scenario 'no_such'; choose one of: bad_revision, canary, demo, fair"):
        load_scenario("no_such")


def test_a_name_is_never_a_path() -> None:
    with pytest.raises(ScenarioError, match="there is no scenario"):
        load_scenario("../scenarios/fair")


def test_the_shipped_ones_are_those_of_the_contract_and_have_seeds_of_their_own() -> None:
    assert scenario_names() == (
        *("bad_revision", "canary", "demo", "fair", "labels_by_value", "missing_labels", "population_shift"),
        *("population_shift_within", "seasonal", "selective_verification", "slow_drift", "sudden_drift"),
        "vanished_group",
    )
    assert len({load_scenario(name).seed for name in scenario_names()}) == len(scenario_names())
