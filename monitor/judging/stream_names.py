"""Streams by name, and by their place in arrays.

Way of an event: whenever a person names a stream, or one must outlive a change of rules. Pure.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.counting.lattice import Lattice

StreamName = tuple[str, str, str]
"""Attribute, subgroup, metric."""


class StreamNames:
    """The streams of a model; arrays have the shape (metrics, subgroups), `all` is in their order.

    Examples
    --------
    >>> from monitor.vocabulary import AttributeCoding, Coding
    >>> names = StreamNames(("error_rate",), Lattice(Coding((AttributeCoding("age", bands=(0, 65)),)), depth=1))
    >>> names.place(("overall", "overall", "error_rate")), names.place(("age", "young", "error_rate"))
    ((0, 0), None)
    >>> list(names.where(np.array([[True, False, False, False, False]])))
    [('overall', 'overall', 'error_rate')]
    """

    def __init__(self, metrics: tuple[str, ...], lattice: Lattice) -> None:
        self._metrics = metrics
        self._groups = [(group.attribute, group.slug) for group in lattice.subgroups]
        self.all: tuple[StreamName, ...] = tuple((*group, metric) for metric in metrics for group in self._groups)

    def place(self, name: StreamName) -> tuple[int, int] | None:
        """Where a stream stands; None if it is not judged."""
        attribute, subgroup, metric = name
        if metric not in self._metrics or (attribute, subgroup) not in self._groups:
            return None
        return self._metrics.index(metric), self._groups.index((attribute, subgroup))

    def where(self, mask: NDArray[Any]) -> Iterator[StreamName]:
        """Names of the streams that a mask chooses."""
        for metric, place in np.argwhere(mask).tolist():
            yield (*self._groups[place], self._metrics[metric])
