"""A guard's no: which guard, why, by which numbers, and what signal it gives.

Way of an event: steps 12 and 14; shown as a metric, an Event and an audit entry. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from monitor.acting.policy import Signal, State

Number = int | float | str | bool | None


class Guard(StrEnum):
    """The guards, in their order."""

    BRAKES = "G0"
    LEADER = "G1"
    SAME_OBJECT = "G2"
    STILL_JUDGED = "G3"
    OURS_ALONE = "G4"
    DATA = "G5"
    BLAME = "G6"
    TARGET = "G7"
    FIT = "G8"
    COOLDOWN = "G9"
    BUDGET = "G10"
    BREAKER = "G11"
    NOT_OURSELVES = "G12"
    MODE = "G13"
    INTENT = "G14"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing is patched now.

    Parameters
    ----------
    why
        A sentence for people.
    numbers
        What the guard looked at, and the limits it was held against, by name.
    signal
        What follows; None: stop, and stay in the state.
    """

    guard: Guard
    why: str
    numbers: Mapping[str, Number]
    signal: Signal | None

    def __str__(self) -> str:
        """For people.

        >>> print(Refusal(Guard.COOLDOWN, "too soon", {"since_ms": 5, "needed_ms": 9}, Signal.HELD))
        G9: too soon (since_ms=5, needed_ms=9)
        """
        said = ", ".join(f"{name}={value}" for name, value in self.numbers.items())
        return f"{self.guard}: {self.why}" + (f" ({said})" if said else "")

    def signal_in(self, state: State) -> Signal | None:
        """The signal as a state knows it.

        While a plan is carried out, whatever calls for another plan sends it back to planning; while it is only made, a
        denial holds it.

        >>> Refusal(Guard.TARGET, "condemned since", {}, Signal.NO_TARGET).signal_in(State.EXECUTING)
        <Signal.CONFLICT: 'conflict'>
        """
        if self.signal is None:
            return None
        return _AS_KNOWN_IN.get(state, {}).get(self.signal, self.signal)


_AS_KNOWN_IN: Final[Mapping[State, Mapping[Signal, Signal]]] = {
    State.EXECUTING: {
        Signal.NO_TARGET: Signal.CONFLICT,
        Signal.APPROVE: Signal.CONFLICT,
        Signal.CHANGED: Signal.CONFLICT,
    },
    State.PLANNING: {Signal.DENIED: Signal.HELD, Signal.CHANGED: Signal.HELD, Signal.MOVED: Signal.FIXED},
}
