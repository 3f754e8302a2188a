"""Detectors of river, fed every event: ADWIN, PageHinkley, DDM. They reset themselves when they fire."""

from typing import Final

import numpy as np

from monitor.simulating.naive.of_river import DETECTORS, Detector, fired
from replay.rivals.monitor import Bools, Monitor, Watch
from replay.rivals.streams import OF_STEP, Stream


def fed(detector: Detector) -> Watch:
    """A watch of one fresh detector a run."""

    def watch(stream: Stream, setting: float) -> Bools:
        runs, steps, _ = stream.subgroup.shape
        alarms = np.zeros((runs, steps), bool)
        for run in range(runs):
            events = stream.subgroup[run].ravel().tolist()
            alarms[run, [event // OF_STEP for event in fired(detector.make(setting), events)]] = True
        return alarms

    return watch


_LABELS: Final = {"PageHinkley": "PageHinkley (river, alpha=1, up)"}

RIVER: Final = tuple(
    Monitor(_LABELS.get(one.name, f"{one.name} (river)"), fed(one), one.loudest, one.quietest, one.default)
    for one in DETECTORS
)
