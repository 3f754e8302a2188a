"""Labels arrive by their value, within their limits; late ones whatever their value; corrected ones end up right."""

from collections import Counter
from collections.abc import Callable
from datetime import date

import numpy as np
from msgspec.structs import replace

from monitor.simulating.faults import ALLOWED_LATENESS_HOURS, CORRECTED_AFTER_DAYS, TRANSPORT_MS
from monitor.simulating.generator import arrivals
from monitor.simulating.library import load_scenario
from monitor.simulating.scenario import DAY_MS, Faults
from tests.simulating_streams.conftest import Stream, body_of, cases_of


def test_positives_come_early_and_negatives_when_it_is_decided(stream: Callable[[str], Stream]) -> None:
    cases = stream("labels_by_value").cases
    age = (cases.learnt_ms - cases.time_ms) / DAY_MS
    positive, negative = age[cases.label == 1], age[cases.label == 0]
    assert positive.min() >= 0
    assert positive.max() <= 30
    assert negative.min() >= 30
    assert negative.max() <= 31
    # mean of 30 Beta(1.05, 1.6); of cases whose month is over, since the others show only their early labels
    is_old = cases.time_ms[cases.label == 1] < cases.time_ms.max() - 32 * DAY_MS
    assert abs(positive[is_old].mean() - 30 * 1.05 / 2.65) < 0.3


def test_without_faults_records_arrive_at_their_event_times(stream: Callable[[str], Stream]) -> None:
    made = stream("labels_by_value")
    for record in made.records[:5_000]:
        body = body_of(record, made.scenario.model)
        assert body is not None
        assert body["event_time"] == record.time_ms


def test_late_outcomes_arrive_past_the_allowed_lateness_whatever_their_label(stream: Callable[[str], Stream]) -> None:
    # Nine tenths of the labels negative and a fifth late, so that few days show whether one depends on the other.
    scenario = replace(load_scenario("bad_revision"), days=70, revisions=load_scenario("bad_revision").revisions[:1])
    scenario = replace(scenario, changes=(), faults=Faults(late=0.2))
    late, all_of = Counter[int](), Counter[int]()
    for record in arrivals(scenario):
        body = body_of(record, scenario.model)
        assert body is not None
        delay_ms = record.time_ms - body["event_time"]
        if record.role == "inference" or body["event_time"] > scenario.end_ms - 4 * DAY_MS:
            continue
        all_of[body["label"]] += 1
        if delay_ms > TRANSPORT_MS:
            assert delay_ms > ALLOWED_LATENESS_HOURS * 3_600_000
            late[body["label"]] += 1
    shares = [late[label] / all_of[label] for label in (0, 1)]
    assert np.allclose(shares, 0.2, atol=4.5 * np.sqrt(0.16 / min(all_of.values())))


def test_a_corrected_outcome_is_wrong_first_and_right_in_the_end() -> None:
    scenario = replace(load_scenario("demo"), days=60, revisions=load_scenario("demo").revisions[:1], changes=())
    clean = cases_of(scenario, list(arrivals(replace(scenario, faults=None))))
    records = list(arrivals(replace(scenario, faults=Faults(corrections=0.2))))
    corrected = cases_of(scenario, records)
    settled_ms = scenario.end_ms - (CORRECTED_AFTER_DAYS[1] + 1) * DAY_MS
    known = dict(zip(clean.key[clean.learnt_ms < settled_ms], clean.label[clean.learnt_ms < settled_ms], strict=True))
    in_the_end = dict(zip(corrected.key, corrected.label, strict=True))
    assert {key: in_the_end.get(key) for key, label in known.items() if label >= 0} == {
        key: label for key, label in known.items() if label >= 0
    }
    sent = Counter(record.key for record in records if record.role == "outcome")
    assert set(sent.values()) == {1, 2}
    assert abs(sum(n == 2 for n in sent.values()) / len(sent) - 0.2) < 0.03


def test_the_stream_begins_on_its_first_day(stream: Callable[[str], Stream]) -> None:
    made = stream("fair")
    assert made.scenario.start == date(2026, 1, 1)
    # 2026-01-01T00:00:00Z by `date -u -d 2026-01-01 +%s`
    assert made.scenario.start_ms == 1_767_225_600_000
    assert made.records[0].time_ms - made.scenario.start_ms < DAY_MS
