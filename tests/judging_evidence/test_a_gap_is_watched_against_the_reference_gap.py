"""D2: a subgroup against everybody else. Figures of the design, by simulation; `make campaign-statistics` runs more."""

import numpy as np
import pytest

from monitor.judging.conditional import TILTS, log_factor
from monitor.judging.e_detector import NOTHING, folded, log_mixture
from monitor.judging.gap import reference_gap
from monitor.judging.judge import Judge
from monitor.judging.verdict import GAP, Verdict
from tests.judging_evidence.worlds import LATTICE, Pane, everyone, judged, people, rules, said

RUNS = 200


def run(rates: tuple[float, float], sizes: tuple[int, int], theta0: np.ndarray, steps: int, a: float) -> np.ndarray:
    """Steps at which each run alarms, shape (runs, steps)."""
    rng = np.random.default_rng(7)
    log_r, alarms = np.full((RUNS, len(TILTS)), NOTHING), np.zeros((RUNS, steps), bool)
    for step in range(steps):
        columns = [(np.full(RUNS, n), rng.binomial(n, rate, RUNS)) for n, rate in zip(sizes, rates, strict=True)]
        log_r = folded(log_r, log_factor(np.column_stack([*columns[0], *columns[1]]), theta0))
        alarms[:, step] = log_mixture(log_r) >= np.log(a)
        log_r[alarms[:, step]] = NOTHING
    return alarms


def test_a_known_and_constant_disparity_is_no_drift() -> None:
    rng = np.random.default_rng(3)
    reference = [(np.full(RUNS, n), rng.binomial(n, rate, RUNS)) for n, rate in ((560, 0.20), (5_600, 0.10))]
    arms = np.column_stack([*reference[0], *reference[1]])[:, None]
    theta0 = reference_gap(arms, 0.02).tolerated
    assert run((0.20, 0.10), (20, 200), theta0, 1_000, 1_000).sum(axis=1).mean() <= 1  # about .1
    forgotten = run((0.20, 0.10), (20, 200), np.array(0.1206), 1_000, 1_000)
    assert forgotten.any(axis=1).all()


@pytest.mark.parametrize(("theta0", "least", "most"), [(0.0, 8, 14), (0.1206, 11, 20)])
def test_a_subgroup_that_alone_gets_worse_is_found(theta0: float, least: int, most: int) -> None:
    alarms = run((0.20, 0.10), (20, 200), np.array(theta0), 60, 5_000)
    first = np.where(alarms.any(axis=1), alarms.argmax(axis=1) + 1, 60)
    assert least <= np.median(first) <= most


def test_what_moves_everybody_alike_is_no_gap() -> None:
    alarms = run((0.20, 0.20), (20, 200), np.array(0.0), 300, 5_000)
    assert alarms.any(axis=1).mean() <= 0.06  # about .02


def worse_for(revision_f: float, revision_m: float) -> object:
    usual = people(fn=8, tp=32, fp=6, tn=34)

    def pane(day: int) -> Pane:
        if day < 60:
            return everyone(usual)
        of_f, of_m = (people(fn=round(40 * r), tp=40 - round(40 * r), fp=6, tn=34) for r in (revision_f, revision_m))
        (f, _), (m, _) = everyone(usual).items()
        return {f: of_f, m: of_m}

    return pane


def test_others_who_improve_make_a_gap_that_is_worth_a_look_and_no_page() -> None:
    judge = judged(Judge(rules(), LATTICE, None), worse_for(0.2, 0.025), range(1, 110))
    (women,) = said(judge, 109)
    (gap,) = [one for one in women.evidence if one.detector == GAP]
    assert gap.log_e is not None
    assert gap.page is not None
    assert gap.log_e > gap.page
    assert women.verdict is Verdict.SUSPECT


def test_a_gap_pages_together_with_a_rate_that_is_suspect() -> None:
    judge = judged(Judge(rules(), LATTICE, None), worse_for(0.4, 0.2), range(1, 75))
    assert said(judge, 74)[0].verdict is Verdict.DEGRADED


def test_everybody_has_no_gap() -> None:
    judge = judged(Judge(rules(), LATTICE, None), worse_for(0.4, 0.2), range(1, 75))
    assert not [one for one in said(judge, 74, slug="overall")[0].evidence if one.detector == GAP]
