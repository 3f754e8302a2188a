"""The truth about one id: everything that was said of it, each thing once.

Way of an event: step 3. `fold` adds to it, `settlement` says where it counts. Pure.

A history is a *set*: no order, repetition, crash or batch border can change it. Beside what was said stands how it came
(late or not, and from which inference on it may still change anything): a rule about the log, so the same in every run.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeVar

from monitor.counting.packing import has_combination

MOST_KEPT: Final = 64
"""Different records of one kind kept of one id; of a flood of corrections the earliest and the latest stay."""

NO_MODEL: Final = -1
"""An outcome that names no model may join any of its feed."""


class Said(NamedTuple):
    """An inference: when, its payload, and whether it came late."""

    event_time_ms: int
    payload: int
    is_late: bool


class Learnt(NamedTuple):
    """An outcome: when it became known, its `Label`, the number of the model it names (-1: none), whether it came late,
    the oldest inference it may still belong to, and the number of the topic it came by.
    """

    event_time_ms: int
    label: int
    model: int = NO_MODEL
    is_late: bool = False
    held_from_ms: int = 0
    topic: int = 0


class Described(NamedTuple):
    """An attributes record: one combination for each model of the feed; and how it came, as in `Learnt`."""

    event_time_ms: int
    combinations: tuple[int, ...]
    is_late: bool = False
    held_from_ms: int = 0


class Stored(NamedTuple):
    """An explanation that was stored apart from its inference; and how it came, as in `Learnt`."""

    event_time_ms: int
    is_late: bool = False
    held_from_ms: int = 0


@dataclass(slots=True)
class History:
    """All that was said of one id, each thing once."""

    inferences: list[Said] = field(default_factory=list)
    outcomes: list[Learnt] = field(default_factory=list)
    attributes: list[Described] = field(default_factory=list)
    explanations: list[Stored] = field(default_factory=list)

    @property
    def is_plain(self) -> bool:
        """One complete inference and at most one outcome that came on time: no need to keep more than that."""
        return (
            len(self.inferences) <= 1
            and all(has_combination(i.payload) for i in self.inferences)
            and len(self.outcomes) <= 1
            and not any(o.is_late for o in self.outcomes)
            and not self.attributes
            and not self.explanations
        )

    @property
    def held_by_ms(self) -> int:
        """The time the id is held by: of its latest inference, or of the latest other record while there is none.

        Whatever can still be repeated is thus still known: what is older than all that is held is let in no more.
        """
        if self.inferences:
            return max(i.event_time_ms for i in self.inferences)
        others = [o.event_time_ms for o in self.outcomes] + [d.event_time_ms for d in self.attributes]
        return max(others + [e.event_time_ms for e in self.explanations])


T = TypeVar("T", Said, Learnt, Described, Stored)


def add(known: list[T], new: T, order: Callable[[T], tuple[object, ...]] = tuple) -> bool:
    """Note a record; False if it only repeats one, or takes the place of one that is then let go.

    Of two copies the one that came better stands, so a copy by another topic changes nothing. `order` sorts the records
    of an id where their own order depends on the order of arrival.

    >>> outcomes = [Learnt(5, label=1, is_late=True)]
    >>> add(outcomes, Learnt(5, label=1)), outcomes[0].is_late, add(outcomes, Learnt(5, label=0))
    (False, False, True)
    """
    width = new._fields.index("is_late")
    for place, old in enumerate(known):
        if old[:width] == new[:width]:
            known[place] = min(old, new)
            return False
    known.append(new)
    known.sort(key=order)
    if len(known) > MOST_KEPT:
        del known[-2]
        return False
    return True
