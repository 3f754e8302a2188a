"""What the feed says, and when it is not believed: out of date, malformed, about something else."""

import json
from typing import Any

import msgspec
import pytest

from monitor.acting.attribution import why_another_epoch, why_unattributed
from monitor.acting.hearing import SKEW_MS, Heard, is_in_date
from monitor.acting.records import Malformed, decode, milliseconds
from monitor.acting.replica_sets import revisions
from tests.acting_safely.worlds import (
    DAY_MS,
    NOW_MS,
    RULES,
    deployment,
    m_of,
    moment,
    of_revision,
    replica_set,
    revision_sets,
    sha,
    stream,
    template,
)

KNOWN = revisions(deployment("b"), revision_sets("a", "b"), RULES)


def sent(**changed: Any) -> dict[str, Any]:
    return {**json.loads(msgspec.json.encode(stream())), **changed}


def test_both_kinds_are_read_and_unknown_fields_dropped() -> None:
    assert decode(json.dumps(sent(field_of_tomorrow=[1]))) == stream()
    assert decode(msgspec.json.encode(of_revision("a"))) == of_revision("a")


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "gossip"},
        {"verdict": "FINE"},
        {"issued_at": "2026-01-01T00:00:00"},
        {"may_act": "yes"},
        {"blocked_by": None},
        {"seq": 1.5},
    ],
    ids=["kind", "verdict", "no zone", "truth", "missing list", "fraction"],
)
def test_a_record_that_breaks_the_contract_is_malformed(changed: dict[str, Any]) -> None:
    with pytest.raises(Malformed, match="verdict feed"):
        decode(json.dumps(sent(**changed)))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_a_number_that_is_none_is_malformed(number: str) -> None:
    text = json.dumps(sent()).replace("14.0", number)
    assert number in text
    with pytest.raises(Malformed):
        decode(text)


def test_a_withheld_number_is_none_and_the_record_stands() -> None:
    said = decode(json.dumps(sent(rate={"value": None, "cases": None}, window={**sent()["window"], "maturity": None})))
    assert said.verdict == "DEGRADED"  # type: ignore[union-attr]


def test_an_older_or_repeated_record_changes_nothing() -> None:
    heard = Heard().take(stream(seq=10)).take(of_revision("b", seq=11))
    assert heard.take(stream(seq=9, verdict="HEALTHY")) is heard
    assert heard.take(stream(seq=10, verdict="HEALTHY")) is heard
    assert heard.take(of_revision("b", seq=11, own="page")) is heard
    assert heard.newest_seq == 11


def test_a_newer_record_replaces_only_its_own_stream() -> None:
    heard = Heard().take(stream(seq=1)).take(stream(seq=2, subgroup="male")).take(stream(seq=3, verdict="SUSPECT"))
    found = heard.streams_of("readmission", "b", NOW_MS)
    assert [(one.subgroup, one.verdict) for one in found] == [("female", "SUSPECT"), ("male", "DEGRADED")]
    assert heard.streams_of("readmission", "a", NOW_MS) == ()


@pytest.mark.parametrize(
    ("at_ms", "expected"),
    [
        (milliseconds(stream().valid_until) - 1, True),
        (milliseconds(stream().valid_until), False),
        (milliseconds(stream().issued_at) - SKEW_MS, True),
        (milliseconds(stream().issued_at) - SKEW_MS - 1, False),
    ],
    ids=["last millisecond", "past its time", "a clock ahead", "from the future"],
)
def test_a_record_may_be_acted_on_only_in_its_time(at_ms: int, expected: bool) -> None:
    assert is_in_date(stream(), at_ms) is expected
    assert bool(Heard().take(stream()).streams_of("readmission", "b", at_ms)) is expected


def test_a_record_of_what_the_cluster_runs_is_attributed() -> None:
    assert why_unattributed(stream(), m_of("b"), KNOWN) is None


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"model_digest": None}, "carry no model digest"),
        ({"pod_template_hashes": []}, "no pod template hash"),
        ({"pod_template_hashes": ["gone"]}, "no ReplicaSet of the Deployment"),
        ({"pod_template_hashes": ["hash-a"]}, "another model identity"),
        ({"pod_template_hashes": ["hash-a", "hash-b"]}, "another model identity"),
        ({"model_digest": sha("e")}, "model digest is not the one"),
    ],
    ids=["no digest", "no hash", "collected", "another revision", "mixed", "another digest"],
)
def test_a_claim_the_cluster_does_not_bear_out_is_unattributed(changed: dict[str, Any], why: str) -> None:
    said = why_unattributed(stream(**changed), m_of("b"), KNOWN)
    assert said is not None
    assert why in said


def test_collected_hashes_beside_a_present_one_prove_nothing_either_way() -> None:
    assert why_unattributed(stream(pod_template_hashes=["gone", "hash-b"]), m_of("b"), KNOWN) is None


def test_a_digest_only_the_events_name_is_unattributed() -> None:
    silent = template("b")
    silent["metadata"]["annotations"] = {}
    (known,) = revisions(deployment("b"), [replica_set("b", 1, template=silent)], RULES)
    said = why_unattributed(stream(), known.model_identity, [known])
    assert said is not None


@pytest.mark.parametrize(("panes", "expected"), [(0, None), (1, None), (-1, None), (2, "2 panes"), (-3, "3 panes")])
def test_the_rollout_may_differ_by_one_pane(panes: int, expected: str | None) -> None:
    rollout_ms = milliseconds(stream().rollout)  # type: ignore[arg-type]
    said = why_another_epoch(stream(), rollout_ms + panes * DAY_MS, DAY_MS)
    assert said is None if expected is None else (said is not None and expected in said)


def test_a_rollout_only_the_controller_saw_is_another_epoch() -> None:
    assert why_another_epoch(stream(rollout=None), NOW_MS, DAY_MS) is not None
    assert why_another_epoch(stream(rollout=moment(0)), None, DAY_MS) is None, "it served before we looked"
