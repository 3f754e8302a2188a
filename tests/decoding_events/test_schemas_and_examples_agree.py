"""What is published for producers: the schemas are the types, and every example is decoded as it says."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from monitor.intake.refusal import REASONS
from monitor.intake.schema import schema_text, schemas
from tests.decoding_events.feeds import ROLE_OF, decode, examples, fate, value_of

SCHEMAS = Path(__file__).parents[2] / "monitor" / "intake" / "schemas"
RENEW = "python -m tests.decoding_events.renew"

ACCEPTED = [(kind, one) for kind in ROLE_OF for one in examples(kind, "accepted")]
REFUSED = [(kind, one) for kind in ROLE_OF for one in examples(kind, "refused")]


def name(value: Any) -> str | None:
    return value["case"].replace(" ", "_") if isinstance(value, dict) else None


@pytest.mark.parametrize("kind", ROLE_OF)
def test_the_published_schema_is_made_from_the_types(kind: str) -> None:
    assert (SCHEMAS / f"{kind}.v1.schema.json").read_text(encoding="utf-8") == schema_text(kind), f"renew it: {RENEW}"


@pytest.mark.parametrize("kind", ROLE_OF)
def test_the_published_schema_is_a_schema(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schemas()[kind])


@pytest.mark.parametrize(("kind", "example"), ACCEPTED, ids=name)
def test_an_accepted_example_fits_its_schema_and_is_decoded(kind: str, example: dict[str, Any]) -> None:
    jsonschema.validate(example["event"], schemas()[kind], jsonschema.Draft202012Validator)
    decoded = decode(ROLE_OF[kind], [value_of(example)])
    assert not decoded.rejects
    assert type(decoded.events[0]).__name__.lower() == kind


@pytest.mark.parametrize("kind", ROLE_OF)
def test_seconds_taken_for_milliseconds_fit_no_schema(kind: str) -> None:
    event = {**examples(kind, "accepted")[0]["event"], "event_time": 1_767_225_600}
    with pytest.raises(jsonschema.ValidationError, match="is less than the minimum of 631152000000"):
        jsonschema.validate(event, schemas()[kind], jsonschema.Draft202012Validator)


@pytest.mark.parametrize(("kind", "example"), REFUSED, ids=name)
def test_a_refused_example_gives_exactly_its_reason(kind: str, example: dict[str, Any]) -> None:
    assert fate(decode(ROLE_OF[kind], [value_of(example)])) == (example["reason"], example["field"])


def test_the_examples_together_are_decoded_as_each_alone() -> None:
    every = [(kind, value_of(one)) for kind, one in ACCEPTED + REFUSED if ROLE_OF[kind] == "inference"]
    together = decode("inference", [value for _, value in every])
    alone = [decode("inference", [value]) for _, value in every]
    assert together.events == [event for one in alone for event in one.events]
    assert [(r.reason, r.field) for r in together.rejects] == [(r.reason, r.field) for o in alone for r in o.rejects]
    assert together.fields_ignored == sum(one.fields_ignored for one in alone)
    assert sorted(together.indexes + [reject.index for reject in together.rejects]) == list(range(len(every)))


def test_every_reason_an_event_can_have_of_itself_has_an_example() -> None:
    by_transport = {"too_large", "bad_framing", "unsupported_schema", "no_key", "wrong_partition"}
    assert {one["reason"] for _, one in REFUSED} == set(REASONS) - by_transport


def test_refused_by_type_means_refused_by_the_schema() -> None:
    for kind, one in REFUSED:
        if one["reason"] in ("wrong_type", "too_deep") and "event" in one:
            is_whole_number = one["case"] in ("1.0 as prediction", "a label of 0.0")  # JSON Schema: 1.0 is 1
            is_band = one["case"] == "a number for a named attribute"  # which are named, the settings say
            is_valid = jsonschema.Draft202012Validator(schemas()[kind]).is_valid(one["event"])
            assert is_valid == (is_whole_number or is_band), json.dumps(one)
