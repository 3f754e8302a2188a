"""Coarse bins of label age: where two arms are compared, few wide bins waste fewer labels than many narrow ones.

Way of an event: step 7; fixed before the first one. Pure.
"""

from collections.abc import Sequence


def coarse_edges(edges_ms: Sequence[int]) -> tuple[int, ...]:
    """Every edge at most twice the one before, where there is such an edge.

    Parameters
    ----------
    edges_ms
        Edges of the label-age bins, rising from 0; every coarse edge is one of them.

    Examples
    --------
    >>> coarse_edges([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15])
    (0, 1, 2, 4, 8, 15)
    """
    coarse = list(edges_ms[:2])
    while coarse[-1] < edges_ms[-1]:
        later = [edge for edge in edges_ms if edge > coarse[-1]]
        coarse.append(max((edge for edge in later if edge <= 2 * coarse[-1]), default=later[0]))
    return tuple(coarse)
