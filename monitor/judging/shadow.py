"""Shadow traffic: predictions for comparison only. They harm nobody and are not judged.

Way of an event: at the door of step 7. Pure.
"""

from typing import Final

import numpy as np

from monitor.counting.ripe import RipeCells

SHADOW: Final = ".shadow"
"""Ends the name of a revision of shadow traffic."""


def serves(revision: str) -> bool:
    """Whether people are served by a revision of this name.

    >>> serves("r42"), serves("r42.shadow")
    (True, False)
    """
    return not revision.endswith(SHADOW)


def without_shadows(cells: RipeCells) -> RipeCells:
    """The cells of revisions that serve people."""
    if all(map(serves, cells.revisions)):
        return cells
    return cells.where(np.array([serves(name) for name in cells.revisions])[cells.revision])
