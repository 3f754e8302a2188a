"""When each stream first reached each level: a level that was reached stays, until a person acknowledges it.

Way of an event: step 7 notes it, blame asks it. Pure.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NEVER: Final = -1


class Crossings:
    """First crossings of every level, shape (rates, subgroups).

    Examples
    --------
    >>> crossings = Crossings((1, 2))
    >>> crossings.note(10, np.array([[4.0, 1.0]]), {"watch": np.array([[3.0, 3.0]])})
    [(0, 0)]
    >>> crossings.note(20, np.array([[0.0, 5.0]]), {"watch": np.array([[3.0, 3.0]])})
    [(0, 1)]
    >>> crossings.at("watch").tolist(), crossings.first_ms("watch").tolist(), crossings.at("rollback").any().item()
    ([[True, True]], [[10, 20]], False)
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        self._shape = shape
        self._first_ms: dict[str, Ints] = {}

    def note(self, end_ms: int, log_m: Floats, nats: Mapping[str, Floats]) -> list[tuple[int, int]]:
        """Take in the evidence after a step; gives the streams that reached some level in it."""
        found: Bools = np.zeros(self._shape, bool)
        for level, needed in nats.items():
            first_ms = self._first_ms.setdefault(level, np.full(self._shape, NEVER))
            newly = (log_m >= needed) & (first_ms == NEVER)
            first_ms[newly] = end_ms
            found |= newly
        return [(rate, subgroup) for rate, subgroup in np.argwhere(found).tolist()]

    def first_ms(self, level: str) -> Ints:
        """End of the step in which each stream first reached a level; `NEVER` where it did not."""
        return self._first_ms.get(level, np.full(self._shape, NEVER))

    def at(self, level: str) -> Bools:
        """Streams that have reached a level."""
        at: Bools = self.first_ms(level) != NEVER
        return at

    def reset(self, rate: int, subgroup: int) -> None:
        """Let go of the levels of one stream."""
        for first_ms in self._first_ms.values():
            first_ms[rate, subgroup] = NEVER

    def stored(self) -> dict[str, bytes]:
        """What to store."""
        return {level: first_ms.tobytes() for level, first_ms in self._first_ms.items()}

    def restore(self, stored: Mapping[str, bytes]) -> None:
        """Take up what was stored. ValueError for another shape."""
        self._first_ms = {
            level: np.frombuffer(ms, np.int64).reshape(self._shape).copy() for level, ms in stored.items()
        }
