"""Whether who comes has changed: the chi-square of one attribute value against the rest.

Way of an event: step 9. Pure. Of a million cases .102 is "significantly" not .100: it is a hint where to look.
"""

from typing import Final

from monitor.judging.annotating.score_shift import FEWEST

LIMIT: Final = 3.841459
"""What it stays below in 95 % of windows without a change: chi-square of one degree of freedom."""


def chi_square(k: int, n: int, other_k: int, other_n: int) -> float | None:
    """Pearson's chi-square of k in n against other_k in other_n; None where there are fewer than 200, or no contrast.

    >>> round(chi_square(120, 1_000, 400, 4_000), 3), chi_square(1, 100, 2, 100) is None
    (3.434, True)
    """
    both, all_of = k + other_k, n + other_n
    if min(n, other_n) < FEWEST or both in (0, all_of):
        return None
    expected = both / all_of
    return (k - n * expected) ** 2 / (expected * (1 - expected)) * (1 / n + 1 / other_n)
