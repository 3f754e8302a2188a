"""The ids that are held: one row of numbers each, in columns, and a full history for the few that need one.

Way of an event: step 3. Pure. Columns of integers are never walked by the garbage collector, and go to disk as they
are.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitor.counting.history import History, Learnt, Said

Ints = NDArray[np.int64]

ABSENT: Final = -1
"""The time of a record that has not come."""

SLICE_ROWS: Final = 1 << 14
"""Rows in one slice of a snapshot."""

LATE_INFERENCE: Final = 1
HAS_HISTORY: Final = 2

COLUMNS: Final[tuple[tuple[str, type], ...]] = (
    ("inference_ms", np.int64),
    ("payload", np.int64),
    ("outcome_ms", np.int64),
    ("said", np.int16),
    ("flags", np.uint8),
)


def join_said(label: int, model: int) -> int:
    """Label of an outcome, and the number of the model it names (-1: none), as one small integer.

    >>> split_said(join_said(3, -1)), split_said(join_said(1, 5))
    ((3, -1), (1, 5))
    """
    return label | model + 1 << 3


def split_said(said: int) -> tuple[int, int]:
    return said & 7, (said >> 3) - 1


class Rows:
    """A table of ids with reusable slots.

    `inference_ms` and `outcome_ms` are `ABSENT` for what has not come. A row with `HAS_HISTORY` has all that was said
    in `histories`; its columns then hold the earliest of each kind, for the order in which rows are let go.

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
        self.inference_ms = np.empty(0, np.int64)
        self.payload = np.empty(0, np.int64)
        self.outcome_ms = np.empty(0, np.int64)
        self.said = np.empty(0, np.int16)
        self.flags = np.empty(0, np.uint8)

    def __len__(self) -> int:
        return len(self._slot_of)

    @property
    def slices(self) -> int:
        """Number of snapshot slices the table spans."""
        return len(self.inference_ms) // SLICE_ROWS

    def slots(self, ids: Sequence[str]) -> Ints:
        """The slot of each id; new ids get an empty row."""
        slot_of, free, known = self._slot_of, self._free, self.ids
        found = [slot_of.get(one, ABSENT) for one in ids]
        for place, slot in enumerate(found):
            if slot < 0:
                one = ids[place]
                slot = slot_of.get(one, ABSENT)
                if slot < 0:
                    if free:
                        slot = free.pop()
                        known[slot] = one
                    else:
                        slot = len(known)
                        known.append(one)
                    slot_of[one] = slot
                found[place] = slot
        if len(known) > len(self.inference_ms):
            self._grow(len(known))
        return np.array(found, np.int64)

    def _grow(self, rows: int) -> None:
        size = max(rows, len(self.inference_ms) * 3 // 2)
        size = -(-size // SLICE_ROWS) * SLICE_ROWS
        for name, kind in COLUMNS:
            old = getattr(self, name)
            column: NDArray[np.signedinteger] = np.full(
                size, 0 if name in ("payload", "said", "flags") else ABSENT, kind
            )
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
            history.outcomes.append(Learnt(int(self.outcome_ms[slot]), *split_said(int(self.said[slot]))))
        return history

    def remember(self, slot: int, history: History) -> None:
        """Put back what `history` gave, with what was added."""
        plain = history.is_plain
        first = min(history.inferences, default=None)
        outcome = min(history.outcomes, default=None)
        self.inference_ms[slot] = first.event_time_ms if first else ABSENT
        self.payload[slot] = first.payload if first else 0
        self.outcome_ms[slot] = outcome.event_time_ms if outcome else ABSENT
        self.said[slot] = join_said(outcome.label, outcome.model) if outcome else 0
        late = LATE_INFERENCE if first and first.is_late else 0
        self.flags[slot] = late | (0 if plain else HAS_HISTORY)
        if plain:
            self.histories.pop(slot, None)
        else:
            self.histories[slot] = history

    def times(self, slots: Ints) -> Ints:
        """The time a row is held by: of its inference, or of the first other record while there is none."""
        times = np.where(self.inference_ms[slots] != ABSENT, self.inference_ms[slots], self.outcome_ms[slots])
        for place in np.flatnonzero(times == ABSENT):
            history = self.histories.get(int(slots[place]))
            if history is not None:
                others = [d.event_time_ms for d in history.attributes]
                others += [history.explained_ms] if history.explained_ms is not None else []
                times[place] = min(others, default=ABSENT)
        return times

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
