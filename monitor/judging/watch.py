"""Watch level: reached when evidence is strong, left when it is gone.

Way of an event: end of step 7. Pure. A level that were left at the threshold it is reached at would be crossed again
and again by one and the same excess. Left at M < 1 instead, the promise holds for every crossing: while M climbs from
below 1 to a = A / v it gains at least a - 1, and on average at most 1 a step: E[crossings in T] <= (T + 1) / (a - 1).
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

POOLED = ""
"""Stands for all revisions together."""


class Stored(msgspec.Struct, array_like=True):
    """What is stored: streams at watch, of all revisions together and of each."""

    at_watch: dict[str, bytes]


class Watch:
    """Which streams are at watch level, of all revisions together (`POOLED`) and of each revision's own evidence.

    Parameters
    ----------
    threshold
        Nats at which the level is reached, shape (metrics, subgroups).

    Examples
    --------
    >>> watch = Watch(np.array([[5.0]]))
    >>> seen = []
    >>> for log_m in (4.0, 5.0, 1.0, -0.1, 4.0):
    ...     watch.note(POOLED, np.array([[log_m]]))
    ...     seen.append(watch.at(POOLED).item())
    >>> seen
    [False, True, True, False, False]

    References
    ----------
    Doob, "Stochastic Processes" (1953), chapter VII: the upcrossing inequality.
    """

    def __init__(self, threshold: Floats) -> None:
        self._threshold = threshold
        self._at: dict[str, Bools] = {}

    def note(self, revision: str, log_m: Floats) -> None:
        """Take in the evidence after a step."""
        stays: Bools = self.at(revision) & (log_m >= 0.0)
        self._at[revision] = (log_m >= self._threshold) | stays

    def at(self, revision: str) -> Bools:
        """The streams at watch, shape (metrics, subgroups)."""
        return self._at.get(revision, np.zeros(self._threshold.shape, bool))

    def reset(self, metric: int, subgroup: int) -> None:
        """Let a stream leave the level, as its evidence starts anew."""
        for at in self._at.values():
            at[metric, subgroup] = False

    def forget(self, revision: str) -> None:
        """Let a revision go."""
        self._at.pop(revision, None)

    def stored(self) -> Stored:
        """What to store."""
        return Stored({revision: at.tobytes() for revision, at in sorted(self._at.items())})

    def restore(self, stored: Stored) -> None:
        """Take up what was stored. ValueError for another shape."""
        shape = self._threshold.shape
        self._at = {name: np.frombuffer(at, bool).reshape(shape).copy() for name, at in stored.at_watch.items()}
