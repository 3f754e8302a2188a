"""A series of numbers over time in bounded room.

Way of an event: after step 8, inside `recording`. Pure.
"""

from array import array
from collections.abc import Iterator
from typing import Final

MOST: Final = 2_000
"""Points that are kept; beyond, neighbours are merged in pairs."""


class Points:
    """(time, value), each value standing until the next. Repeated values take no room; of two merged the higher stays.

    Examples
    --------
    >>> points = Points()
    >>> for at_ms, value in enumerate((1.0, 2.0, 2.0, 5.0)):
    ...     points.add(at_ms, value)
    >>> list(points)
    [(0, 1.0), (1, 2.0), (3, 5.0)]
    """

    __slots__ = ("_at_ms", "_values")

    def __init__(self) -> None:
        self._at_ms, self._values = array("q"), array("d")

    def add(self, at_ms: int, value: float) -> None:
        """Take in one point, later than all before."""
        if self._values and self._values[-1] == value:
            return
        self._at_ms.append(at_ms)
        self._values.append(value)
        if len(self._values) > MOST:
            self._merge()

    def _merge(self) -> None:
        *older, last = self
        merged = [max(older[at : at + 2], key=lambda point: point[1]) for at in range(0, len(older), 2)]
        self._at_ms = array("q", [at_ms for at_ms, _ in merged] + [last[0]])
        self._values = array("d", [value for _, value in merged] + [last[1]])

    def __iter__(self) -> Iterator[tuple[int, float]]:
        return iter(zip(self._at_ms, self._values, strict=True))

    def __len__(self) -> int:
        return len(self._values)

    def until(self, end_ms: int) -> Iterator[tuple[int, int, float]]:
        """(from, to, value) of every stretch; the last one ends at `end_ms`.

        >>> points = Points()
        >>> points.add(3, 1.5)
        >>> list(points.until(9))
        [(3, 9, 1.5)]
        """
        ends = [*self._at_ms[1:], end_ms] if self._at_ms else []
        return iter(zip(self._at_ms, ends, self._values, strict=True))
