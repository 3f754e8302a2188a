"""The ids that are held: one row of numbers each, in columns, and a full history for the few that need one.

Way of an event: step 3. Pure. Columns of integers are never walked by the garbage collector, and go to disk as they
are.
"""

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitor.counting.history import History, Learnt, Said
from monitor.counting.packing import MOST_MODELS

Ints = NDArray[np.int64]

ABSENT: Final = -1
"""The time of a record that has not come."""

SLICE_ROWS: Final = 1 << 14
"""Rows in one slice of a snapshot."""

LATE_INFERENCE: Final = 1
HAS_HISTORY: Final = 2

COLUMNS: Final[tuple[tuple[str, type, int], ...]] = (
    ("inference_ms", np.int64, ABSENT),
    ("payload", np.int64, 0),
    ("outcome_ms", np.int64, ABSENT),
    ("said", np.int32, 0),
    ("flags", np.uint8, 0),
)
"""Name, type and value of an empty row."""


def join_said(label: int, model: int, topic: int) -> int:
    """Label of an outcome, number of the model it names (-1: none) and of the topic it came by, as one integer.

    >>> split_said(join_said(3, -1, 0)), split_said(join_said(1, 5, 2))
    ((3, -1, 0), (1, 5, 2))
    """
    return label | model + 1 << 3 | topic << 16


def split_said(said: int) -> tuple[int, int, int]:
    return said & 7, (said >> 3 & MOST_MODELS) - 1, said >> 16


def join_said_many(labels: Ints, models: Ints, topic: int) -> NDArray[np.int32]:
    """`join_said` for many outcomes of one topic."""
    return (labels | models + 1 << 3 | topic << 16).astype(np.int32)


def split_said_many(said: NDArray[np.int32]) -> tuple[Ints, Ints, Ints]:
    """Columns label, model, topic."""
    wide = said.astype(np.int64)
    return wide & 7, (wide >> 3 & MOST_MODELS) - 1, wide >> 16


class Rows:
    """A table of ids with reusable slots.

    `inference_ms` and `outcome_ms` are `ABSENT` for what has not come. A row with `HAS_HISTORY` has all that was said
    in `histories`; one of the two columns then holds the time it is held by.

    Examples
    --------
    >>> rows = Rows()
    >>> rows.slots(["a", "b", "a"]).tolist()
    [0, 1, 0]
    >>> len(rows)
    2
    """

    def __init__(self) -> None:
        self.histories: dict[int, History] = {}
        self.ids: list[str] = []
        self._slot_of: dict[str, int] = {}
        self._free: list[int] = []
        self.inference_ms: NDArray[np.int64]
        self.payload: NDArray[np.int64]
        self.outcome_ms: NDArray[np.int64]
        self.said: NDArray[np.int32]
        self.flags: NDArray[np.uint8]
        for name, kind, _ in COLUMNS:
            setattr(self, name, np.empty(0, kind))

    def __len__(self) -> int:
        return len(self._slot_of)

    @property
    def slices(self) -> int:
        """Number of snapshot slices the table spans."""
        return len(self.inference_ms) // SLICE_ROWS

    def slots(self, ids: Sequence[str]) -> Ints:
        """The slot of each id; new ids get an empty row."""
        slots = np.fromiter(map(self._slot_of.get, ids, repeat(ABSENT)), np.int64, len(ids))
        new = np.flatnonzero(slots == ABSENT)
        if len(new):
            slots[new] = self._add([ids[place] for place in new.tolist()])
        return slots

    def _add(self, new: Sequence[str]) -> list[int]:
        """Slots of ids that are new, though some may come twice: first those that were freed."""
        count = len(new)
        reused = self._free[max(0, len(self._free) - count) :]
        del self._free[len(self._free) - len(reused) :]
        first = len(self.ids)
        offered = [*reused, *range(first, first + count - len(reused))]
        taken = list(map(self._slot_of.setdefault, new, offered))
        self.ids += [""] * (count - len(reused))
        for one, slot, offer in zip(new, taken, offered, strict=True):
            if slot == offer:
                self.ids[slot] = one
            else:
                self._free.append(offer)
        if len(self.ids) > len(self.inference_ms):
            self._grow(len(self.ids))
        return taken

    def _grow(self, rows: int) -> None:
        size = max(rows, len(self.inference_ms) * 3 // 2)
        size = -(-size // SLICE_ROWS) * SLICE_ROWS
        for name, kind, blank in COLUMNS:
            old = getattr(self, name)
            column: NDArray[np.signedinteger] = np.full(size, blank, kind)
            column[: len(old)] = old
            setattr(self, name, column)

    def history(self, slot: int) -> History:
        """All that was said of the id in a slot."""
        known = self.histories.get(slot)
        if known is not None:
            return known
        history = History()
        if self.inference_ms[slot] != ABSENT:
            late = bool(self.flags[slot] & LATE_INFERENCE)
            history.inferences.append(Said(int(self.inference_ms[slot]), int(self.payload[slot]), late))
        if self.outcome_ms[slot] != ABSENT:
            label, model, topic = split_said(int(self.said[slot]))
            history.outcomes.append(Learnt(int(self.outcome_ms[slot]), label, model, topic=topic))
        return history

    def remember(self, slot: int, history: History) -> None:
        """Put back what `history` gave, with what was added."""
        is_plain = history.is_plain
        said = history.inferences[0] if history.inferences else None
        outcome = history.outcomes[0] if history.outcomes else None
        held_by_ms = history.held_by_ms
        self.inference_ms[slot] = held_by_ms if said else ABSENT
        self.payload[slot] = said.payload if said else 0
        self.outcome_ms[slot] = (outcome.event_time_ms if outcome else ABSENT) if said else held_by_ms
        self.said[slot] = join_said(outcome.label, outcome.model, outcome.topic) if outcome else 0
        late = LATE_INFERENCE if said and said.is_late else 0
        self.flags[slot] = late | (0 if is_plain else HAS_HISTORY)
        if is_plain:
            self.histories.pop(slot, None)
        else:
            self.histories[slot] = history

    def times(self, slots: Ints) -> Ints:
        """The time each row is held by (`History.held_by_ms`)."""
        return np.where(self.inference_ms[slots] != ABSENT, self.inference_ms[slots], self.outcome_ms[slots])

    def held(self) -> Ints:
        """Slots in use."""
        return np.fromiter(sorted(self._slot_of.values()), np.int64, len(self._slot_of))

    def drop(self, slots: Ints) -> None:
        """Forget these ids and free their slots."""
        self.inference_ms[slots] = self.outcome_ms[slots] = ABSENT
        self.payload[slots] = self.said[slots] = self.flags[slots] = 0
        for slot in slots.tolist():
            del self._slot_of[self.ids[slot]]
            self.ids[slot] = ""
            self.histories.pop(slot, None)
            self._free.append(slot)

    def put(self, slot: int, one: str) -> None:
        """Restore: an id at the slot it had; an empty id frees the slot. `restored` ends it."""
        if slot >= len(self.ids):
            self.ids.extend([""] * (slot + 1 - len(self.ids)))
        if len(self.ids) > len(self.inference_ms):
            self._grow(len(self.ids))
        self.ids[slot] = one

    def restored(self) -> None:
        """Restore: all rows are put; find the free slots."""
        self._slot_of = {one: slot for slot, one in enumerate(self.ids) if one}
        self._free = [slot for slot in range(len(self.ids) - 1, -1, -1) if not self.ids[slot]]

    def items(self) -> Iterator[tuple[str, History]]:
        """Every id with its history, for checks."""
        for one, slot in self._slot_of.items():
            yield one, self.history(slot)
