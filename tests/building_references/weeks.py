"""Streams whose false negative rate breathes with the week, seeded; the same day is always the same."""

from collections.abc import Callable, Mapping

import numpy as np

from monitor.counting.ripe import RipeCells
from monitor.judging.judge import Judge
from monitor.judging.rules import DAY_MS, DataState, JudgingRules
from monitor.judging.seasonal_key import HOUR_MS, Calendar
from monitor.judging.verdict import StreamVerdict, Verdict
from tests.judging_evidence.worlds import LATTICE, F, M, Pane, people, ripe, rules

FNR = "false_negative_rate"
SWING = 0.04
PATTERN = (1, 1, 1, 1, -4 / 3, -4 / 3, -4 / 3)
"""High on four days of the week, low on three; 0 on the whole."""


def by_weekday(
    swing: float = SWING, harm: Mapping[int, float] | None = None, from_day: int = 0, positives: int = 2_000
) -> Callable[[int], Pane]:
    """A false negative rate of .20 with a season; from a day on `harm` adds to it, by combination."""

    def pane_of(day: int) -> Pane:
        found = {}
        for person in (F, M):
            rng = np.random.default_rng([7, day, person])
            more = (harm or {}).get(person, 0.0) if day >= from_day else 0.0
            fn = int(rng.binomial(positives, 0.2 + swing * PATTERN[day % 7] + more))
            fp = int(rng.binomial(500, 0.1))
            found["r1", person] = people(fn, positives - fn, fp, 500 - fp)
        return found

    return pane_of


def hour_by_hour(swing: float, positives: int = 1_000) -> Callable[[int], RipeCells]:
    """The same with panes of an hour and labels within one: what becomes ripe at the end of an hour."""

    def ripe_at(hour: int) -> RipeCells:
        rows = []
        for person in (F, M):
            rows += [(hour - 1, -1, person, flagged, -1, positives // 2) for flagged in (0, 1)]
            if hour >= 2:
                rng = np.random.default_rng([9, hour, person])
                fn = int(rng.binomial(positives, 0.2 + swing * PATTERN[(hour - 2) // 24 % 7]))
                rows += [(hour - 2, 0, person, 0, 1, fn), (hour - 2, 0, person, 1, 1, positives - fn)]
        table = np.array(rows)
        return RipeCells(("r1",), np.zeros(len(rows), np.int64), table[:, 0] * HOUR_MS, *table[:, 1:].T)

    return ripe_at


def after_hours(calendar: Calendar | None, swing: float, weeks: int) -> Judge:
    """A judge of hourly panes after so many weeks."""
    judge = Judge(week_rules(calendar, metrics=(FNR,), pane_ms=HOUR_MS, edges_ms=(0, HOUR_MS)), LATTICE, None)
    ripe_at = hour_by_hour(swing)
    for hour in range(1, weeks * 7 * 24):
        judge.step(hour * HOUR_MS, ripe_at(hour))
    return judge


def week_rules(calendar: Calendar | None, **changed: object) -> JudgingRules:
    return rules(**{"metrics": (FNR, "false_positive_rate"), "calendar": calendar} | changed)


def story(judge: Judge, pane_of: Callable[[int], Pane], days: range) -> dict[int, list[StreamVerdict]]:
    """What is said after each day."""
    said = {}
    for day in days:
        judge.step(day * DAY_MS, ripe(day, pane_of))
        said[day] = list(judge.assess(day * DAY_MS, DataState(("r1",))))
    return said


def worst(said: Mapping[int, list[StreamVerdict]]) -> Verdict:
    return max(one.verdict for day in said.values() for one in day)


def new_judge(calendar: Calendar | None = None, **changed: object) -> Judge:
    return Judge(week_rules(calendar, **changed), LATTICE, None)
