"""Fewer points for a picture, without losing what the eye would see.

Way of an event: after its end. Pure.
"""

from collections.abc import Sequence
from typing import Final

Point = tuple[int, float]

MOST: Final = 400
"""Points of one line that are drawn."""


def thinned(points: Sequence[Point], most: int = MOST) -> list[Point]:
    """At most about `most` points: of each of equal stretches of time the first, the lowest, the highest and the last.

    >>> thinned([(0, 1.0), (1, 5.0), (2, 2.0), (3, 0.0), (4, 3.0), (9, 1.0)], most=4)
    [(0, 1.0), (1, 5.0), (3, 0.0), (9, 1.0)]
    >>> thinned([(0, 1.0), (5, 2.0)])
    [(0, 1.0), (5, 2.0)]

    References
    ----------
    Jugel et al., "M4: a visualization-oriented time series data aggregation", VLDB 7 (2014).
    """
    if len(points) <= most:
        return list(points)
    start_ms, span_ms, stretches = points[0][0], points[-1][0] - points[0][0] + 1, max(1, most // 4)
    found: dict[int, list[Point]] = {}
    for point in points:
        found.setdefault((point[0] - start_ms) * stretches // span_ms, []).append(point)
    kept: set[Point] = set()
    for stretch in found.values():
        kept |= {stretch[0], stretch[-1], min(stretch, key=_value), max(stretch, key=_value)}
    return sorted(kept)


def _value(point: Point) -> float:
    return point[1]
