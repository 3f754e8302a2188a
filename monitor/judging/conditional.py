"""The factor of two arms: a bet on the odds ratio alone, given how many of both arms together were harmful.

Way of an event: step 7; `gap_factors` compares a subgroup with everybody else by it, `concurrent` a new revision with
the one it replaces. Pure. Given the sum of both arms, the base rate has left the formula: it may drift from step to
step, and nothing of it is estimated.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

TILTS: Final = np.array([0.15, 0.3, 0.5, 0.8, 1.2, 1.8])
"""Log odds ratios above the tolerable one that are bet on, in equal parts."""

_WIDE: Final = 512
"""Outcomes of a row beyond which only those are summed that count; what is left out has probability e^-40."""

_LEFT_OUT: Final = 40.0
_MOST_TERMS: Final = 1 << 17
"""Outcomes that are summed at once: bounds memory, not results."""


def log_factor(arms: Ints, theta0: ArrayLike, tilts: Floats = TILTS) -> Floats:
    """log L of every bet in every row: its mean is at most 1 while the log odds ratio is at most theta0.

    Rows do not depend on each other.

    Parameters
    ----------
    arms
        n_a, k_a, n_b, k_b: all and harmful events of either arm, 0 <= k <= n; shape (rows, 4).
    theta0
        Tolerable log odds ratio of a over b, of each row or of all.
    tilts
        What is bet on above it, shape (bets,), positive.

    Returns
    -------
    Shape (rows, bets); exactly 0 for a row that cannot speak (`speaks`).

    Examples
    --------
    >>> log_factor(np.array([[20, 5, 200, 20], [20, 0, 200, 0]]), 0.0)[:, :3].round(6).tolist()
    [[0.387728, 0.730029, 1.108636], [0.0, 0.0, 0.0]]

    References
    ----------
    Fisher, "The logic of inductive inference", JRSS 98 (1935): the noncentral hypergeometric distribution.
    """
    theta = np.broadcast_to(np.asarray(theta0, float), len(arms))[:, None] + np.append(0.0, tilts)
    psi = np.zeros(theta.shape)
    lowest, width = _outcomes(arms)
    for rows in _pieces(np.flatnonzero((width > 1) & (width <= _WIDE)), width):
        psi[rows] = _log_sums(arms[rows], theta[rows], lowest[rows], width[rows])
    wide = np.flatnonzero(width > _WIDE)
    psi[wide] = _log_sums_of_likely(arms[wide], theta[wide])
    return psi[:, :1] - psi[:, 1:]


def speaks(arms: Ints) -> NDArray[np.bool_]:
    """Whether a row could have come out otherwise: both arms have events, some of them harmful and some not.

    >>> speaks(np.array([[20, 0, 200, 1], [20, 0, 200, 0], [20, 20, 200, 200], [0, 0, 200, 9]])).tolist()
    [True, False, False, False]
    """
    return _outcomes(arms)[1] > 1


def _outcomes(arms: Ints) -> tuple[Ints, Ints]:
    """The fewest harmful events arm a can have, given those of both; and how many numbers are possible from there."""
    n_a, k_a, n_b, k_b = arms.T
    both = k_a + k_b
    lowest = np.maximum(0, both - n_b)
    return lowest, np.minimum(n_a, both) - lowest + 1


def _pieces(rows: Ints, width: Ints) -> Iterator[Ints]:
    """The rows in pieces of few outcomes together; a row alone may have more."""
    piece = np.cumsum(width[rows]) // _MOST_TERMS
    for number in np.unique(piece):
        yield rows[piece == number]


def _log_sums(arms: Ints, theta: Floats, lowest: Ints, width: Ints, *, to_ours: bool = False) -> Floats:
    """psi(theta) - theta k_a, up to a constant of the row: log of the sum over y of C(n_a,y) C(n_b,K-y) e^(theta y).

    The constant is the largest coefficient that is summed, or that of k_a (`to_ours`): the same wherever sums begin.
    """
    n_a, k_a, n_b, k_b = arms.T
    both, first = k_a + k_b, np.cumsum(width) - width
    row = np.repeat(np.arange(len(arms)), width)
    y = np.arange(len(row)) - (first - lowest)[row]
    log_ways = -sum(_log_factorial((y, n_a[row] - y, both[row] - y, (n_b - both)[row] + y)))
    if to_ours:
        log_ways += sum(gammaln(x + 1.0) for x in (k_a, n_a - k_a, k_b, n_b - k_b))[row]
    else:
        log_ways -= np.maximum.reduceat(log_ways, first)[row]
    found = np.empty(theta.shape)
    for column in range(theta.shape[1]):
        terms = log_ways + theta[row, column] * (y - k_a[row])
        highest = np.maximum.reduceat(terms, first)
        found[:, column] = highest + np.log(np.add.reduceat(np.exp(terms - highest[row]), first))
    return found


def _log_sums_of_likely(arms: Ints, theta: Floats) -> Floats:
    """The same of large arms: the likely outcomes grow as the root of their events only."""
    columns = theta.shape[1]
    each, theta = np.repeat(arms, columns, axis=0), theta.reshape(-1)
    lowest, width = _likely(each, theta)
    found = np.empty(len(each))
    for rows in _pieces(np.arange(len(each)), width):
        sums = _log_sums(each[rows], theta[rows, None], lowest[rows], width[rows], to_ours=True)
        found[rows] = sums[:, 0]
    return found.reshape(-1, columns)


def _likely(arms: Ints, theta: Floats) -> tuple[Ints, Ints]:
    """The outcomes that count at a log odds ratio: the first, and how many.

    Harmful events of an arm are, given those of both, a sum of independent coins of unequal odds (the generating
    polynomial has real roots only): its mean lies within 1 of its mode, and Bernstein's inequality bounds its tails.
    """
    n_a, k_a, n_b, k_b = arms.T
    both, odds, highest = k_a + k_b, np.exp(theta), np.minimum(n_a, k_a + k_b)
    lowest = np.maximum(0, both - n_b)
    slope, product = odds * (n_a + both) + n_b - both, odds * n_a * both
    root = np.sqrt(slope**2 - 4 * (odds - 1) * product)
    falling = np.where(odds < 1, 2 * (odds - 1), -1.0)
    mode = np.clip(np.where(slope < 0, (slope - root) / falling, 2 * product / (slope + root)), lowest, highest)
    spread = 1 / sum(1 / (part + 1) for part in (mode, n_a - mode, both - mode, n_b - both + mode))
    reach = _LEFT_OUT / 3 + np.sqrt((_LEFT_OUT / 3) ** 2 + 2 * _LEFT_OUT * (1.5 * spread + 1)) + 2
    first = np.maximum(lowest, np.floor(mode - reach).astype(np.int64))
    after = np.minimum(highest, np.ceil(mode + reach).astype(np.int64)) + 1
    return first, after - first


def _log_factorial(columns: Sequence[Ints]) -> list[Floats]:
    """log x! of each; looked up where the same few numbers come again and again."""
    most = max(int(x.max()) for x in columns)
    if most > len(columns[0]):
        return [gammaln(x + 1.0) for x in columns]
    table: Floats = gammaln(np.arange(most + 1) + 1.0)
    return [table[x] for x in columns]
