"""All simulations, and how many runs each gets in the full form."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final
from zlib import crc32

import numpy as np
from numpy.random import Generator

from replay.campaign import (
    canary,
    compared_twice,
    earlier_trend,
    label_delay,
    overdispersed,
    season,
    sharing,
    silent_labels,
    slow_bug,
    unequal_age,
)
from replay.campaign.figure import Figure

SEED: Final = 20261128

SIMULATIONS: Final[Mapping[str, tuple[Callable[[int, Generator], list[Figure]], int]]] = {
    "canary": (canary.figures, 4_000),
    "unequal_age": (unequal_age.figures, 2_000),
    "overdispersed": (overdispersed.figures, 400),
    "season": (season.figures, 200),
    "silent_labels": (silent_labels.figures, 1_000),
    "sharing": (sharing.figures, 2_000),
    "slow_bug": (slow_bug.figures, 400),
    "label_delay": (label_delay.figures, 200),
    "earlier_trend": (earlier_trend.figures, 60),
    "compared_twice": (compared_twice.figures, 500),
}
"""Name -> what measures its figures, and the runs of the full form."""


def measured(name: str, runs: int | None = None) -> list[Figure]:
    """The figures of one simulation. Its seed is its own: alone it measures the same as among the others."""
    figures, in_full = SIMULATIONS[name]
    return figures(in_full if runs is None else runs, np.random.default_rng([SEED, crc32(name.encode())]))


def kept(figures: Iterable[Figure]) -> bool:
    """Whether every promise among them is kept."""
    return all(one.passes for one in figures)
