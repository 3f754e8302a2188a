"""D1-w of all streams: evidence that holds whatever the events of one pane have to do with each other.

Way of an event: step 7, beside `evidence`. Pure. It alarms nobody: where a reference shows that events depend on each
other, no blame leads to a rollback without it.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from monitor.judging.any_dependence import STAKES, log_factor
from monitor.judging.e_detector import NOTHING, folded, log_mixture

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Stored(msgspec.Struct, array_like=True):
    """What is stored: log R of each stake."""

    log_r: bytes


class SureEvidence:
    """log R of every stake of every stream; arrays have the shape (rates, subgroups).

    Examples
    --------
    >>> sure = SureEvidence(rates=1, subgroups=1)
    >>> for _ in range(3):
    ...     sure.fold(np.array([[[6.0, 20.0, 2.0]]]))
    >>> sure.log_m.round(2).tolist()
    [[2.56]]
    """

    def __init__(self, rates: int, subgroups: int) -> None:
        self._log_r = np.full((rates, subgroups, len(STAKES)), NOTHING)

    @property
    def log_m(self) -> Floats:
        """Evidence in nats; -inf before any data."""
        return log_mixture(self._log_r)

    def fold(self, seen: Floats) -> None:
        """Take in one step: harmful, all and expected events of each stream, shape (rates, subgroups, 3)."""
        k, n, expected = np.moveaxis(seen, -1, 0)
        has_data = n > 0
        log_l = log_factor(k[has_data], expected[has_data])
        self._log_r[has_data] = folded(self._log_r[has_data], log_l)

    def reset(self, rates: list[int], subgroup: int) -> None:
        """Evidence of some streams to nothing."""
        self._log_r[rates, subgroup] = NOTHING

    def stored(self) -> Stored:
        """What to store."""
        return Stored(self._log_r.tobytes())

    def restore(self, stored: Stored) -> None:
        """Take up what was stored. ValueError for another shape."""
        self._log_r = np.frombuffer(stored.log_r).reshape(self._log_r.shape).copy()
