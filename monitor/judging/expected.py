"""Expected rates: what the reference predicts for one label age and one combination of attributes.

Way of an event: step 7; fitted when a bin of label ages opens. Pure. A changing mix of people, or of label ages, then
does not look like harm, and no stratum needs a margin of its own.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_PENALTY: Final = 1.0
_PENALTY_OF_INTERCEPT: Final = 1e-6
_STEPS: Final = 12
_LONGEST_STEP: Final = 2.0


def ridge_logit(design: tuple[Ints, Ints], coefficients: int, k: Ints, n: Ints) -> Floats:
    """Coefficients of a ridge logistic regression, by Newton's method from 0.

    Sums run in the order of the strata, on one core: the same cells give the same coefficients bit for bit.

    Parameters
    ----------
    design
        Stratum and coefficient of every 1 of the design, which has no other entry but 0: by rising stratum.
    coefficients
        How many; the first is the intercept, of all strata and all but unpenalised.
    k, n
        Harmful and all events of the reference in each stratum, 0 <= k <= n.

    Returns
    -------
    Shape (coefficients,); 0 where the design has no event.

    Examples
    --------
    >>> design = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 2])
    >>> beta = ridge_logit(design, 3, np.array([10, 30]), np.array([100, 100]))
    >>> expit(beta[0] + beta[1:]).round(3).tolist()
    [0.106, 0.294]

    References
    ----------
    le Cessie, van Houwelingen, "Ridge estimators in logistic regression", Applied Statistics 41 (1992).
    """
    stratum, column = design
    penalty = np.full(coefficients, _PENALTY)
    penalty[0] = _PENALTY_OF_INTERCEPT
    left, right = _pairs(stratum, len(n))
    square = column[left] * coefficients + column[right]
    beta = np.zeros(coefficients)
    for _ in range(_STEPS):
        p = expit(np.bincount(stratum, weights=beta[column], minlength=len(n)))
        slope = np.bincount(column, weights=(k - n * p)[stratum], minlength=coefficients) - penalty * beta
        weight = (n * p * (1 - p))[stratum[left]]
        curvature = np.bincount(square, weights=weight, minlength=coefficients**2).reshape(coefficients, coefficients)
        step = np.linalg.solve(curvature + np.diag(penalty), slope)
        beta += np.clip(step, -_LONGEST_STEP, _LONGEST_STEP)
    return beta


def _pairs(stratum: Ints, strata: int) -> tuple[Ints, Ints]:
    """All pairs of entries of one stratum."""
    size = np.bincount(stratum, minlength=strata)
    partners = size[stratum]
    left = np.repeat(np.arange(len(stratum)), partners)
    first = (np.cumsum(size) - size)[stratum]
    nth = np.arange(len(left)) - np.repeat(np.cumsum(partners) - partners, partners)
    return left, first[left] + nth
