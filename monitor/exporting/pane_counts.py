"""Final published counts of every pane, and their sums over windows that do not overlap.

Way of an event: after its end: what `counting` lets go is kept here for the files and the report of a replay. Pure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.counting.lattice import Lattice
from monitor.counting.windows import Table, window

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CountedModel:
    """What the counts of a model are made of: subgroups, pane, and published windows by name. Times in ms."""

    lattice: Lattice
    pane_ms: int
    windows: Mapping[str, int]


class WindowSums(NamedTuple):
    """Counts of the inferences of [start, end): revision -> shape (subgroups, `monitor.counting.windows.COLUMNS`)."""

    start_ms: int
    end_ms: int
    by_revision: Mapping[str, Ints]


class CountsBook:
    """Tables of panes as they come, of several models and partitions, in any order.

    Parameters
    ----------
    models
        By name.

    Examples
    --------
    >>> from monitor.vocabulary import AttributeCoding, Coding
    >>> lattice = Lattice(Coding((AttributeCoding("sex", {"f": ("F",), "m": ("M",)}),)), depth=1)
    >>> book = CountsBook({"m": CountedModel(lattice, pane_ms=10, windows={"20ms": 20})})
    >>> men = np.array([lattice.coding.encode({"sex": "M"})])
    >>> table = Table(("r1",), np.array([0]), men, np.array([[3, 1, 1, 0, 1, 0, 0, 0, 0]]))
    >>> for start_ms in (0, 10, 20):
    ...     book.add("m", start_ms, table)
    >>> [(sums.start_ms, int(sums.by_revision["r1"][0, 0])) for sums in book.tumbling("m", 20)]
    [(0, 6), (20, 3)]
    """

    def __init__(self, models: Mapping[str, CountedModel]) -> None:
        self.models = dict(models)
        self._panes: dict[str, dict[int, list[Table]]] = {name: {} for name in models}

    def add(self, model: str, pane_start_ms: int, table: Table) -> None:
        """Take in one partition's share of one pane. KeyError for a model that is not known."""
        self._panes[model].setdefault(pane_start_ms, []).append(table)

    def starts_ms(self, model: str) -> list[int]:
        """Starts of the panes that hold anything, rising."""
        return sorted(start for start, tables in self._panes[model].items() if any(len(t.combination) for t in tables))

    def tumbling(self, model: str, span_ms: int, anchor_ms: int = 0) -> Iterator[WindowSums]:
        """Windows of one span that hold anything, in order; their edges lie a multiple of it from the anchor.

        ValueError unless span and anchor are whole panes.
        """
        counted, panes = self.models[model], self._panes[model]
        if span_ms % counted.pane_ms or anchor_ms % counted.pane_ms or span_ms <= 0:
            raise ValueError(f"{model}: need whole panes of {counted.pane_ms} ms, got {span_ms=}, {anchor_ms=}")
        by_window: dict[int, list[Table]] = {}
        for start_ms in self.starts_ms(model):
            by_window.setdefault((start_ms - anchor_ms) // span_ms, []).extend(panes[start_ms])
        for number, tables in by_window.items():
            start_ms = number * span_ms + anchor_ms
            yield WindowSums(start_ms, start_ms + span_ms, window(tables, counted.lattice))
