"""Weights: how the budget of false alarms is shared among streams; and the thresholds that follow.

Way of an event: fixed before the first one, from settings alone. Pure.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitor.counting.lattice import Lattice
from monitor.judging.metrics import ALWAYS_ON, CALIBRATION, METRICS
from monitor.judging.rules import BUDGET_SPAN_MS, JudgingRules

Floats = NDArray[np.float64]

LEVELS: Final = ("watch", "page")

_MAIN: Final[Mapping[str, float]] = {"false_negative_rate": 0.3, "false_positive_rate": 0.3}
_REST: Final = 0.4
_SINGLE, _PAIRS, _DEEPER = 0.5, 0.3, 0.2
_DETECTOR_SHARE: Final = 0.5
"""D1 and D2 have half each; that of everybody's gap, who have none, stays unspent."""

_KEPT: Final = 0.95
"""The rest is kept for subgroups that are seen later."""


def weights(metrics: tuple[str, ...], lattice: Lattice) -> Floats:
    """Weights v of the streams of D1, each rate of a metric alike; those of D2 are the same.

    Returns
    -------
    Shape (metrics, subgroups); the weight of one rate: a two-sided metric has two of them.

    Examples
    --------
    >>> from monitor.vocabulary import AttributeCoding, Coding
    >>> lattice = Lattice(Coding((AttributeCoding("age", bands=(0, 65)),)), depth=1)
    >>> weights(("false_negative_rate", "selection_rate"), lattice).round(4).tolist()
    [[0.0285, 0.0285, 0.0285, 0.0285, 0.0285], [0.0063, 0.0063, 0.0063, 0.0063, 0.0063]]
    """
    rest = _rest(metrics)
    share = np.array(
        [_MAIN.get(name, rest) / (2 if METRICS[name].two_sided else 1) for name in metrics if name != CALIBRATION]
    )
    return share[:, None] * _level_shares(lattice) * _DETECTOR_SHARE * _KEPT


def _rest(metrics: tuple[str, ...]) -> float:
    """The share of each metric that is not one of the main ones."""
    return _REST / len({name for name in metrics if name not in _MAIN} | set(ALWAYS_ON))


def calibration_weights(metrics: tuple[str, ...], subgroups: int) -> Floats:
    """Weights v of calibration, shape (subgroups,): of everyone and single values, the only level it uses.

    One e-detector bets in both directions, so it has the whole share of the metric; D2's half stays unspent.

    >>> calibration_weights(("false_negative_rate", "calibration"), 2).round(4).tolist()
    [0.0317, 0.0317]
    """
    return np.full(subgroups, _rest((*metrics, CALIBRATION)) * _DETECTOR_SHARE * _KEPT / subgroups)


def _level_shares(lattice: Lattice) -> Floats:
    depth = np.minimum(np.maximum([group.level for group in lattice.subgroups], 1), 3) - 1
    in_use, size = np.unique(depth, return_counts=True)
    shares = np.zeros(3)
    shares[in_use] = np.array([_SINGLE, _PAIRS, _DEEPER])[in_use]
    per_subgroup: Floats = shares[in_use] / shares.sum() / size
    return per_subgroup[np.searchsorted(in_use, depth)]


def threshold(rules: JudgingRules, weight: Floats, level: str) -> Floats:
    """log A + log(1/v): nats of log M at which a stream of this weight reaches a level."""
    result: Floats = np.log(rules.budgets[level].steps(rules.pane_ms)) - np.log(weight)
    return result


def expected_alarms(rules: JudgingRules, weight: Floats) -> dict[str, float]:
    """Level -> false alarms to expect at most in 91 days over all streams, while the reference is within its limit."""
    rates = np.array([1 + METRICS[name].two_sided for name in rules.metrics])
    may_page = np.array([METRICS[name].may_page for name in rules.metrics])
    of_both = (weight.sum(axis=1) + weight[:, 1:].sum(axis=1)) * rates
    spent = {"watch": of_both.sum(), "page": of_both[may_page].sum()}
    return {level: alarms_of(rules, level, float(share)) for level, share in spent.items()}


def alarms_of(rules: JudgingRules, level: str, share: float) -> float:
    """False alarms to expect at most in 91 days of streams that have a share of the budget of a level."""
    return share * BUDGET_SPAN_MS / rules.budgets[level].per_ms * rules.budgets[level].alarms
