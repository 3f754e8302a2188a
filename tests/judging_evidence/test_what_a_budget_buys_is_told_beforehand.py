"""How long a rise takes to be told, at the traffic of a reference: close to what then happens."""

import numpy as np
import pytest

from monitor.judging.judge import Judge
from monitor.judging.planning import planned
from monitor.judging.rules import DAY_MS, DataState
from monitor.judging.verdict import Verdict
from tests.judging_evidence.worlds import LATTICE, Pane, everyone, judged, people, ripe, rules

RULES = rules(metrics=("false_negative_rate",))


def drawn(rate: float) -> object:
    def pane(day: int) -> Pane:
        missed = int(np.random.default_rng(day).binomial(40, rate))
        return everyone(people(fn=missed, tp=40 - missed, fp=6, tn=34))

    return pane


def test_a_rise_is_told_within_about_the_weeks_that_were_planned() -> None:
    built = judged(Judge(RULES, LATTICE, None), drawn(0.2), range(1, 60)).reference
    assert built is not None
    plan = {one.subgroup: one for one in planned(RULES, LATTICE, built, 0.15) if one.metric == "false_negative_rate"}
    assert plan["f"].events_per_week == pytest.approx(7 * 2 * 40)
    assert plan["f"].rate == pytest.approx(0.2, abs=0.02)
    assert plan["f"].weeks is not None
    assert plan["overall"].weeks is not None
    assert plan["overall"].weeks < plan["f"].weeks
    assert "unknown" not in plan, "nobody was in it"

    judge = Judge(RULES, LATTICE, built)
    first = next(
        day
        for day in range(61, 120)
        if (judge.step(day * DAY_MS, ripe(day, drawn(0.35))) is None) and worst(judge, day) is Verdict.DEGRADED
    )
    # From the first day whose labels of every age are ripe.
    assert (first - 63) / 7 == pytest.approx(plan["f"].weeks, rel=0.6, abs=0.5)


def worst(judge: Judge, day: int) -> Verdict:
    found = judge.assess(day * DAY_MS, DataState(("r1",)))
    return next(one.verdict for one in found if (one.subgroup, one.metric) == ("f", "false_negative_rate"))


def test_a_rise_within_what_is_tolerated_will_never_be_told() -> None:
    built = judged(Judge(RULES, LATTICE, None), drawn(0.2), range(1, 60)).reference
    assert built is not None
    assert {one.weeks for one in planned(RULES, LATTICE, built, 0.01)} == {None}
