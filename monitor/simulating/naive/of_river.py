"""Detectors of river, one for each subgroup and rate, fed case by case. They start anew when they have fired. Pure."""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from river.drift import ADWIN, PageHinkley
from river.drift.binary import DDM

from monitor.simulating.labelled import Labelled
from monitor.simulating.naive.counting import RATES, watched
from monitor.simulating.naive.heard import Alarm, Heard


class Detector(NamedTuple):
    """A detector of river.

    Parameters
    ----------
    name
        River's.
    make
        Setting -> a fresh one. A higher setting is a quieter detector.
    loudest, quietest
        Settings between which a sensible one lies.
    default
        River's own; PageHinkley's, with the two that make it forget nothing and look upwards only.
    """

    name: str
    make: Callable[[float], Any]
    loudest: float
    quietest: float
    default: float


DETECTORS: Final = (
    Detector(
        "ADWIN",
        lambda power: ADWIN(delta=10**-power),  # type: ignore[no-untyped-call]  # river has no types
        *(0.01, 12.0, 2.6989700043360187),
    ),
    Detector(
        "PageHinkley",
        lambda threshold: PageHinkley(threshold=threshold, alpha=1.0, mode="up", delta=0.005),
        *(2.0, 200.0, 50.0),
    ),
    Detector("DDM", lambda threshold: DDM(drift_threshold=threshold), 2.0, 12.0, 3.0),
)
"""ADWIN's setting is the power of ten of its delta, .002 by default."""


def heard_by(detector: Detector, setting: float, labelled: Labelled, metrics: Sequence[str] = RATES) -> Heard:
    """What fresh detectors say of each subgroup's rates."""
    alarms = []
    for name, metric, counted, harmful in watched(labelled, metrics):
        rows = np.flatnonzero(counted)
        alarms += [
            Alarm(int(labelled.arrived_ms[rows[place]]), name.attribute, name.value, metric)
            for place in fired(detector.make(setting), harmful[rows].tolist())
        ]
    arrived_ms = labelled.arrived_ms
    return Heard(int(arrived_ms[0]) if arrived_ms.size else None, tuple(sorted(alarms)))


def fired(detector: Any, values: Sequence[int]) -> list[int]:
    """Places at which a detector, fed with these, says that there is a drift.

    >>> even = [0, 1] * 50
    >>> fired(DETECTORS[2].make(3.0), even), 100 <= fired(DETECTORS[2].make(3.0), even + [1] * 60)[0] < 160
    ([], True)
    """
    places = []
    for place, value in enumerate(values):
        detector.update(value)
        if detector.drift_detected:
            places.append(place)
    return places
