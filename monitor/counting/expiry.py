"""In which order rows are let go: a queue by pane of their time, so that nobody walks the table.

Way of an event: its end. Pure.
"""

import numpy as np
from numpy.typing import NDArray

from monitor.counting.rows import Rows

Ints = NDArray[np.int64]


class Expiry:
    """Buckets of slots by time. A slot may stand in several; `due` looks at the time its row really has.

    Parameters
    ----------
    bucket_ms
        Grain, positive.
    """

    def __init__(self, bucket_ms: int) -> None:
        self._bucket_ms = bucket_ms
        self._buckets: dict[int, list[Ints]] = {}

    def note(self, rows: Rows, slots: Ints) -> None:
        """These rows have a new time."""
        buckets = rows.times(slots) // self._bucket_ms
        if len(slots) == 1 or (buckets == buckets[0]).all():
            self._buckets.setdefault(int(buckets[0]), []).append(slots)
            return
        for bucket in np.unique(buckets).tolist():
            self._buckets.setdefault(bucket, []).append(slots[buckets == bucket])

    def floor(self, time_ms: int) -> int:
        """The latest border of buckets at or before a time: what lies before it is let go together."""
        return time_ms // self._bucket_ms * self._bucket_ms

    def due(self, rows: Rows, before_ms: int) -> Ints:
        """Slots whose rows lie before a border, rising; they leave the queue."""
        border = before_ms // self._bucket_ms
        gone = sorted(bucket for bucket in self._buckets if bucket < border)
        if not gone:
            return np.empty(0, np.int64)
        slots = np.unique(np.concatenate([part for bucket in gone for part in self._buckets.pop(bucket)]))
        times = rows.times(slots)
        return slots[(times >= 0) & (times < before_ms)]

    def oldest(self, rows: Rows, excess: int) -> Ints:
        """About the `excess` oldest rows, whole buckets at a time; they leave the queue."""
        taken: list[Ints] = []
        count = 0
        for bucket in sorted(self._buckets):
            if count >= excess:
                break
            slots = np.unique(np.concatenate(self._buckets.pop(bucket)))
            slots = slots[rows.times(slots) // self._bucket_ms == bucket]
            taken.append(slots)
            count += len(slots)
        return np.unique(np.concatenate(taken)) if taken else np.empty(0, np.int64)
