"""Every row of the table by itself, and what happens where two hold."""

import numpy as np
import pytest

from monitor.judging.table import BLIND, Known, code, verdicts
from monitor.judging.verdict import Verdict

NOTHING = Known(np.array([0]), *(np.array([False]) for _ in range(5)))
HOLDS = np.array([True])
ROWS = {
    "is_stale": Verdict.STALE,
    "at_watch": Verdict.SUSPECT,
    "at_watch_by_revision": Verdict.SUSPECT,
    "at_page": Verdict.DEGRADED,
    "at_rollback": Verdict.DEGRADED,
}


def said(known: Known) -> Verdict:
    return Verdict(verdicts(known)[0])


def test_nothing_known_against_it_is_healthy() -> None:
    assert said(NOTHING) == Verdict.HEALTHY


def test_what_cannot_be_said_is_inconclusive() -> None:
    assert said(NOTHING._replace(inconclusive=np.array([code(BLIND)]))) == Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("name", "verdict"), ROWS.items())
def test_each_row_by_itself(name: str, verdict: Verdict) -> None:
    assert said(NOTHING._replace(**{name: HOLDS})) == verdict


@pytest.mark.parametrize("other", ROWS)
@pytest.mark.parametrize("name", ROWS)
def test_the_larger_of_two_stands(name: str, other: str) -> None:
    assert said(NOTHING._replace(**{name: HOLDS, other: HOLDS})) == max(ROWS[name], ROWS[other])
