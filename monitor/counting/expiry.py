"""In which order rows are let go: a queue by the time they are held by, so that nobody walks the table.

Way of an event: its end. Pure.
"""

from array import array
from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitor.counting.rows import Rows

Ints = NDArray[np.int64]

_NOWHERE: Final = -1


class Expiry:
    """Buckets of slots by time.

    A slot is noted again only when its row moves to another bucket, and counts in the one it was noted in last.

    Parameters
    ----------
    bucket_ms
        Grain, positive.

    Examples
    --------
    >>> from monitor.counting.history import History, Said
    >>> rows, queue = Rows(), Expiry(10)
    >>> slots = rows.slots(["a", "b"])
    >>> rows.remember(0, History([Said(1_005, 0, False)])), rows.remember(1, History([Said(1_012, 0, False)]))
    (None, None)
    >>> queue.note(rows, slots)
    >>> queue.due(1_019).tolist(), queue.due(1_020).tolist()
    ([0], [1])
    """

    def __init__(self, bucket_ms: int) -> None:
        self._bucket_ms = bucket_ms
        self._buckets: dict[int, array[int]] = {}
        self._bucket_of = np.empty(0, np.int64)

    def note(self, rows: Rows, slots: Ints) -> None:
        """These rows may have a new time."""
        if len(self._bucket_of) < len(rows.inference_ms):
            grown = np.full(len(rows.inference_ms), _NOWHERE, np.int64)
            grown[: len(self._bucket_of)] = self._bucket_of
            self._bucket_of = grown
        buckets = rows.times(slots) // self._bucket_ms
        moved = buckets != self._bucket_of[slots]
        slots, buckets = slots[moved], buckets[moved]
        self._bucket_of[slots] = buckets
        for bucket in np.unique(buckets).tolist():
            self._buckets.setdefault(bucket, array("q")).frombytes(slots[buckets == bucket].tobytes())

    def floor(self, time_ms: int) -> int:
        """The latest border of buckets at or before a time: what lies before it is let go together."""
        return time_ms // self._bucket_ms * self._bucket_ms

    def due(self, before_ms: int) -> Ints:
        """Slots of the buckets that end at or before a time, rising; they leave the queue."""
        gone = [bucket for bucket in self._buckets if bucket < before_ms // self._bucket_ms]
        return np.unique(np.concatenate([np.empty(0, np.int64), *(self._take(bucket) for bucket in gone)]))

    def oldest(self, rows: Rows, count: int) -> Ints:
        """The slots of the `count` oldest rows (all, if there are fewer), by time and slot; they leave the queue."""
        taken: list[Ints] = [np.empty(0, np.int64)]
        for bucket in sorted(self._buckets):
            if count <= 0:
                break
            slots = self._take(bucket)
            slots = slots[np.argsort(rows.times(slots), kind="stable")]
            taken.append(slots[:count])
            self.note(rows, slots[count:])
            count -= len(slots)
        return np.concatenate(taken)

    def _take(self, bucket: int) -> Ints:
        """The slots that stand in a bucket, rising, each once."""
        noted: Ints = np.unique(np.frombuffer(self._buckets.pop(bucket), np.int64))
        slots: Ints = noted[self._bucket_of[noted] == bucket]
        self._bucket_of[slots] = _NOWHERE
        return slots
