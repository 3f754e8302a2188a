"""Judging is quick because it works in columns and writes again only what changed: what is said stays the same."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import msgspec
import numpy as np
import pytest
from scipy.special import logsumexp

from monitor.judging.blame import CAUSES
from monitor.judging.e_detector import NOTHING, log_mixture
from monitor.judging.judge import Judge
from monitor.judging.metrics import METRICS, Kind
from monitor.judging.power import blind_below, is_blind_to
from monitor.judging.rules import DAY_MS, UNPAIRED, DataState
from monitor.judging.said import Statement
from monitor.judging.seasonal_key import Calendar
from monitor.judging.table import SEASON, UNVERIFIED_NEGATIVES
from monitor.judging.verdict import StreamVerdict, Verdict
from tests.blaming_the_release.worlds import canary, stream, switched
from tests.building_references.weeks import by_weekday, new_judge
from tests.judging_evidence import scored
from tests.judging_evidence.test_evidence_depends_on_counts_alone import RULES, WORLD, random_step
from tests.judging_evidence.worlds import LATTICE, F, M, Pane, ripe, rules
from tests.measuring_speed import plain

ALL = tuple(METRICS)
Steps = Iterator[tuple[Judge, int, DataState]]


def at_random() -> Steps:
    """Two revisions, people in several subgroups, data now and then stale or doubted, restarts on the way."""
    judge = Judge(replace(RULES, metrics=ALL), WORLD, None)
    for day in range(1, 80):
        judge.step(day * DAY_MS, random_step(day))
        serving = [("r1", "r2"), ("r2", "r1"), ("r1",)][day % 3]
        flags, stale = [(), (UNPAIRED,), ("a", "b")][day % 3], [(), ("lag",)][day % 7 == 0]
        if day % 10 == 0:
            packed = judge.state_bytes()
            judge = Judge(replace(RULES, metrics=ALL), WORLD, None)
            judge.restore(packed)
        if day > 40:
            yield judge, day, DataState(serving, frozenset(flags), frozenset(stale))


def a_release(pane: Callable[[int], Pane]) -> Steps:
    """A release on day 60, an outage of labels and inferences later on, and two days on which people acknowledge."""
    judge = Judge(rules(metrics=ALL), LATTICE, None)
    for day in range(1, 150):
        judge.step(day * DAY_MS, ripe(day, pane if not 120 <= day < 128 else lambda _: {}))
        if day > 55:
            yield judge, day, DataState(("r2", "r1") if day > 60 else ("r1",))
        if day in (100, 135):
            for one in judge.assess(day * DAY_MS, DataState(("r2", "r1"))):
                if one.verdict is Verdict.DEGRADED:
                    judge.acknowledge(one.attribute, one.subgroup, one.metric)


def a_season(calendar: Calendar | None) -> Steps:
    """A rate that breathes with the week, and harm to everybody from day 65 on."""
    judge, pane = new_judge(calendar, metrics=ALL), by_weekday(harm={F: 0.2, M: 0.2}, from_day=65)
    for day in range(1, 80):
        judge.step(day * DAY_MS, ripe(day, pane))
        if day > 52:
            yield judge, day, DataState(("r1",))


def flagged_alone(_: int) -> Pane:
    """Nobody who is passed over has an outcome."""
    return {("r1", person): {Kind.NOT_FLAGGED: 40, Kind.FALSE_POSITIVE: 6, Kind.TRUE_POSITIVE: 14} for person in (F, M)}


def bad(day: int, revision: str, person: int) -> float:
    return 0.5 if revision == "r2" and person == F else 0.2


def shifted(day: int, revision: str, person: int) -> float:
    return 0.45 if day >= 70 else 0.2


WORLDS: dict[str, Callable[[], Steps]] = {
    "random cells": at_random,
    "a bad release, switched to": lambda: a_release(stream(bad, switched)),
    "a bad release beside its former one": lambda: a_release(stream(bad, canary)),
    "a season that is only watched": lambda: a_season(None),
    "a season that is expected": lambda: a_season(Calendar("day_of_week")),
    "only the flagged are verified": lambda: a_release(flagged_alone),
    "a population that moves": lambda: a_release(stream(shifted, canary)),
}


class Heard(NamedTuple):
    """What was said after a day: the quick way, its columns, and the plain way."""

    judge: Judge
    day: int
    verdicts: tuple[StreamVerdict, ...]
    columns: Statement
    plainly: list[StreamVerdict]


@cache
def heard(world: str) -> list[Heard]:
    """Every second day of a world."""
    return [
        Heard(judge, day, judge.assess(day * DAY_MS, data), judge.say(day * DAY_MS, data), plain.verdicts(judge, data))
        for judge, day, data in WORLDS[world]()
        if day % 2
    ]


@pytest.mark.parametrize("world", WORLDS)
def test_every_verdict_is_that_of_the_plain_way(world: str) -> None:
    for one in heard(world):
        assert list(one.verdicts) == one.plainly, f"on day {one.day}"


def test_these_worlds_show_every_verdict_and_blame_and_each_detector() -> None:
    seen = [said for world in WORLDS for one in heard(world) for said in one.verdicts]
    assert {one.verdict for one in seen} == set(Verdict)
    assert {one.blame.cause for one in seen if one.blame} >= {*CAUSES} - {"mixed"}
    assert len({evidence.detector for one in seen for evidence in one.evidence}) == 4
    assert any(one.cleared for one in seen)
    reasons = {reason for one in seen for reason in one.reasons}
    assert reasons >= {SEASON, UNVERIFIED_NEGATIVES}
    assert any(one.still_needed for one in seen)


@pytest.mark.parametrize("order", [1, -1], ids=["forwards", "backwards"])
def test_what_was_said_can_be_written_later_though_the_judge_went_on(order: int) -> None:
    for one in heard("a bad release beside its former one")[::order]:
        assert one.judge.write(one.columns) == one.verdicts


def test_what_stands_beside_the_rates_is_said_then_too_and_an_acknowledgement_is_heard_at_once() -> None:
    day, data, metric = 80, DataState(("r1",)), "calibration"
    drawn = scored.Drawn(5, 200, lambda day, _: 1.5 if day >= 50 else 0.0)
    judge = scored.judged(Judge(rules(calibration=True), LATTICE, None), drawn, range(1, day))
    then = judge.say(day * DAY_MS, data)
    alarms = [one for one in judge.write(then) if one.metric == metric and one.verdict is Verdict.SUSPECT]
    assert alarms
    for one in alarms:
        judge.acknowledge(one.attribute, one.subgroup, metric)
    assert not any(one.verdict is Verdict.SUSPECT for one in judge.assess(day * DAY_MS, data) if one.metric == metric)
    assert [one for one in judge.write(then) if one in alarms] == alarms


def test_a_verdict_whose_numbers_did_not_change_is_the_same_object() -> None:
    judge, data = Judge(rules(metrics=ALL), LATTICE, None), DataState(("r1",))
    for day in range(1, 60):
        judge.step(day * DAY_MS, ripe(day, stream(bad, switched)))
    before = judge.assess(59 * DAY_MS, data)
    judge.step(60 * DAY_MS, ripe(60, stream(bad, switched)))
    after = judge.assess(60 * DAY_MS, data)
    kept = [one is other for one, other in zip(before, after, strict=True)]
    assert kept == [one == other for one, other in zip(before, after, strict=True)]
    assert 0 < sum(kept) < len(kept)


def test_asking_moves_no_evidence() -> None:
    for judge, day, data in a_release(stream(bad, canary)):
        before = msgspec.msgpack.encode((judge._streams.stored(), judge._releases.stored()))
        judge.assess(day * DAY_MS, data)
        assert msgspec.msgpack.encode((judge._streams.stored(), judge._releases.stored())) == before


def test_asking_twice_before_anything_happens_gives_the_same_answer() -> None:
    judge, data = Judge(rules(metrics=ALL), LATTICE, None), DataState(("r1",))
    judge.step(DAY_MS, ripe(1, stream(bad, switched)))
    said = judge.say(DAY_MS, data)
    assert judge.say(DAY_MS, data) is said
    assert judge.say(DAY_MS, replace(data, flags=frozenset({"other"}))) is not said
    judge.step(2 * DAY_MS, ripe(2, stream(bad, switched)))
    assert judge.say(DAY_MS, data) is not said


@pytest.mark.parametrize("bets", [1, 2, 7, 8])
def test_the_mean_over_bets_is_that_of_scipy_bit_for_bit(bets: int) -> None:
    rng = np.random.default_rng(bets)
    log_r = rng.normal(0, 30, (3, 500, bets))
    log_r[rng.random(log_r.shape) < 0.3] = NOTHING
    log_r[rng.random(log_r.shape) < 0.2] = 1.5  # several bets that are the largest
    expected = logsumexp(log_r, axis=-1) - np.log(bets)
    assert log_mixture(log_r).tobytes() == expected.tobytes()


def test_blindness_is_decided_as_if_the_smallest_rate_had_been_searched() -> None:
    rng = np.random.default_rng(1)
    tolerated, harm = rng.uniform(0.001, 0.97, 20_000), rng.choice([1e-6, 0.01, 0.1, 0.5], 20_000)
    m, nats = rng.exponential(5, 20_000) * (rng.random(20_000) > 0.1), rng.uniform(1, 15, 20_000)
    close = rng.random(20_000) < 0.5  # traffic for which exactly this rate is the smallest
    m[close] = _just_enough(tolerated[close], harm[close], nats[close]) * rng.uniform(1 - 1e-9, 1 + 1e-9, close.sum())
    expected = blind_below(m, tolerated, nats) > tolerated + harm
    assert (is_blind_to(tolerated + harm, m, tolerated, nats) == expected).all()
    assert 0.2 < expected.mean() < 0.9


def _just_enough(tolerated: np.ndarray, harm: np.ndarray, nats: np.ndarray) -> np.ndarray:
    q, p = np.minimum(tolerated + harm, 1 - 1e-12), tolerated
    return nats / 30 / (q * np.log(q / p) + (1 - q) * np.log((1 - q) / (1 - p)))
