"""Bins of label age: every comparison of rates is made inside one of them.

Way of an event: step 4. Pure.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def label_age_edges(horizon_ms: int, pane_ms: int, also_ms: Sequence[int] = ()) -> tuple[int, ...]:
    """Edges of the label-age bins, from 0 to the horizon.

    A bin is as wide as a quarter of its lower edge, in whole panes, and at least one pane: a label of age *a* then
    waits about *a*/4 before it is read as evidence. Bins are half open; the last one includes the horizon.

    Parameters
    ----------
    horizon_ms, pane_ms
        Milliseconds, both positive.
    also_ms
        Further edges where labels are decided (day 30, say); those outside (0, horizon) change nothing.

    Raises
    ------
    ValueError
        for a pane or horizon that is not positive.

    Examples
    --------
    >>> day = 86_400_000
    >>> [edge // day for edge in label_age_edges(30 * day, day)]
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 18, 22, 27, 30]
    """
    if horizon_ms <= 0 or pane_ms <= 0:
        raise ValueError(f"need a positive horizon and pane, got {horizon_ms=}, {pane_ms=}")
    edges = [0]
    while edges[-1] < horizon_ms:
        step = max(pane_ms, edges[-1] // 4 // pane_ms * pane_ms)
        edges.append(min(horizon_ms, edges[-1] + step))
    return tuple(sorted({*edges, *(edge for edge in also_ms if 0 < edge < horizon_ms)}))


def age_bins(ages_ms: NDArray[np.int64], edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """Bin of each age; ages lie in [0, horizon].

    >>> age_bins(np.array([0, 9, 10, 30]), np.array([0, 10, 20, 30])).tolist()
    [0, 0, 1, 2]
    """
    return np.minimum(np.searchsorted(edges, ages_ms, side="right") - 1, len(edges) - 2)
