"""The streams: a subgroup and everybody else, event by event, 20 of each in a step.

All monitors are read once a step, and see the same events. Pure, seeded.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Bits = NDArray[np.uint8]
Floats = NDArray[np.float64]

OF_STEP: Final = 20
USUAL: Final = 0.10
QUIET: Final = 200
"""Steps before a change."""

SEASON_STEPS: Final = 100
SEASON: Final = 0.04

Rate = Callable[[NDArray[np.int64]], Floats]
"""Steps -> the subgroup's rate in each."""


class Stream(NamedTuple):
    """Harmful or not, of the subgroup and of everybody else, each of shape (runs, steps, `OF_STEP`)."""

    subgroup: Bits
    others: Bits

    @property
    def k(self) -> NDArray[np.int64]:
        """Harmful events of the subgroup in each step, shape (runs, steps)."""
        return np.asarray(self.subgroup.sum(axis=2), np.int64)

    @property
    def k_others(self) -> NDArray[np.int64]:
        """Those of the others."""
        return np.asarray(self.others.sum(axis=2), np.int64)


def fair(step: NDArray[np.int64]) -> Floats:
    """Nothing ever happens.

    >>> fair(np.arange(2)).tolist()
    [0.1, 0.1]
    """
    return np.full(len(step), USUAL)


def jump(to: float, after: int = QUIET) -> Rate:
    """The rate jumps after so many steps.

    >>> jump(0.2, 1)(np.arange(3)).tolist()
    [0.1, 0.2, 0.2]
    """
    return lambda step: np.where(step < after, USUAL, to)


def ramp(to: float, steps: int, after: int = QUIET) -> Rate:
    """The rate climbs evenly, and stays up.

    >>> ramp(0.2, 4, 1)(np.arange(6)).round(3).tolist()
    [0.1, 0.1, 0.125, 0.15, 0.175, 0.2]
    """
    return lambda step: USUAL + (to - USUAL) * np.clip((step - after) / steps, 0.0, 1.0)


def season(step: NDArray[np.int64]) -> Floats:
    """Everybody's rate swings, by the calendar.

    >>> season(np.array([0, 25, 75])).round(3).tolist()
    [0.1, 0.14, 0.06]
    """
    return USUAL + SEASON * np.sin(2 * np.pi * step / SEASON_STEPS)


def drawn(rng: Generator, runs: int, steps: int, rate: Rate, others: Rate = fair) -> Stream:
    """Streams of one kind."""
    step = np.arange(steps)
    shape = (runs, steps, OF_STEP)
    bits = [(rng.random(shape, np.float32) < of(step)[:, None]).astype(np.uint8) for of in (rate, others)]
    return Stream(bits[0], bits[1])
