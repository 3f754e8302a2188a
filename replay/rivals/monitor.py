"""What a monitor is here: a name, a setting that makes it quieter, and the steps at which it alarms. Pure."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from replay.rivals.streams import OF_STEP, Stream

Bools = NDArray[np.bool_]

Watch = Callable[[Stream, float], Bools]
"""Stream and setting -> alarms, shape (runs, steps). After an alarm a monitor starts anew."""


class Monitor(NamedTuple):
    """One way to watch.

    Parameters
    ----------
    name
        As the table has it.
    watch
        What it does.
    loudest, quietest
        Settings between which its tuned one lies.
    default
        The setting it comes with; None: there is none, or it is not one of others.
    knows
        What it is told that a service would have to learn.
    """

    name: str
    watch: Watch
    loudest: float
    quietest: float
    default: float | None = None
    knows: str = ""


def by_window(score: NDArray[np.float64], limit: float) -> Bools:
    """A monitor without memory: an alarm whenever its score passes a limit, one alarm as long as it stays there.

    >>> by_window(np.array([[0.0, 2.0, 3.0, np.nan, 2.0]]), 1.0).tolist()
    [[False, True, False, False, True]]
    """
    out = score > limit
    begins: Bools = out.copy()
    begins[:, 1:] &= ~out[:, :-1]
    return begins


def per_100k(alarms: Bools) -> float:
    """Alarms per 100 000 events of the subgroup.

    >>> per_100k(np.array([[True] + [False] * 4_999]))
    1.0
    """
    return float(alarms.sum()) / (alarms.size * OF_STEP) * 100_000


def first_after(alarms: Bools, step: int) -> NDArray[np.int64]:
    """Events from a step to the first alarm from there on, read at the end of its step; a huge number if none comes.

    >>> first_after(np.array([[True, False, True], [True, False, False]]), 1).tolist()
    [40, 1000000000]
    """
    later = alarms[:, step:]
    found: NDArray[np.int64] = np.where(later.any(axis=1), (later.argmax(axis=1) + 1) * OF_STEP, 10**9)
    return found
