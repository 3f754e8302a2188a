"""The shipped examples load, and mean what they say."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.counting.lattice import Lattice
from monitor.settings.canonical import canonical
from monitor.settings.derive import (
    attribute_coding,
    code_count,
    coding_of,
    lattice_of,
    limits_of,
    publish_delay_ms,
    series_estimate,
    slug_count,
    subgroup_count,
    tolerance_of,
    topics_of,
    windows_ms,
)
from monitor.settings.load import load, parse
from monitor.settings.model import Settings
from monitor.settings.sections.attributes import AttributeSettings, SubgroupSettings
from monitor.settings.units import Rate
from monitor.settings.vocabulary_files import VOCABULARIES, vocabulary
from monitor.vocabulary import Coding, band_slugs, normalised

EXAMPLES = Path("deploy/examples")
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@pytest.fixture(scope="module")
def example() -> Settings:
    return load(EXAMPLES / "fairdrift.yaml")


def test_times_are_milliseconds_and_rates_are_counts_per_time(example: Settings) -> None:
    feed, model = example.feeds["discharge"], example.models["readmission"]
    assert (feed.horizon_ms, feed.allowed_lateness_ms) == (45 * DAY_MS, 6 * HOUR_MS)
    assert windows_ms(model) == {"7d": 7 * DAY_MS, "28d": 28 * DAY_MS}
    assert (model.windows.pane_ms, model.also_label_ages_ms) == (DAY_MS, (30 * DAY_MS,))
    assert model.judging.false_alarms.page == Rate(1.0, 91 * DAY_MS)
    assert limits_of(model)["lag_drain"] == (1_800.0, "seconds")
    assert limits_of(model)["unknown"] == (0.2, "ratio")


def test_a_topic_without_publish_delay_has_the_allowed_lateness(example: Settings) -> None:
    feed = example.feeds["discharge"]
    delays = {role: publish_delay_ms(feed, topic) for role, topic in topics_of(feed).items()}
    assert delays == {"inference": 6 * HOUR_MS, "attributes": 6 * HOUR_MS, "outcome": 26 * HOUR_MS}


def test_raw_values_find_their_subgroups(example: Settings) -> None:
    coding = coding_of(example.models["readmission"])
    said = coding.read(coding.encode({"race": ["2106-3", "Asian"], "sex": " F", "age": 91}))
    assert [code.slugs for code in said] == [("asian", "white"), ("female",), ("90_plus",)]
    assert [code.slugs[0] for code in coding.read(coding.encode({"race": "ASKU", "sex": "X"}))] == [
        "declined",
        "other",
        "unknown",
    ]


def test_the_series_estimate_is_that_of_the_lattice(example: Settings) -> None:
    model = example.models["readmission"]
    # by hand: race 5 + 4 reserved = 9, sex 2 + 3 = 5, age 5 + 2 = 7; 1 + 21 + 143 + 315 = 480 subgroups; x 3 x 2 x 3
    assert len(lattice_of(model).subgroups) == 480
    assert series_estimate(model) == 8_640


def test_a_metric_without_its_own_tolerance_has_the_default_one() -> None:
    text = (EXAMPLES / "replay.yaml").read_text() + "    judging: {tolerance: {error_rate: 0.05}}\n"
    model = parse(text, "x.yaml").models["readmission"]
    assert (tolerance_of(model, "error_rate"), tolerance_of(model, "false_positive_rate")) == (0.05, 0.02)


def test_the_replay_example_spells_out_its_values() -> None:
    attributes = load(EXAMPLES / "replay.yaml").models["readmission"].attributes
    assert attributes["race"].values == {"asian": ("asian",), "black": ("black",), "white": ("white",)}


def test_a_vocabulary_and_its_values_spelt_out_mean_the_same() -> None:
    text = (EXAMPLES / "fairdrift.yaml").read_text()
    spelt = ", ".join(f"{slug}: [{', '.join(raws)}]" for slug, raws in vocabulary("omb1997").items())
    other = parse(text.replace("vocabulary: omb1997", f"values: {{{spelt}}}"), "x.yaml")
    assert coding_of(other.models["readmission"]) == coding_of(parse(text, "x.yaml").models["readmission"])


def test_the_hash_knows_what_is_meant_and_not_how_it_is_written() -> None:
    text = (EXAMPLES / "replay.yaml").read_text()
    one = parse(text, "x.yaml")
    reordered = text.replace("    horizon: 45d\n    allowed_lateness: 6h\n", "    horizon: 1080h # 45 d\n")
    assert parse(reordered, "y.yaml").content_hash == one.content_hash
    assert parse(text.replace("45d", "46d"), "x.yaml").content_hash != one.content_hash
    assert canonical(one.models["readmission"].windows) == b'{"pane":86400000,"published":["7d","28d"]}'


def test_the_hash_knows_the_order_that_codes_follow_and_no_other() -> None:
    text = (EXAMPLES / "replay.yaml").read_text()
    sex = "      sex: {values: {female: [F, female], male: [M, male]}}\n"
    assert sex in text
    same = text.replace("    horizon: 45d\n    allowed_lateness: 6h\n", "    allowed_lateness: 6h\n    horizon: 45d\n")
    attributes_swapped = text.replace(sex, "").replace("      race:\n", f"{sex}      race:\n")
    values_swapped = text.replace("female: [F, female], male: [M, male]", "male: [M, male], female: [F, female]")
    one = parse(text, "x.yaml").content_hash
    assert parse(same, "x.yaml").content_hash == one
    assert len({one, *(parse(other, "x.yaml").content_hash for other in (attributes_swapped, values_swapped))}) == 3


def test_the_order_of_attributes_is_that_of_the_file() -> None:
    assert [
        attribute.name for attribute in coding_of(load(EXAMPLES / "replay.yaml").models["readmission"]).attributes
    ] == [
        "race",
        "sex",
        "age_band",
    ]


def test_every_shipped_vocabulary_is_a_file_and_the_other_way_round() -> None:
    assert {path.stem for path in Path("monitor/settings/vocabularies").glob("*.yaml")} == set(VOCABULARIES)


@pytest.mark.parametrize("name", VOCABULARIES)
def test_no_raw_value_of_a_vocabulary_has_two_meanings(name: str) -> None:
    raws = [normalised(raw) for listed in vocabulary(name).values() for raw in listed]  # type: ignore[arg-type]
    assert len(set(raws)) == len(raws)
    attribute_coding("race", AttributeSettings(vocabulary=name, multiple="each"))  # type: ignore[arg-type]


@st.composite
def attributes(draw: st.DrawFn) -> AttributeSettings:
    declined = ("no",) if draw(st.booleans()) else ()
    if draw(st.booleans()):
        return AttributeSettings(bands=tuple(range(draw(st.integers(1, 4)))), declined=declined)
    values = {f"v{number}": (f"V{number}",) for number in range(draw(st.integers(1, 6)))}
    return AttributeSettings(values=values, multiple=draw(st.sampled_from(["each", "combined"])), declined=declined)


@settings(max_examples=50, deadline=None)
@given(st.lists(attributes(), min_size=1, max_size=4), st.integers(1, 5), st.booleans())
def test_counts_without_making_are_those_of_what_is_made(
    listed: list[AttributeSettings], depth: int, all_crossed: bool
) -> None:
    named = {f"a{number}": one for number, one in enumerate(listed)}
    codings = tuple(attribute_coding(name, one) for name, one in named.items())
    assert [len(one.codes) for one in codings] == [code_count(one) for one in listed]
    assert [len(one.slugs) for one in codings] == [slug_count(one) for one in listed]
    also = (tuple(named),) if all_crossed and len(named) > 1 else ()
    made = Lattice(Coding(codings), depth, also)
    assert subgroup_count(named, SubgroupSettings(depth=depth, also=also)) == len(made.subgroups)


def test_bands_are_named_by_their_edges(example: Settings) -> None:
    assert band_slugs(example.models["readmission"].attributes["age_band"].bands or ())[-1] == "90_plus"
