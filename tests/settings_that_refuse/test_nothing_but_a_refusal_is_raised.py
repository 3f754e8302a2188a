"""Any mutation of the example either loads or is refused with a `SettingsError`: no other error, no hang."""

import random
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from monitor.counting.rules import CountingRules, ModelRules
from monitor.intake.decode import Decoder
from monitor.intake.reading import ModelReading, Reading
from monitor.settings.derive import coding_of, lattice_of, mapping_of, subgroup_count, topics_of, windows_ms
from monitor.settings.load import SettingsError, load, parse
from monitor.settings.problems import Problem

TEXT = Path("deploy/examples/fairdrift.yaml").read_text(encoding="utf-8")
TREE = YAML(typ="safe", pure=True).load(TEXT)

SNIPPETS = [
    "[",
    "]",
    "{",
    "}",
    ":",
    ": ",
    ",",
    "\n",
    "  ",
    "\t",
    "&a ",
    "*a ",
    "!!str ",
    "? ",
    "- ",
    "|\n",
    ">",
    "'",
    '"',
]
SNIPPETS += [
    "#",
    "~",
    "\x00",
    "\x85",
    "\u2028",
    "\ud7ff",
    "<<: ",
    "---\n",
    "%YAML 1.1\n",
    "1e999",
    "-1",
    ".nan",
    "99999999999999d",
]

VALUES: st.SearchStrategy[object] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["0d", "1d", "1 per 0d", "mapping", "PLAINTEXT", "overall", "each", "readmission", 0, 10**30]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def refusal_of(text: str, environ: dict[str, str]) -> SettingsError | None:
    """The refusal; None for settings that were loaded, of which all can be made that is made of settings."""
    try:
        loaded = parse(text, "x.yaml", environ)
    except SettingsError as error:
        return error
    assert len(loaded.content_hash) == 64
    for feed in loaded.feeds.values():
        models = tuple(
            ModelReading(name, coding_of(model), model.score_range, model.threshold)
            for name, model in loaded.models.items()
        )
        for role, topic in topics_of(feed).items():
            Decoder(Reading(role, models, topic.adapter, feed.model, mapping=mapping_of(topic)))
    for name, model in loaded.models.items():
        coding, windows, pane_ms = coding_of(model), windows_ms(model), model.windows.pane_ms
        assert subgroup_count(model.attributes, model.subgroups) == len(lattice_of(model).subgroups)
        rules = ModelRules(name, coding, pane_ms, max(windows.values()), model.also_label_ages_ms)
        feed = loaded.feeds[model.feed]
        CountingRules((rules,), feed.horizon_ms, feed.allowed_lateness_ms)
    return None


def refused_or_loaded(text: str) -> tuple[Problem, ...]:
    """The problems of a text; no other error gets through, and those that are found can be printed."""
    found = refusal_of(text, {})
    if found is None:
        return ()
    assert found.problems
    assert str(found)
    return found.problems


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_mutated_text(data: st.DataObject) -> None:
    text = TEXT
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.sampled_from([0, 0, 1, 5, 40]))
        text = text[:start] + data.draw(st.sampled_from(SNIPPETS) | st.text(max_size=3)) + text[end:]
    refused_or_loaded(text)


def _as_yaml(value: object) -> str:
    """Flow YAML that keeps types; strings quoted."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_as_yaml(str(key))}: {_as_yaml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_as_yaml, value)) + "]"
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(char):08X}" for char in value) + '"'
    if isinstance(value, float):
        return {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}.get(repr(value), repr(value))
    return (
        {None: "~", True: "true", False: "false"}.get(value, str(value))
        if not isinstance(value, int)
        else str(value).lower()
    )


def _mutated(tree: object, rng: random.Random, value: object) -> object:
    """The tree with one node, chosen at random, replaced, removed or named otherwise."""
    if not isinstance(tree, dict | list) or not tree or rng.random() < 0.15:
        return value
    if isinstance(tree, list):
        at = rng.randrange(len(tree))
        return [_mutated(one, rng, value) if number == at else one for number, one in enumerate(tree)]
    chosen = rng.choice(list(tree))
    kind = rng.random()
    if kind < 0.1:
        return {key: one for key, one in tree.items() if key != chosen}
    if kind < 0.15:
        return {f"{key}x" if key == chosen else key: one for key, one in tree.items()}
    return {key: _mutated(one, rng, value) if key == chosen else one for key, one in tree.items()}


@pytest.mark.parametrize("name", ["watch_per_rollout", "rollback_per_rollout"])
def test_a_risk_that_is_no_number(name: str) -> None:
    # Found by the test below: the rule that compares the two looked at one that was refused.
    alarms = {"false_alarms": {name: None}}
    models = {one: model | {"judging": alarms} for one, model in TREE["models"].items()}
    with pytest.raises(SettingsError, match=name):
        parse(_as_yaml(TREE | {"models": models}), "x.yaml")


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**9), VALUES)
@example(1, None)
def test_a_mutated_tree(seed: int, value: object) -> None:
    rng = random.Random(seed)
    tree: object = TREE
    for _ in range(rng.randint(1, 3)):
        tree = _mutated(tree, rng, value)
    refused_or_loaded(_as_yaml(tree))


def test_the_unmutated_tree_loads() -> None:
    assert parse(_as_yaml(TREE), "x.yaml") == load(Path("deploy/examples/fairdrift.yaml"))
    assert not refused_or_loaded(_as_yaml(TREE))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_arbitrary_bytes(content: bytes) -> None:
    text = content.decode("utf-8", "replace")
    assert refused_or_loaded(text)


@settings(max_examples=30, deadline=None)
@given(
    st.dictionaries(
        st.text("ABCDEFKMODELS_-x", max_size=24).map("FAIRDRIFT__".__add__), st.text(max_size=5), max_size=2
    )
)
def test_arbitrary_variables(environ: dict[str, str]) -> None:
    found = refusal_of(TEXT, environ)
    assert found is None or all(problem.place.variable for problem in found.problems)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_two_slips_far_apart_are_both_reported(data: st.DataObject) -> None:
    slips = {
        "horizon: 45d": ("horizon: 45", ("feeds", "discharge", "horizon")),
        "client: kafka_python": ("client: kafkapython", ("kafka", "client")),
        "mode: shadow": ("mode: shadows", ("models", "readmission", "mode")),
        "min_cell: 11": ("min_cell: 0", ("models", "readmission", "subgroups", "min_cell")),
        "[7d, 28d]": ("[7d, 30h]", ("models", "readmission", "windows", "published", 1)),
        "[[race, sex, age_band]]": ("[[race, sexes]]", ("models", "readmission", "subgroups", "also", 0, 1)),
        "[30d]": ("[30d, 0d]", ("models", "readmission", "also_label_ages", 1)),
        "[M, male]": ("[M, F]", ("models", "readmission", "attributes", "sex", "values", "male", 1)),
        "topic: readmission.people": ("topic: readmission.outcome", ("feeds", "discharge", "outcome", "topic")),
        "mode: warn": ("mode: wran", ("gate", "mode")),
        "audit: {dir": ("audit: {folder: x, dir", ("audit", "folder")),
        "cooldown: 24h": ("cooldown: soon", ("models", "readmission", "acting", "cooldown")),
    }
    chosen = data.draw(st.lists(st.sampled_from(sorted(slips)), min_size=2, unique=True))
    text = TEXT
    for right in chosen:
        assert text.count(right) >= 1
        text = text.replace(right, slips[right][0], 1)
    found = {problem.path for problem in refused_or_loaded(text)}
    assert {slips[right][1] for right in chosen} <= found
