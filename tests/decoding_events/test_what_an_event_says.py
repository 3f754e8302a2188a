"""From fields to the typed event: combinations, bins, labels, routes, models."""

import json
from typing import Any

import pytest

from monitor.events import SCORE_BINS, TO_COME, Attributes, Explanation, Label
from monitor.intake.decode import Decoder
from monitor.intake.reading import ModelReading
from monitor.intake.scores import ScoreBins
from tests.decoding_events.feeds import (
    CODING,
    FALLS,
    INFERENCE,
    OUTCOME,
    READMISSION,
    Kafka,
    decode,
    fate,
    reading,
    text,
)

TWO = (READMISSION, FALLS)


def said(role: Any = "inference", event: Any = INFERENCE, *, models: Any = (READMISSION,), **changes: Any) -> Any:
    return fate(decode(role, [text(event, **changes)], models=models))


@pytest.mark.parametrize(
    ("sent", "slugs"),
    [
        ({"race": ["black"], "sex": "F", "age": 71}, (("black",), ("female",), ("65_80",))),
        ({"race": ["asian", "white"], "sex": " female ", "age": 80}, (("white", "asian"), ("female",), ("80_90",))),
        ({"race": "white", "sex": "U", "age": "45_65"}, (("white",), ("unknown",), ("45_65",))),
        ({"race": None, "sex": ["F", "M"], "age": None}, (("unknown",), ("two_or_more",), ("unknown",))),
        ({"race": "martian", "age": -1}, (("other",), ("unknown",), ("other",))),
        ({"name": "dropped", "visits": [{"deep": 1}]}, (("unknown",), ("unknown",), ("unknown",))),
    ],
    ids=["plain", "several", "spelled otherwise", "null", "unmapped and absent", "unconfigured names"],
)
def test_attributes_become_one_combination(sent: Any, slugs: Any) -> None:
    assert tuple(code.slugs for code in CODING.read(said(attributes=sent).combination)) == slugs


def test_null_and_not_sent_are_told_apart() -> None:
    kinds = [
        [code.kind for code in CODING.read(said(attributes=sent).combination)]
        for sent in ({"race": None, "sex": None, "age": None}, {})
    ]
    assert kinds == [["null"] * 3, ["absent"] * 3]


def test_attributes_with_a_topic_of_their_own_are_to_come_and_those_on_the_inference_are_dropped() -> None:
    decoded = decode("inference", [INFERENCE, text(INFERENCE, attributes=...)], attributes_apart=True)
    assert [event.combination for event in decoded.events] == [TO_COME, TO_COME]  # type: ignore[union-attr]
    assert decoded.fields_ignored == 1


def test_attributes_that_come_apart_have_a_combination_for_each_model_of_the_feed() -> None:
    sent = {"prediction_id": "p1", "event_time": 1_767_225_600_000, "attributes": {"sex": "M", "age": 3}}
    event = said("attributes", sent, models=TWO)
    assert event == Attributes("p1", 1_767_225_600_000, tuple(m.coding.encode({"sex": "M", "age": 3}) for m in TWO))


@pytest.mark.parametrize(
    ("changes", "prediction"),
    [
        ({"prediction": 0}, 0),
        ({"prediction": 0, "threshold": 0.1}, 0),
        ({"prediction": None, "threshold": 0.81}, 1),
        ({"prediction": None, "threshold": 0.82}, 0),
        ({"model": "falls", "prediction": None, "score": 1.5}, 1),
        ({"model": "falls", "prediction": None, "score": 1.49}, 0),
        ({"model": "falls", "prediction": None, "score": 1.49, "threshold": 1.4}, 1),
    ],
)
def test_a_prediction_is_what_the_event_says_else_score_against_threshold(changes: Any, prediction: int) -> None:
    assert said(models=TWO, **changes).prediction == prediction


@pytest.mark.parametrize(
    ("score", "bin_"),
    [(None, SCORE_BINS), (-1.0, 0), (-0.81, 0), (-0.79, 1), (2.99, 19), (3, 19), (1e308, 19), (-9, 0)],
)
def test_a_score_falls_into_one_of_twenty_bins_of_the_models_range(score: float | None, bin_: int) -> None:
    assert said(models=TWO, model="falls", score=score).score_bin == bin_


def test_bins_of_many_scores_are_the_bins_of_each() -> None:
    bins = ScoreBins(-1.0, 3.0)
    scores = [None, *(step / 64 for step in range(-128, 256)), 2.9999999999999996, 1.7e308, -1.7e308, -0.0]
    assert bins.many(scores) == [bins.bin(score) for score in scores]


def test_shadow_traffic_is_a_revision_of_its_own() -> None:
    routes = ["shadow", "canary", "default", None]
    decoded = decode("inference", [text(INFERENCE, route=route) for route in routes])
    assert [event.revision for event in decoded.events] == ["r42.shadow", "r42", "r42", "r42"]  # type: ignore[union-attr]


def test_an_empty_identity_is_none_and_the_event_counts_unattributed() -> None:
    sent = [text(INFERENCE, model_digest="", pod_template_hash="7d9f8")] * 3
    events = decode("inference", sent).events
    assert {(event.model_digest, event.pod_template_hash) for event in events} == {(None, "7d9f8")}  # type: ignore[union-attr]


@pytest.mark.parametrize("field", ["model_digest", "pod_template_hash", "revision"])
@pytest.mark.parametrize("value", ["r42\n", "r\u202e42", "r\x7f", "r" * 129])
def test_a_name_that_could_forge_a_line_is_refused(field: str, value: str) -> None:
    assert said(**{field: value}) == ("bad_value", field)


def test_explained_not_explained_and_not_said_are_three_things() -> None:
    assert [said(explained=value).explained for value in (True, False, None, ...)] == [2, 1, 0, 0]


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"label": 0}, Label.NEGATIVE),
        ({"label": 1}, Label.POSITIVE),
        ({"label": 0, "source": "audit"}, Label.AUDITED_NEGATIVE),
        ({"label": 1, "source": "audit"}, Label.AUDITED_POSITIVE),
        ({"label": ..., "void": True}, Label.VOID),
        ({"label": None, "void": True, "source": "audit"}, Label.VOID),
        ({"label": 1, "source": "Audit"}, Label.POSITIVE),
    ],
)
def test_a_label_keeps_whether_it_was_drawn_at_random(changes: Any, label: Label) -> None:
    assert said("outcome", OUTCOME, **changes).label == label


def test_the_models_of_a_feed_may_come_mixed_in_one_batch() -> None:
    sent = [text(INFERENCE, prediction_id=f"p{n}", model=("readmission", "falls")[n % 2]) for n in range(9)]
    decoded = decode("inference", sent, models=TWO)
    assert [event.prediction_id for event in decoded.events] == [f"p{n}" for n in range(9)]
    assert [event.model for event in decoded.events] == ["readmission", "falls"] * 4 + ["readmission"]
    assert decoded.events == [fate(decode("inference", [one], models=TWO)) for one in sent]


def test_a_feed_that_fixes_its_model_takes_no_other() -> None:
    sent = [text(INFERENCE, model=name) for name in (..., "readmission", "falls")]
    decoded = decode("inference", sent, fixed_model="readmission")
    assert [event.model for event in decoded.events] == ["readmission"] * 2
    assert [(reject.index, reject.reason) for reject in decoded.rejects] == [(2, "unknown_model")]
    outcomes = decode("outcome", [OUTCOME, text(OUTCOME, model="readmission")], fixed_model="readmission")
    assert outcomes.events[0] == outcomes.events[1], "the same whether it names the model or not"


@pytest.mark.parametrize("role", ["outcome", "attributes"])
def test_where_ids_are_unique_within_a_model_every_event_names_it(role: Any) -> None:
    event = {**OUTCOME, "attributes": {}}
    assert fate(decode(role, [event], id_scope="model")) == ("missing_field", "model")
    assert fate(decode(role, [text(event, model="readmission")], id_scope="model")).model == "readmission"


def test_an_explanation_comes_by_the_inference_topic_and_says_so() -> None:
    event = {"type": "explanation", "prediction_id": "p1", "event_time": 1_767_225_600_000}
    assert said(event=event) == Explanation("p1", 1_767_225_600_000)


def test_unknown_fields_are_counted_but_not_those_of_a_rejected_event() -> None:
    sent = [text(INFERENCE, ward="3b", bed=4), INFERENCE, text(INFERENCE, ward="3b", model="sepsis")]
    decoded = decode("inference", sent)
    assert (len(decoded.events), decoded.fields_ignored) == (2, 2)


def test_a_topic_whose_events_all_have_unknown_fields_is_counted_the_same() -> None:
    sent = [text(INFERENCE, prediction_id=f"p{n}", ward="3b") for n in range(3_000)]
    sent[5], sent[2_500] = text(INFERENCE), text(INFERENCE, model="sepsis", ward="3b")
    decoded = decode("inference", sent)
    assert decoded.fields_ignored == 2_998
    assert [reject.index for reject in decoded.rejects] == [2_500]
    assert decoded.indexes == [index for index in range(3_000) if index != 2_500]
    assert [event.prediction_id for event in decoded.events[:7]] == ["p0", "p1", "p2", "p3", "p4", "p1", "p6"]


def test_of_a_field_that_is_sent_twice_the_last_counts() -> None:
    twice = json.dumps(OUTCOME).encode().replace(b'"label": 1', b'"label": "no", "label": 1, "label": 0')
    assert said("outcome", twice).label == 0


def test_the_score_range_must_rise() -> None:
    with pytest.raises(ValueError, match="model readmission: the score range must rise, got 1 to 1"):
        ModelReading("readmission", CODING, score_range=(1.0, 1.0))


def test_a_value_may_be_a_view_of_memory() -> None:
    views = [memoryview(text(INFERENCE, **more) or b"") for more in ({}, {"ward": "3b"}, {"label": 1, "revision": 1})]
    decoded = Decoder(reading("inference")).decode([Kafka(view) for view in views])  # type: ignore[arg-type]
    assert (len(decoded.events), decoded.fields_ignored, decoded.rejects[0].field) == (2, 1, "revision")
