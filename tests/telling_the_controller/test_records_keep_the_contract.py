"""Every record says what the contract says, the controller reads it, and the gate changes no decision."""

import json
from dataclasses import replace
from typing import Any

import pytest

from monitor.acting.records import RevisionRecord, StreamRecord, decode
from monitor.exporting.feed.blocks import STALE
from monitor.exporting.feed.facts import Identity
from monitor.exporting.view import ModelView, WindowCounts, WindowView
from monitor.judging.blame import Blame
from monitor.judging.revision_facts import RevisionFacts
from monitor.judging.verdict import ReferenceRate, Verdict
from tests.telling_the_controller.worlds import (
    COUNTS,
    DIGESTS,
    NOW_MS,
    RELEASE_MS,
    Said,
    memory_log,
    model,
    plain,
    said,
    view,
    with_revision,
)

STREAM_FIELDS = {
    *("v", "kind", "seq", "id", "issued_at", "valid_until", "model", "revision", "model_digest"),
    *("pod_template_hashes", "attribute", "subgroup", "metric", "verdict", "previous", "reasons", "since", "rollout"),
    *("former", "onset", "onset_after_rollout", "blame", "blame_by", "blind_below", "window", "rate", "gap"),
    *("reference", "evidence", "budget", "data", "cells", "suppressed", "rule_version", "code_version", "may_act"),
    "blocked_by",
}
BELOW = {
    "window": {"name", "start", "end", "exact", "completeness"},
    "rate": {"cases", "samples", "value", "lower", "upper", "method"},
    "gap": {"rest", "value", "lower", "upper", "method"},
    "reference": {"id", "value", "samples", "tolerated"},
    "budget": {"per", "false_alarms", "streams"},
    "data": {"watermark", "lag_records", "rejected", "coverage", "positions"},
}
REVISION_FIELDS = {
    *("v", "kind", "seq", "id", "issued_at", "valid_until", "model", "revision", "model_digest"),
    *("pod_template_hashes", "first_served", "last_served", "rollout", "former", "baseline", "cleared"),
    *("undetermined", "own", "rule_version", "code_version"),
}
TIMES = {"since", "onset", "rollout", "issued_at", "valid_until", "first_served", "last_served"}


def texts(of: ModelView) -> list[bytes]:
    log = memory_log()
    log.take(view(of), NOW_MS)
    return list(log.pages.read(0, 0).records)


def of_stream(of: ModelView) -> Said:
    (text,) = [one for one in texts(of) if plain(one)["kind"] == "stream"][:1]
    assert isinstance(decode(text), StreamRecord)
    return plain(text)


def of_revision(of: ModelView, name: str = "r2") -> Said:
    found = [one for one in texts(of) if plain(one)["kind"] == "revision" and plain(one)["revision"] == name]
    assert isinstance(decode(found[0]), RevisionRecord)
    return plain(found[0])


def pointed(record: Said, path: str) -> Any:
    """What a JSON pointer points to. KeyError if there is no such place."""
    found: Any = record
    for step in path.split("/")[1:]:
        found = found[int(step)] if isinstance(found, list) else found[step]
    return found


def test_a_stream_record_has_the_fields_of_the_contract() -> None:
    record = of_stream(model())
    assert set(record) == STREAM_FIELDS
    assert {name: set(record[name]) for name in BELOW} == BELOW
    assert [set(one) for one in record["evidence"]] == [
        {"detector", "log_e", "watch", "page", "weight", "panes", "events", "level"},
        {"detector", "log_e", "watch", "rollback", "against", "weight", "panes", "events", "level"},
    ]


def test_a_stream_record_says_what_is_known() -> None:
    record = of_stream(model())
    assert {name: record[name] for name in STREAM_FIELDS - set(BELOW) - TIMES - {"evidence"}} == {
        "v": 1,
        "kind": "stream",
        "seq": 3,
        "id": "v-3",
        "model": "readmission",
        "revision": "r2",
        "model_digest": DIGESTS["r2"],
        "pod_template_hashes": ["hash-b"],
        "attribute": "sex",
        "subgroup": "female",
        "metric": "false_negative_rate",
        "verdict": "DEGRADED",
        "previous": "SUSPECT",
        "reasons": [],
        "former": "r1",
        "onset_after_rollout": True,
        "blame": "revision",
        "blame_by": "concurrent",
        "blind_below": 0.31,
        "cells": "sha256:" + "c" * 64,
        "suppressed": [],
        "rule_version": "sha256:" + "d" * 64,
        "code_version": "1.4.0",
        "may_act": True,
        "blocked_by": [],
    }
    assert record["issued_at"] == "2026-09-21T14:13:20Z"
    assert record["valid_until"] == "2026-09-21T14:28:20Z"
    assert record["rate"] == {
        **{"cases": 88, "samples": 240, "value": pytest.approx(88 / 240), "method": "wilson95"},
        # Wilson's limits of 88 of 240, by hand: (p + z²/2n ± z sqrt(p q / n + z²/4n²)) / (1 + z²/n), z = 1.959964.
        **{"lower": pytest.approx(0.30826, abs=1e-4), "upper": pytest.approx(0.42924, abs=1e-4)},
    }
    assert record["window"] == {
        **{"name": "28d", "start": "2026-08-24T14:13:20Z", "end": "2026-09-21T14:13:20Z", "exact": True},
        "completeness": pytest.approx(690 / 760),
    }
    assert record["gap"]["rest"] == pytest.approx(88 / 240)
    assert record["reference"] == {"id": "ref-7", "value": 0.221, "samples": 5_100, "tolerated": 0.241}
    assert record["budget"] == {"per": "91d", "false_alarms": 1.0, "streams": 1}
    assert record["data"]["positions"] == {"readmission.inference": [81_233, 80_911]}
    assert [one["level"] for one in record["evidence"]] == ["page", "rollback"]


def test_the_controller_reads_the_times_as_they_were_meant() -> None:
    record = decode(json.dumps(of_stream(model())))
    assert isinstance(record, StreamRecord)
    assert record.rollout is not None
    assert round(record.rollout.timestamp() * 1_000) == RELEASE_MS
    assert round((record.valid_until - record.issued_at).total_seconds()) == 900
    assert round(record.data.watermark.timestamp() * 1_000) == NOW_MS - 600_000


def test_a_revision_record_has_the_fields_of_the_contract() -> None:
    facts = RevisionFacts(RELEASE_MS, "r1", cleared=True, undetermined=("sex=unknown",), own="watch")
    record = of_revision(
        model(facts={"revisions": with_revision("r2", lambda one: replace(one, facts=facts, first_served_ms=0))})
    )
    assert set(record) == REVISION_FIELDS
    assert record["first_served"] == record["rollout"] == "2026-08-22T14:13:20Z"  # not when it served once, long ago
    assert (record["former"], record["baseline"], record["cleared"]) == ("r1", False, True)
    assert (record["undetermined"], record["own"]) == (["sex=unknown"], "watch")


def test_a_revision_that_is_known_by_two_models_names_none() -> None:
    two = Identity(("sha256:1", "sha256:2"), ("7d9f8",))
    of = model(facts={"revisions": with_revision("r2", lambda one: replace(one, identity=two))})
    assert (of_revision(of)["model_digest"], of_stream(of)["model_digest"]) == (None, None)
    assert of_stream(of)["blocked_by"] == ["unattributed"]


SMALL = replace(COUNTS, tp=152, fn=7)


def test_what_is_withheld_is_null_and_its_path_is_told() -> None:
    record = of_stream(model(women=SMALL))
    assert {"/rate/cases", "/rate/value", "/evidence/0/log_e", "/evidence/1/log_e"} <= set(record["suppressed"])
    assert [pointed(record, path) for path in record["suppressed"]] == [None] * len(record["suppressed"])
    assert len(set(record["suppressed"])) == len(record["suppressed"])
    shown = of_stream(model())
    hidden = {path for path in leaves(record) if pointed(record, path) is None}
    assert hidden - {path for path in leaves(shown) if pointed(shown, path) is None} == set(record["suppressed"])


def leaves(value: Any, path: str = "") -> list[str]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [leaf for name, one in below for leaf in leaves(one, f"{path}/{name}")]
    return found or [path]


def test_the_gate_changes_no_decision() -> None:
    """One more window with few cases withholds the evidence of both; what may follow is as it was."""
    few = WindowCounts(n=60, n_predicted_positive=20, tp=18, fp=2, tn=36, fn=4)
    week = WindowView("7d", NOW_MS - 7 * 86_400_000, NOW_MS, exact=True)
    of = model()
    groups = tuple(replace(one, windows={**one.windows, "7d": few}) for one in of.groups)
    record = of_stream(replace(of, windows=(*of.windows, week), groups=groups))
    assert [one["log_e"] for one in record["evidence"]] == [None, None]
    assert [one["level"] for one in record["evidence"]] == ["page", "rollback"]
    assert (record["verdict"], record["blame"], record["may_act"]) == ("DEGRADED", "revision", True)


def test_a_reference_of_few_is_withheld() -> None:
    few = ReferenceRate("ref-7", 4 / 40, 40, 0.3)
    record = of_stream(model(said(reference=few)))
    assert record["reference"] == {"id": "ref-7", "value": None, "samples": None, "tolerated": None}
    assert {"/reference/value", "/reference/samples", "/reference/tolerated"} <= set(record["suppressed"])


def test_what_nobody_can_know_is_null_and_not_withheld() -> None:
    everyone = said(attribute="overall", subgroup="overall", metric="false_omission_rate", evidence=(), former=None)
    record = of_stream(
        model(replace(everyone, onset_ms=None, rollout_ms=None, reference=None, previous=None, blind_below=None))
    )
    assert record["suppressed"] == []
    assert [record[name] for name in ("gap", "reference", "onset", "rollout", "former", "onset_after_rollout")] == (
        [None] * 6
    )
    assert record["rate"]["value"] is None


@pytest.mark.parametrize("flag", ["config_changed", "evidence_restarted", "late_after_idle", "evicted"])
def test_a_window_is_not_exact_under_a_flag_of_counts_or_evidence(flag: str) -> None:
    record = of_stream(model(said(reasons=(flag,))))
    assert (record["window"]["exact"], record["may_act"], record["reasons"]) == (False, False, [flag])


@pytest.mark.parametrize("flag", sorted(STALE - {"rebuilding", "gap", "evicted", "dead_letters"}))
def test_a_window_stays_exact_when_only_time_has_passed(flag: str) -> None:
    assert of_stream(model(said(reasons=(flag,))))["window"]["exact"] is True


def test_no_word_of_the_judge_is_unknown_to_the_controller() -> None:
    """Each verdict, cause and level becomes a record that is read."""
    for verdict in Verdict:
        assert of_stream(model(said(verdict=verdict, blame=None)))["verdict"] == verdict.name
    for cause in ("revision", "population", "mixed", "unknown"):
        assert of_stream(model(said(blame=Blame(cause, None, ""))))["blame"] == cause
    for own in ("below", "watch", "page", None):
        facts = RevisionFacts(own=own)
        of = model(facts={"revisions": with_revision("r2", lambda one: replace(one, facts=facts))})  # noqa: B023
        assert of_revision(of)["own"] == own
