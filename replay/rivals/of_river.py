"""Detectors of river, fed every event: ADWIN, PageHinkley, DDM. They reset themselves when they fire."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from river.drift import ADWIN, PageHinkley
from river.drift.binary import DDM

from replay.rivals.monitor import Bools, Monitor, Watch
from replay.rivals.streams import OF_STEP, Stream

Make = Callable[[float], Any]


def fed(make: Make) -> Watch:
    """A watch of one fresh detector a run."""

    def watch(stream: Stream, setting: float) -> Bools:
        runs, steps, _ = stream.subgroup.shape
        alarms = np.zeros((runs, steps), bool)
        for run in range(runs):
            detector = make(setting)
            for event, harmful in enumerate(stream.subgroup[run].ravel().tolist()):
                detector.update(harmful)
                if detector.drift_detected:
                    alarms[run, event // OF_STEP] = True
        return alarms

    return watch


RIVER: Final = (
    Monitor(
        "ADWIN (river)",
        fed(lambda power: ADWIN(delta=10**-power)),  # type: ignore[no-untyped-call]  # river has no types
        0.01,
        12.0,
        2.6989700043360187,
    ),
    Monitor(
        "PageHinkley (river, alpha=1, up)",
        fed(lambda threshold: PageHinkley(threshold=threshold, alpha=1.0, mode="up", delta=0.005)),
        *(2.0, 200.0, 50.0),
    ),
    Monitor("DDM (river)", fed(lambda threshold: DDM(drift_threshold=threshold)), 2.0, 12.0, 3.0),
)
