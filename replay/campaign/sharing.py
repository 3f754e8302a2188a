"""Whether both revisions serve at once is read from the first whole pane: how often chance decides it wrongly.

Real class: `Rollouts`. At least 5 % of that pane's inferences by the former revision mean shared.
"""

from typing import Final

import numpy as np
from numpy.random import Generator

from monitor.judging.rollout import Rollouts
from monitor.judging.rules import DAY_MS
from replay.campaign.crowd import label_free
from replay.campaign.figure import Figure, share

SHARES: Final = (0.01, 0.03, 0.05, 0.07, 0.10, 0.20)
"""Of the traffic that the former revision really keeps."""

INFERENCES: Final = (20, 100, 1_000)
_SHARED: Final = 0.05


def is_shared(rng: Generator, kept: float, inferences: int) -> bool:
    """What one rollout is taken for."""
    rollouts = Rollouts(DAY_MS)
    rollouts.take(label_free(0, 0, inferences))
    for pane in (1, 2):
        stable = int(rng.binomial(inferences, kept))
        rollouts.take(label_free(pane, inferences - stable, stable))
    known = rollouts.of("r2")
    return known is not None and bool(known.is_shared)


def figures(runs: int, rng: Generator) -> list[Figure]:
    """How often a rollout is taken for what it is not; no promise was made. At exactly 5 % neither is wrong."""
    found = []
    for inferences in INFERENCES:
        for kept in SHARES:
            taken = np.array([is_shared(rng, kept, inferences) for _ in range(runs)])
            what = f"former keeps {kept:.0%} of {inferences} a pane: "
            if kept == _SHARED:
                found.append(share("sharing", what + "taken for shared", taken))
            else:
                found.append(share("sharing", what + "taken for the other", taken != (kept > _SHARED)))
    return found
