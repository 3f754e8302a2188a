"""Many runs side by side: each is a subgroup of its own, so the classes of the judge simulate all of them in one go.

Only for comparisons that borrow nothing from other subgroups: two arms at the same time, never a fitted reference.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.counting.lattice import Lattice
from monitor.counting.ripe import LABEL_FREE, RipeCells
from monitor.events import Label
from monitor.judging.people import People
from monitor.judging.rules import DAY_MS, JudgingRules
from monitor.vocabulary import AttributeCoding, Coding

Ints = NDArray[np.int64]
FNR: Final = "false_negative_rate"
NEW, STABLE = "r2", "r1"
_NAMES: Final = (NEW, STABLE)


class Seen(NamedTuple):
    """Positives of one revision, pane and age bin: `missed` of `n` in each run, shape (runs,)."""

    revision: str
    pane: int
    age_bin: int
    missed: Ints
    n: Ints


class Crowd:
    """Runs as subgroups.

    Parameters
    ----------
    runs
        How many.
    ages
        Edges of the age bins in days, rising from 0.
    tolerance
        Accepted worsening of the rate.

    Examples
    --------
    >>> crowd = Crowd(3, (0, 1), tolerance=0.02)
    >>> cells = crowd.cells([Seen("r2", 4, 0, np.array([1, 0, 2]), np.array([10, 10, 10]))])
    >>> cells.n.tolist()
    [1, 2, 9, 10, 8]
    """

    def __init__(self, runs: int, ages: tuple[int, ...], tolerance: float) -> None:
        coding = Coding((AttributeCoding("run", {f"r{run}": (f"r{run}",) for run in range(runs)}),))
        self.runs, self.combinations = runs, np.array([coding.encode({"run": f"r{run}"}) for run in range(runs)])
        self.people = People(Lattice(coding, depth=1))
        places = {group.slug: place for place, group in enumerate(self.people.lattice.subgroups)}
        self.places = np.array([places[f"r{run}"] for run in range(runs)])
        self.rules = JudgingRules("m", (FNR,), DAY_MS, tuple(age * DAY_MS for age in ages), {FNR: tolerance})

    def cells(self, seen: Iterable[Seen]) -> RipeCells:
        """The cells of one step: label 1, prediction 0 for the missed ones, else 1."""
        rows: list[Ints] = []
        for one in seen:
            for prediction, n in ((0, one.missed), (1, one.n - one.missed)):
                which = n > 0
                same = [_NAMES.index(one.revision), one.pane * DAY_MS, one.age_bin, prediction, int(Label.POSITIVE)]
                columns = [np.full(which.sum(), value) for value in same]
                rows.append(np.stack([*columns[:3], self.combinations[which], *columns[3:], n[which]]))
        return RipeCells(_NAMES, *np.concatenate(rows, axis=1)) if rows else RipeCells.empty()


def label_free(pane: int, new: int, stable: int) -> RipeCells:
    """Inferences of one pane, all in one combination: how traffic is split.

    >>> label_free(3, 10, 40).n.tolist()
    [10, 40]
    """
    start, free, zero = (np.full(2, value) for value in (pane * DAY_MS, LABEL_FREE, 0))
    return RipeCells(_NAMES, np.array([0, 1]), start, free, zero, zero, free, np.array([new, stable]))
