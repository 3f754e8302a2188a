"""What a step of the judge reads: the on-time counts of the cells that became ripe in it.

Way of an event: what step 6 hands to step 7. Pure.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

LABEL_FREE: Final = -1
"""The age bin, and the label, of label-free cells."""


@dataclass(frozen=True, slots=True)
class RipeCells:
    """Cells in parallel columns of equal length; a cell may stand several times (once a partition): whoever reads adds.

    Parameters
    ----------
    revisions
        Names; `revision` are indexes into it.
    pane_start_ms
        Start of the pane of the inference.
    age_bin
        Bin of the label age, or `LABEL_FREE`.
    combination
        Attribute combination of `monitor.vocabulary`.
    prediction
        0 or 1.
    label
        A `monitor.events.Label` below `VOID`, or `LABEL_FREE`.
    n
        On-time count, positive.
    excluded
        The data were flagged before judging: shown, never folded into evidence.
    score_bin
        Bin of the score, `monitor.events.SCORE_BINS` for none sent, -1 where it was not kept; None: of no cell.

    Examples
    --------
    >>> RipeCells.empty().n.sum()
    np.int64(0)
    """

    revisions: tuple[str, ...]
    revision: Ints
    pane_start_ms: Ints
    age_bin: Ints
    combination: Ints
    prediction: Ints
    label: Ints
    n: Ints
    excluded: bool = False
    score_bin: Ints | None = None

    @classmethod
    def empty(cls) -> "RipeCells":
        """A step in which nothing ripened."""
        return cls((), *(np.empty(0, np.int64),) * 7)

    def where(self, mask: NDArray[np.bool_]) -> "RipeCells":
        """Some of the cells.

        >>> cells = RipeCells(("r1",), *(np.array([0, 1]),) * 7)
        >>> cells.where(cells.n == 1).pane_start_ms.tolist()
        [1]
        """
        scores = None if self.score_bin is None else self.score_bin[mask]
        return replace(self, score_bin=scores, **{name: getattr(self, name)[mask] for name in _COLUMNS})


_COLUMNS: Final = ("revision", "pane_start_ms", "age_bin", "combination", "prediction", "label", "n")
