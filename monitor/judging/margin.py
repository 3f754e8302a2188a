"""One margin for the pooled rate of a subgroup, applied to all its strata as a common odds shift.

Way of an event: step 7; renewed when a bin of label ages opens. Pure. Margins taken stratum by stratum are valid but
blind; no margin at all gives four times the promised false alarms.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from monitor.judging.intervals import jeffreys_upper

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LEAST_SAMPLES: Final = 10
"""Reference events below which a subgroup is not watched."""

HIGHEST_TOLERATED: Final = 0.97
"""Above this a rise cannot be seen: the stream is not watched, rather than its limit lowered."""

LOWEST_EXPECTED: Final = 0.001
_STEPS: Final = 25
_LONGEST_STEP: Final = 2.0


class Margin(NamedTuple):
    """Per subgroup, shape (subgroups,): reference events `k` of `n`, the tolerable rate p*, the subgroup's own level u,
    and the odds shift u + d of its strata. `is_watched` is False for too few events, or a p* too near to 1."""

    k: Ints
    n: Ints
    tolerated: Floats
    level: Floats
    shift: Floats
    is_watched: NDArray[np.bool_]


def margin(subgroup: Ints, eta: Floats, counts: tuple[Ints, Ints], subgroups: int, tolerance: float) -> Margin:
    """The margins of all subgroups.

    Parameters
    ----------
    subgroup
        Subgroup of each stratum membership, shape (memberships,).
    eta
        Expected log odds there.
    counts
        Harmful and all reference events there.
    subgroups
        How many there are.
    tolerance
        Accepted worsening of the rate, [0, 1)-valued.

    Examples
    --------
    >>> found = margin(np.array([0, 0]), np.array([-2.0, -1.0]), (np.array([5, 9]), np.array([40, 30])), 1, 0.02)
    >>> found.tolerated.round(4).tolist(), found.is_watched.tolist()
    ([0.2869], [True])
    """
    k = np.bincount(subgroup, weights=counts[0], minlength=subgroups).astype(np.int64)
    n = np.bincount(subgroup, weights=counts[1], minlength=subgroups).astype(np.int64)
    tolerated = np.maximum(jeffreys_upper(k, n), k / np.maximum(n, 1) + tolerance)
    is_watched = (n >= LEAST_SAMPLES) & (tolerated <= HIGHEST_TOLERATED)
    own = (k + 0.5) / (n + 1)
    level = _own_level(subgroup, eta, counts[1], n * own)
    shift = level + logit(np.minimum(tolerated, HIGHEST_TOLERATED)) - logit(own)
    return Margin(k, n, tolerated, level, shift, is_watched)


def _own_level(subgroup: Ints, eta: Floats, n: Ints, wanted: Floats) -> Floats:
    """u with sum of n expit(eta + u) = wanted in each subgroup; 0 for one without events."""
    level = np.zeros(len(wanted))
    for _ in range(_STEPS):
        p = expit(eta + level[subgroup])
        missing = wanted - np.bincount(subgroup, weights=n * p, minlength=len(wanted))
        slope = np.bincount(subgroup, weights=n * p * (1 - p), minlength=len(wanted))
        step = np.divide(missing, slope, out=np.zeros_like(missing), where=slope > 0)
        level += np.clip(step, -_LONGEST_STEP, _LONGEST_STEP)
    return level


def expected(eta: Floats, shift: Floats) -> Floats:
    """p0: expected rates with their margin; arrays broadcast.

    >>> expected(np.array([-2.0, -20.0]), np.array([0.5, 0.5])).round(4).tolist()
    [0.1824, 0.001]
    """
    result: Floats = np.maximum(LOWEST_EXPECTED, expit(eta + shift))
    return result
