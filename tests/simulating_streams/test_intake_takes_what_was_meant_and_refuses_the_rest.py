"""The decoder reads these streams: every good record, and for every bad one the reason it was made for."""

from collections import Counter, namedtuple
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.intake.decode import Decoder
from monitor.intake.reading import ModelReading, Reading
from monitor.intake.refusal import REASONS
from monitor.settings.derive import coding_of
from monitor.settings.load import load, parse
from monitor.simulating.library import load_scenario, scenario_names
from monitor.simulating.malformed import FORMS
from monitor.simulating.scenario import Scenario
from monitor.simulating.settings_text import settings_text
from monitor.simulating.writer import write_stream
from monitor.vocabulary import Coding
from tests.simulating_streams.conftest import Stream, body_of

Kafka = namedtuple("Kafka", "offset timestamp key value headers")


def coding(scenario: Scenario) -> Coding:
    return coding_of(parse(settings_text(scenario), "settings.yaml").models[scenario.model])


def decoders(scenario: Scenario) -> dict[str, Decoder]:
    models = (ModelReading(scenario.model, coding(scenario)),)
    return {"inference": Decoder(Reading("inference", models)), "outcome": Decoder(Reading("outcome", models))}


@pytest.mark.parametrize("name", scenario_names())
def test_every_record_that_is_one_is_taken_and_every_other_refused(name: str, stream: Callable[[str], Stream]) -> None:
    made = stream(name)
    for role, decoder in decoders(made.scenario).items():
        mine = [record for record in made.records if record.role == role]
        decoded = decoder.decode([Kafka(n, r.time_ms, r.key, r.value, ()) for n, r in enumerate(mine)])
        meant = [n for n, record in enumerate(mine) if body_of(record, made.scenario.model) is not None]
        assert decoded.indexes == meant
        assert decoded.fields_ignored == 0
        assert bool(decoded.rejects) == (made.scenario.faults is not None)
        if role == "inference":
            read, said = coding(made.scenario).read, {event.combination for event in decoded.events}
            codes = {code.kind for combination in said for code in read(combination)}
            assert codes <= {"known", "null"}


@pytest.mark.parametrize("role", sorted(FORMS))
def test_each_way_to_go_wrong_gets_its_reason(role: str) -> None:
    scenario = load_scenario("demo")
    good = {
        "inference": {
            **{"prediction_id": "p1", "model": scenario.model, "revision": "r1", "event_time": scenario.start_ms},
            **{"attributes": {"race": "asian", "sex": "male", "age": 70}, "score": 0.7, "prediction": 1},
        },
        "outcome": {"prediction_id": "p1", "label": 1, "event_time": scenario.start_ms},
    }[role]
    records = [Kafka(n, scenario.start_ms, b"p1", form.make(good), ()) for n, form in enumerate(FORMS[role])]
    rejects = decoders(scenario)[role].decode(records).rejects
    assert [reject.reason for reject in rejects] == [form.reason for form in FORMS[role]]
    assert {form.reason for form in FORMS[role]} <= set(REASONS)


def test_the_demo_shows_every_way_to_go_wrong_and_stays_far_from_the_limit(stream: Callable[[str], Stream]) -> None:
    made = stream("demo")
    reasons = Counter[str]()
    for role, decoder in decoders(made.scenario).items():
        mine = [Kafka(0, r.time_ms, r.key, r.value, ()) for r in made.records if r.role == role]
        reasons.update(reject.reason for reject in decoder.decode(mine).rejects)
    assert set(reasons) == {form.reason for forms in FORMS.values() for form in forms}
    assert reasons.total() < 0.01 * len(made.records)  # a tenth stops the intake


def test_the_demo_fits_into_the_broker_it_is_shown_on(stream: Callable[[str], Stream]) -> None:
    # The embedded broker keeps 5 MiB a partition and has four; older records vanish silently.
    made = stream("demo")
    for role in ("inference", "outcome"):
        assert sum(len(r.key) + len(r.value) + 70 for r in made.records if r.role == role) < 0.7 * 4 * 5 * 2**20


@pytest.mark.parametrize("name", scenario_names())
def test_the_settings_beside_a_stream_load(name: str, tmp_path: Path) -> None:
    scenario = load_scenario(name)
    (tmp_path / "settings.yaml").write_text(settings_text(scenario), encoding="utf-8")
    settings = load(tmp_path / "settings.yaml")
    known = {
        attribute.name: set(attribute.slugs) for attribute in coding_of(settings.models[scenario.model]).attributes
    }
    for attribute, described in scenario.attributes.items():
        assert set(described.shares) <= known[attribute]


def test_settings_and_truth_stand_beside_the_events(tmp_path: Path) -> None:
    assert write_stream(load_scenario("demo"), tmp_path) > 30_000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["feed.ndjson.gz", "moment.json", "settings.yaml"]
