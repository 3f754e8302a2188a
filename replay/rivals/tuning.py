"""Tuning: the loudest setting at which a monitor raises at most so many false alarms."""

from collections.abc import Callable
from typing import Final

from replay.rivals.monitor import Monitor, per_100k
from replay.rivals.streams import Stream

WANTED: Final = 1.0
_HALVINGS: Final = 12


def tuned(monitor: Monitor, quiet: Stream) -> float | None:
    """The setting for one false alarm per 100 000 events of the subgroup; None if none is quiet enough.

    False alarms are counted over the whole stream, the time a monitor needs to learn included.
    """
    ends = monitor.loudest, monitor.quietest
    return loudest_of(lambda setting: per_100k(monitor.watch(quiet, setting)), ends, WANTED)


def loudest_of(
    alarms: Callable[[float], float], ends: tuple[float, float], wanted: float, halvings: int = _HALVINGS
) -> float | None:
    """By bisection on one fixed stream on which nothing happens: the loudest setting that is quiet enough.

    Parameters
    ----------
    alarms
        Setting -> false alarms.
    ends
        The loudest and the quietest setting to choose.
    wanted
        How many are accepted.

    Returns
    -------
    None if not even the quietest is quiet enough.

    Examples
    --------
    >>> round(loudest_of(lambda setting: 10 - setting, (0.0, 16.0), 4.0), 2), loudest_of(lambda _: 1, (0.0, 1.0), 0.5)
    (6.0, None)
    """
    loud, quiet_enough = ends
    if alarms(quiet_enough) > wanted:
        return None
    if alarms(loud) <= wanted:
        return loud
    for _ in range(halvings):
        middle = (loud + quiet_enough) / 2
        if alarms(middle) > wanted:
            loud = middle
        else:
            quiet_enough = middle
    return quiet_enough
