"""What a rollout is judged by: metrics that may blame it, their weights, and the evidence that levels ask for.

Way of an event: fixed before the first one, from settings alone. Pure. A rollout has a budget of its own: a probability
that anything at all is held against a harmless one.
"""

from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitor.counting.lattice import Lattice
from monitor.judging.metrics import Rate, rates_of
from monitor.judging.weights import weights

Floats = NDArray[np.float64]

COMPARED: Final = ("false_negative_rate", "false_positive_rate", "false_omission_rate")
"""Metrics that may blame a rollout; the last counts outcomes that were drawn at random alone."""

_KEPT: Final = 0.95
"""The rest is kept for subgroups that are seen later."""


def compared_rates(metrics: tuple[str, ...]) -> tuple[Rate, ...]:
    """The rates that revisions are compared by, in the order of the metrics.

    >>> [rate.metric for rate in compared_rates(("error_rate", "false_negative_rate"))]
    ['false_negative_rate']
    """
    return rates_of(tuple(name for name in metrics if name in COMPARED))


def rollout_weights(metrics: tuple[str, ...], lattice: Lattice) -> Floats:
    """Weights v' of the streams of one rollout; a metric that is not judged leaves its share unspent.

    Returns
    -------
    Shape (compared rates, subgroups).

    Examples
    --------
    >>> from monitor.vocabulary import AttributeCoding, Coding
    >>> lattice = Lattice(Coding((AttributeCoding("age", bands=(0, 65)),)), depth=1)
    >>> rollout_weights(("false_negative_rate", "selection_rate"), lattice).round(3).tolist()
    [[0.095, 0.095, 0.095, 0.095, 0.095]]
    """
    rates = compared_rates(metrics)
    share = 1 / 3 if COMPARED[-1] in metrics else 1 / 2
    like_reference = weights(COMPARED[:1], lattice)[0]
    of_subgroup: Floats = share * _KEPT * like_reference / like_reference.sum()
    return np.tile(of_subgroup, (len(rates), 1))


def nats_needed(weight: Floats, alpha: float, *, is_shared: bool) -> Floats:
    """log(1/alpha) + log(1/v'): nats of log M at which a stream reaches a level.

    Where both revisions serve at once there are two comparisons, with half the weight each.

    >>> nats_needed(np.array([0.5]), 0.001, is_shared=True).round(4).tolist()    # log 4000
    [8.294]
    """
    result: Floats = -log(alpha) - np.log(weight / 2 if is_shared else weight)
    return result
