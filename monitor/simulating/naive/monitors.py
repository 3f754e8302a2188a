"""All naive monitors, each with the setting it comes with.

After the way of an event: `comparison` asks them, and a contest tunes them. Pure.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from monitor.simulating.labelled import Labelled
from monitor.simulating.naive.counting import RATES
from monitor.simulating.naive.heard import Heard
from monitor.simulating.naive.mann_whitney import TOLERANCE, mann_whitney
from monitor.simulating.naive.of_river import DETECTORS, Detector, heard_by
from monitor.simulating.naive.windows import GAP_BOUND, Z_BOUND, fixed_bound, weekly_z_test

Watch = Callable[[Labelled, Sequence[int], float, Sequence[str]], Heard]
"""Stream, ends of its days, setting, metrics -> what it says."""


class Naive(NamedTuple):
    """One of them.

    Parameters
    ----------
    name
        As tables have it.
    watch
        What it does; a higher setting is a quieter monitor.
    default
        The setting it comes with.
    loudest, quietest
        Settings between which a sensible one lies.
    """

    name: str
    watch: Watch
    default: float
    loudest: float
    quietest: float


def _of_river(detector: Detector) -> Naive:
    def watch(labelled: Labelled, ends_ms: Sequence[int], setting: float, metrics: Sequence[str]) -> Heard:  # noqa: ARG001  (it looks at every case)
        return heard_by(detector, setting, labelled, metrics)

    return Naive(f"{detector.name} (river)", watch, detector.default, detector.loudest, detector.quietest)


MONITORS: Final = (
    Naive("gap in the last 100 rows beyond a bound", fixed_bound, GAP_BOUND, 0.1, 1.0),
    Naive("z test a week", weekly_z_test, Z_BOUND, 1.0, 10.0),
    Naive("Mann-Whitney a week", mann_whitney, TOLERANCE, -0.9, 10.0),
    *map(_of_river, DETECTORS),
)


def said_by_all(labelled: Labelled, ends_ms: Sequence[int]) -> Mapping[str, Heard]:
    """What each says at the setting it comes with, by its name."""
    return {one.name: one.watch(labelled, ends_ms, one.default, RATES) for one in MONITORS}
