"""Tuning: the loudest setting at which a monitor raises at most one false alarm per 100 000 events of the subgroup."""

from typing import Final

from replay.rivals.monitor import Monitor, per_100k
from replay.rivals.streams import Stream

WANTED: Final = 1.0
_HALVINGS: Final = 12


def tuned(monitor: Monitor, quiet: Stream) -> float | None:
    """The setting, by bisection on one fixed stream on which nothing happens; None if none is quiet enough.

    False alarms are counted over the whole stream, the time a monitor needs to learn included.
    """
    loud, quiet_enough = monitor.loudest, monitor.quietest
    if per_100k(monitor.watch(quiet, quiet_enough)) > WANTED:
        return None
    if per_100k(monitor.watch(quiet, loud)) <= WANTED:
        return loud
    for _ in range(_HALVINGS):
        middle = (loud + quiet_enough) / 2
        if per_100k(monitor.watch(quiet, middle)) > WANTED:
            loud = middle
        else:
            quiet_enough = middle
    return quiet_enough
