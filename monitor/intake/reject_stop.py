"""When so many records are rejected that reading on would do harm.

Way of an event: step 2, after `decode`. The loop keeps one meter for each partition of a topic. Pure.
"""

from collections import deque
from collections.abc import Sequence
from math import ceil
from typing import Final

WINDOW: Final = 10_000
"""Records whose share of rejects is looked at; with fewer seen there is no share."""


class RejectMeter:
    """Watches the rejects of one partition, over all its batches.

    Parameters
    ----------
    in_a_row
        This many rejects one after the other are too many; at least 1.
    share
        This share of the last `WINDOW` records is too much, (0, 1]-valued.

    Raises
    ------
    ValueError
        for a limit out of its range.

    Examples
    --------
    >>> meter = RejectMeter(in_a_row=3, share=0.1)
    >>> meter.take(5, [1, 3, 4]) is None
    True
    >>> meter.take(5, [0, 1])               # the third in a row is the first of this batch
    0
    """

    def __init__(self, in_a_row: int, share: float) -> None:
        if in_a_row < 1 or not 0 < share <= 1:
            raise ValueError(f"need in_a_row >= 1 and 0 < share <= 1, got {in_a_row=}, {share=}")
        self._in_a_row, self._too_many = in_a_row, ceil(share * WINDOW)
        self._seen = self._row = 0
        self._rejects: deque[int] = deque()

    def stored(self) -> tuple[int, int, list[int]]:
        """What to store, so that a restart forgets none of them."""
        return self._seen, self._row, list(self._rejects)

    def restore(self, stored: tuple[int, int, list[int]]) -> None:
        """Take up what was stored."""
        self._seen, self._row, rejects = stored
        self._rejects = deque(rejects)

    def take(self, count: int, reject_indexes: Sequence[int]) -> int | None:
        """Index of the record that reached a limit; None if none did.

        Parameters
        ----------
        count
            Records of the batch.
        reject_indexes
            Which of them were rejected, rising.
        """
        begin, self._seen = self._seen, self._seen + count
        accepted_until = 0
        for index in reject_indexes:
            if self._is_window_full_of_rejects(begin + accepted_until, begin + index):
                return self._stopped(begin, WINDOW - 1 - begin)
            self._row = self._row + 1 if index == accepted_until else 1
            accepted_until = index + 1
            self._rejects.append(begin + index)
            if self._row >= self._in_a_row or self._is_share_reached(begin + index):
                return self._stopped(begin, index)
        if accepted_until < count:
            self._row = 0
        if self._is_window_full_of_rejects(begin + accepted_until, begin + count):
            return self._stopped(begin, WINDOW - 1 - begin)
        return None

    def _stopped(self, begin: int, index: int) -> int:
        """What lies behind the record that reached the limit is not read, and not seen."""
        self._seen = begin + index + 1
        return index

    def _is_share_reached(self, place: int) -> bool:
        while self._rejects and self._rejects[0] <= place - WINDOW:
            self._rejects.popleft()
        return place >= WINDOW - 1 and len(self._rejects) >= self._too_many

    def _is_window_full_of_rejects(self, first: int, end: int) -> bool:
        """Whether the first full window ends among the accepted records `first` to `end`, with too many rejects."""
        return first < WINDOW <= end and len(self._rejects) >= self._too_many
