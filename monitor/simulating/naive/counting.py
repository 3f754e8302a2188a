"""Which cases a rate counts, and how many of them lie in a window.

After the way of an event: every naive monitor begins here. Pure.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.exporting.naming import Name
from monitor.simulating.labelled import Labelled

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RATES: Final = ("false_negative_rate", "false_positive_rate", "error_rate")
"""What they watch."""


def columns(labelled: Labelled, metric: str) -> tuple[Bools, Bools]:
    """Which cases a metric counts, and which of them are harmful; shape (cases,) each. One of `RATES`."""
    is_positive, is_flagged = labelled.label == 1, labelled.prediction == 1
    if metric == "false_negative_rate":
        return is_positive, is_positive & ~is_flagged
    if metric == "false_positive_rate":
        return ~is_positive, ~is_positive & is_flagged
    return np.ones_like(is_positive), is_positive != is_flagged


def watched(labelled: Labelled, metrics: Sequence[str]) -> Iterator[tuple[Name, str, Bools, Bools]]:
    """Every subgroup with every metric: its name, the metric, who belongs to it and is counted, and is harmful."""
    for metric in metrics:
        counted, harmful = columns(labelled, metric)
        for name, is_member in labelled.members.items():
            yield name, metric, counted & is_member, harmful & is_member


class Windows(NamedTuple):
    """Windows of rows: when each is looked at, its first row and the one after its last; shape (windows,) each."""

    look_ms: Ints
    begin: Ints
    end: Ints

    def sums(self, is_counted: Bools) -> Ints:
        """How many rows of each window are counted.

        >>> windows = Windows(np.array([9, 19]), np.array([0, 1]), np.array([2, 3]))
        >>> windows.sums(np.array([True, False, True])).tolist()
        [1, 1]
        """
        total: Ints = np.concatenate(([0], np.cumsum(is_counted, dtype=np.int64)))
        return np.asarray(total[self.end] - total[self.begin])


def between(labelled: Labelled, edges_ms: Sequence[int]) -> Windows:
    """Windows of the labels that arrived between successive edges, looked at as each ends."""
    rows = np.searchsorted(labelled.arrived_ms, np.asarray(edges_ms, dtype=np.int64))
    return Windows(np.asarray(edges_ms[1:], dtype=np.int64), rows[:-1], rows[1:])
