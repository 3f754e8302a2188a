"""A verdict and its blame give one signal; doubt gives `no_data`, and never the signal that condemns."""

from dataclasses import replace
from typing import Any

import pytest

from monitor.acting.blame_signals import blame_signal, level_signal
from monitor.acting.policy import Signal, State
from monitor.acting.records import StreamRecord
from monitor.acting.watching import Watched, leading, level_of, signal
from tests.acting_safely.worlds import FNR, NOW_MS, moment, stream

FEMALE, MALE = ("sex", "female", FNR), ("sex", "male", FNR)
PAST = {"valid_until": moment(NOW_MS)}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, Signal.PAGE),
        ({"metric": "false_positive_rate"}, Signal.PAGE),
        ({"metric": "error_rate"}, Signal.WATCH),
        ({"verdict": "SUSPECT"}, Signal.WATCH),
        ({"verdict": "HEALTHY"}, Signal.CLEAR),
        ({"verdict": "INCONCLUSIVE"}, Signal.NO_DATA),
        ({"verdict": "STALE"}, Signal.NO_DATA),
        (PAST, Signal.NO_DATA),
        ({**PAST, "verdict": "HEALTHY"}, Signal.NO_DATA),
    ],
)
def test_each_verdict_has_its_level(changed: dict[str, Any], expected: Signal) -> None:
    assert level_signal(stream(**changed), NOW_MS) is expected


BY_TIMING = {"blame_by": "timing", "may_act": False, "blocked_by": ["no_control"]}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, Signal.REVISION),
        (BY_TIMING, Signal.TIMING),
        ({"blame": "population"}, Signal.POPULATION),
        ({"blame": "mixed"}, Signal.MIXED),
        ({"blame": "unknown"}, Signal.UNKNOWN),
        ({"blame": None}, Signal.NO_DATA),
        ({"blocked_by": ["mode"], "may_act": False}, Signal.REVISION),
        ({"blocked_by": ["not_harm_metric"]}, Signal.UNKNOWN),
        ({"blocked_by": ["verdict"]}, Signal.UNKNOWN),
        ({"blocked_by": ["word_of_tomorrow"]}, Signal.UNKNOWN),
        ({"verdict": "SUSPECT"}, Signal.UNKNOWN),
        ({"blame_by": None}, Signal.UNKNOWN),
        ({"window": {"exact": False}}, Signal.NO_DATA),
        ({"data": {"coverage": False}}, Signal.NO_DATA),
        (PAST, Signal.NO_DATA),
        *(
            ({"blocked_by": [fault]}, Signal.NO_DATA)
            for fault in ("stale", "inexact", "immature", "small", "unattributed", "rule_change")
        ),
        ({"blame": "population", "blocked_by": ["stale", "population"]}, Signal.NO_DATA),
    ],
)
def test_each_blame_has_its_signal(changed: dict[str, Any], expected: Signal) -> None:
    assert blame_signal(stream(**changed), NOW_MS, timing_may_act=False) is expected


def test_without_a_record_there_is_no_data() -> None:
    assert level_signal(None, NOW_MS) is Signal.NO_DATA
    assert blame_signal(None, NOW_MS, timing_may_act=True) is Signal.NO_DATA


def test_blame_by_timing_condemns_only_where_the_operator_says_so() -> None:
    by_timing = stream(**BY_TIMING)
    assert blame_signal(by_timing, NOW_MS, timing_may_act=False) is Signal.TIMING
    assert blame_signal(by_timing, NOW_MS, timing_may_act=True) is Signal.REVISION
    blind = stream(**{**BY_TIMING, "blocked_by": ["no_control", "immature"]})
    assert blame_signal(blind, NOW_MS, timing_may_act=True) is Signal.NO_DATA


def watched(*records: StreamRecord, concerned: Any = (FEMALE,), attributed: bool | None = True) -> Watched:
    return Watched(records, concerned, attributed, since_ms=NOW_MS - 1_000, now_ms=NOW_MS)


def heard(state: State, seen: Watched) -> Signal | None:
    return signal(state, seen, timing_may_act=False, decision_ms=900_000)


def test_all_concerned_streams_must_be_healthy_to_clear() -> None:
    healthy, other = stream(verdict="HEALTHY"), stream(subgroup="male", verdict="INCONCLUSIVE")
    assert level_of(watched(healthy, other)) is Signal.CLEAR
    assert level_of(watched(healthy, other, concerned=(FEMALE, MALE))) is Signal.NO_DATA
    assert level_of(watched(healthy, concerned=())) is Signal.NO_DATA, "silence is not good news"
    assert level_of(watched(healthy, stream(subgroup="male"))) is Signal.PAGE


def test_a_silent_feed_is_never_a_recovery() -> None:
    silent = watched(concerned=(FEMALE,))
    assert heard(State.OBSERVING, silent) is None
    assert heard(State.SUSPECTED, silent) is Signal.NO_DATA
    assert heard(State.POPULATION_SHIFT, silent) is None
    assert heard(State.UNDECIDED, silent) is None
    assert heard(State.ATTRIBUTING, silent) is Signal.NO_DATA


@pytest.mark.parametrize(
    ("state", "changed", "expected"),
    [
        (State.OBSERVING, {}, Signal.PAGE),
        (State.OBSERVING, {"verdict": "SUSPECT"}, Signal.WATCH),
        (State.OBSERVING, {"verdict": "HEALTHY"}, None),
        (State.SUSPECTED, {}, Signal.PAGE),
        (State.SUSPECTED, {"verdict": "SUSPECT"}, None),
        (State.SUSPECTED, {"verdict": "HEALTHY"}, Signal.CLEAR),
        (State.POPULATION_SHIFT, {"verdict": "HEALTHY"}, Signal.CLEAR),
        (State.POPULATION_SHIFT, {"blame": "population"}, None),
        (State.ATTRIBUTING, {}, Signal.REVISION),
        (State.ATTRIBUTING, {"blame": "mixed"}, Signal.MIXED),
        (State.ATTRIBUTING, {"verdict": "HEALTHY", "blame": None}, Signal.NO_DATA),
        (State.UNDECIDED, {}, Signal.EVIDENCE),
        (State.UNDECIDED, {"blame": "population"}, Signal.EVIDENCE),
        (State.UNDECIDED, {"blame": "unknown"}, None),
        (State.UNDECIDED, {"verdict": "HEALTHY"}, Signal.CLEAR),
        (State.SOAKING, {}, None),
    ],
)
def test_each_waiting_state_hears_what_it_waits_for(
    state: State, changed: dict[str, Any], expected: Signal | None
) -> None:
    assert heard(state, watched(stream(**changed))) is expected


def test_a_record_of_something_else_is_no_evidence() -> None:
    assert heard(State.ATTRIBUTING, watched(stream(), attributed=False)) is Signal.NO_DATA
    assert heard(State.UNDECIDED, watched(stream(), attributed=False)) is None


def test_while_the_cluster_cannot_be_read_attribution_waits_then_times_out() -> None:
    waiting = watched(stream(), attributed=None)
    assert heard(State.ATTRIBUTING, waiting) is None
    assert signal(State.ATTRIBUTING, waiting, timing_may_act=False, decision_ms=1_000) is Signal.TIMEOUT


def test_the_incident_is_named_after_the_worst_then_clearest_then_strongest() -> None:
    def evidence(log_e: float | None) -> list[dict[str, Any]]:
        return [{"detector": "concurrent_effect", "log_e": log_e}]

    weak = stream(subgroup="male", evidence=evidence(20.0), blame="unknown")
    strong = stream(subgroup="other", evidence=evidence(15.0))
    records = [stream(verdict="SUSPECT", evidence=evidence(99.0)), weak, strong, stream(evidence=evidence(None))]
    assert leading(records, NOW_MS) is strong
    assert leading([], NOW_MS) is None


def test_another_revision_ends_a_shift_and_two_undecided_endings_call_a_person() -> None:
    assert heard(State.POPULATION_SHIFT, replace(watched(stream()), serves_another=True)) is Signal.NEW_REVISION
    tired = replace(watched(stream()), has_ended_twice=True)
    assert heard(State.UNDECIDED, tired) is Signal.TWICE
    assert heard(State.ATTRIBUTING, tired) is Signal.REVISION
    assert heard(State.UNDECIDED, replace(tired, records=(stream(verdict="HEALTHY"),))) is Signal.CLEAR
