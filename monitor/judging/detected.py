"""The evidence of one detector on all streams, as columns: what `Evidence` says of one.

Way of an event: between step 7 and 8. Pure.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.judging.verdict import Evidence

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Levels(NamedTuple):
    """What evidence is held against; of each stream, None where it has no such level."""

    watch: NDArray[Any]
    page: NDArray[Any]
    weight: NDArray[Any]
    rollback: NDArray[Any]


def levels(weight: Floats, nats: Mapping[str, Floats], has: Mapping[str, Bools]) -> Levels:
    """The levels of one detector.

    Parameters
    ----------
    weight
        Of each stream, any shape.
    nats, has
        Level -> nats of evidence at which it is reached, and whether a stream has it; of the same shape.

    Examples
    --------
    >>> found = levels(np.array([0.5, 0.5]), {"page": np.array([9.0, 9.0])}, {"page": np.array([True, False])})
    >>> found.page.tolist(), found.watch.tolist()
    ([9.0, None], [None, None])
    """
    of = {name: np.full(weight.shape, None, object) for name in ("watch", "page", "rollback")}
    for name, needed in nats.items():
        of[name][has[name]] = needed[has[name]]
    return Levels(of["watch"], of["page"], weight, of["rollback"])


class Detected(NamedTuple):
    """Evidence of one detector, arrays of shape (metrics, subgroups); nothing is said where it is not `shown`.

    `against` is the former revision, if it is compared with that one.
    """

    detector: str
    against: str | None
    levels: Levels
    shown: Bools
    log_m: Floats
    panes: Ints
    events: Ints

    def is_of_alike(self, other: "Detected") -> bool:
        """Whether the same is detected, against the same levels."""
        return self[:2] == other[:2] and self.levels is other.levels

    def columns(self) -> list[NDArray[Any]]:
        """All that moves with the streams."""
        return [self.shown, np.where(self.shown, self.log_m, 0.0), self.panes, self.events]


def evidence(detected: tuple[Detected, ...], places: Ints) -> list[tuple[Evidence, ...]]:
    """What all detectors together have to say of the streams with these numbers."""
    found: list[tuple[Evidence, ...]] = [()] * len(places)
    for one in detected:
        shown = np.flatnonzero(one.shown.reshape(-1)[places])
        columns = (one.log_m, *one.levels, one.panes, one.events)
        rows = zip(*(column.reshape(-1)[places[shown]].tolist() for column in columns), strict=True)
        for row, (nats, watch, page, weight, rollback, panes, events) in zip(shown.tolist(), rows, strict=True):
            log_e = None if nats == -np.inf else nats
            said = Evidence(one.detector, log_e, watch, page, weight, panes, events, rollback, one.against)
            found[row] = (*found[row], said)
    return found
