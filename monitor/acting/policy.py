"""What follows from what: the states of an incident, the signals, and the table that leads from one to the next.

Way of an event: step 12. Once a cycle the controller computes one signal and looks it up. Pure. The page
`docs/rollback-states.md` is drawn from this table.
"""

from enum import StrEnum
from types import MappingProxyType
from typing import Final


class State(StrEnum):
    """Where the handling of a revision stands."""

    OBSERVING = "observing"
    SUSPECTED = "suspected"
    ATTRIBUTING = "attributing"
    UNDECIDED = "undecided"
    POPULATION_SHIFT = "population_shift"
    CONDEMNED = "condemned"
    PLANNING = "planning"
    NO_TARGET = "no_target"
    SUPPRESSED = "suppressed"
    AWAITING_APPROVAL = "awaiting_approval"
    EXECUTING = "executing"
    VERIFYING = "verifying"
    SOAKING = "soaking"
    CONTESTED = "contested"
    INEFFECTIVE = "ineffective"
    FAILED = "failed"
    ESCALATED = "escalated"
    RESOLVED = "resolved"


class Signal(StrEnum):
    """What one look at the feed, the cluster, the log and the people gave."""

    WATCH = "watch"
    PAGE = "page"
    CLEAR = "clear"
    NO_DATA = "no_data"
    EVIDENCE = "evidence"
    REVISION = "revision"
    TIMING = "timing"
    POPULATION = "population"
    MIXED = "mixed"
    UNKNOWN = "unknown"
    TIMEOUT = "timeout"
    NEW_REVISION = "new_revision"
    WRITTEN = "written"
    AUTO = "auto"
    APPROVE = "approve"
    NO_TARGET = "no_target"
    NEW_GOOD = "new_good"
    HELD = "held"
    LIFTED = "lifted"
    FIXED = "fixed"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CHANGED = "changed"
    ACCEPTED = "accepted"
    ALREADY = "already"
    CONFLICT = "conflict"
    DENIED = "denied"
    ERROR = "error"
    COMPLETE = "complete"
    DEADLINE = "deadline"
    PASSED = "passed"
    NO_BETTER = "no_better"
    NO_DATA_LONG = "no_data_long"
    MOVED = "moved"
    REASSERT = "reassert"
    RETURNED = "returned"
    HUMAN = "human"
    AGAIN = "again"
    TWICE = "twice"
    TRANSIENT = "transient"
    LATE_COMPLETE = "late_complete"
    FINAL = "final"
    RECORDED = "recorded"
    OVERRIDE = "override"
    ACK = "ack"
    GONE = "gone"


_LEAVES: Final[dict[State, dict[Signal, State]]] = {
    State.OBSERVING: {Signal.WATCH: State.SUSPECTED, Signal.PAGE: State.ATTRIBUTING},
    State.SUSPECTED: {
        Signal.PAGE: State.ATTRIBUTING,
        Signal.CLEAR: State.OBSERVING,
        Signal.NO_DATA: State.UNDECIDED,
    },
    State.ATTRIBUTING: {
        Signal.REVISION: State.CONDEMNED,
        Signal.TIMING: State.PLANNING,
        Signal.POPULATION: State.POPULATION_SHIFT,
        Signal.MIXED: State.UNDECIDED,
        Signal.UNKNOWN: State.UNDECIDED,
        Signal.NO_DATA: State.UNDECIDED,  # doubt never acts
        Signal.TIMEOUT: State.UNDECIDED,
    },
    State.UNDECIDED: {
        Signal.EVIDENCE: State.ATTRIBUTING,
        Signal.CLEAR: State.OBSERVING,
        Signal.OVERRIDE: State.PLANNING,
        Signal.TWICE: State.ESCALATED,
        Signal.ACK: State.OBSERVING,
    },
    State.POPULATION_SHIFT: {
        Signal.CLEAR: State.OBSERVING,
        Signal.NEW_REVISION: State.OBSERVING,
        Signal.ACK: State.OBSERVING,
    },
    State.CONDEMNED: {Signal.WRITTEN: State.PLANNING},
    State.PLANNING: {
        Signal.AUTO: State.EXECUTING,
        Signal.APPROVE: State.AWAITING_APPROVAL,
        Signal.NO_TARGET: State.NO_TARGET,
        Signal.HELD: State.SUPPRESSED,
        Signal.NO_DATA: State.UNDECIDED,
        Signal.POPULATION: State.POPULATION_SHIFT,
        Signal.FIXED: State.RESOLVED,
    },
    State.NO_TARGET: {
        Signal.NEW_GOOD: State.PLANNING,
        Signal.FIXED: State.RESOLVED,
        Signal.ACK: State.OBSERVING,
    },
    State.SUPPRESSED: {
        Signal.LIFTED: State.PLANNING,
        Signal.FIXED: State.RESOLVED,
        Signal.ACK: State.OBSERVING,
    },
    State.AWAITING_APPROVAL: {
        Signal.APPROVED: State.EXECUTING,
        Signal.REJECTED: State.SUPPRESSED,
        Signal.EXPIRED: State.SUPPRESSED,
        Signal.CHANGED: State.PLANNING,
        Signal.FIXED: State.RESOLVED,
    },
    State.EXECUTING: {
        Signal.ACCEPTED: State.VERIFYING,
        Signal.ALREADY: State.VERIFYING,
        Signal.CONFLICT: State.PLANNING,
        Signal.NO_DATA: State.PLANNING,
        Signal.POPULATION: State.PLANNING,
        Signal.HELD: State.SUPPRESSED,
        Signal.DENIED: State.FAILED,
        Signal.ERROR: State.FAILED,
        Signal.FIXED: State.RESOLVED,
        Signal.MOVED: State.CONTESTED,
    },
    State.VERIFYING: {
        Signal.COMPLETE: State.SOAKING,
        Signal.DEADLINE: State.FAILED,
        Signal.MOVED: State.CONTESTED,
    },
    State.SOAKING: {
        Signal.PASSED: State.RESOLVED,
        Signal.NO_BETTER: State.INEFFECTIVE,
        Signal.MOVED: State.CONTESTED,
        Signal.NO_DATA_LONG: State.ESCALATED,
    },
    State.CONTESTED: {
        Signal.REASSERT: State.EXECUTING,
        Signal.HUMAN: State.ESCALATED,
        Signal.AGAIN: State.ESCALATED,
        Signal.RETURNED: State.VERIFYING,
    },
    State.INEFFECTIVE: {Signal.RECORDED: State.ESCALATED},
    State.FAILED: {
        Signal.TRANSIENT: State.PLANNING,
        Signal.LATE_COMPLETE: State.SOAKING,
        Signal.FINAL: State.ESCALATED,
    },
    State.ESCALATED: {Signal.ACK: State.OBSERVING},
    State.RESOLVED: {Signal.RECORDED: State.OBSERVING},
}

TABLE: Final = MappingProxyType(
    {state: MappingProxyType({**leaves, Signal.GONE: State.OBSERVING}) for state, leaves in _LEAVES.items()}
)
"""State -> signal -> next state. Wherever an incident stands, a Deployment that is gone closes it."""


class UnknownSignal(ValueError):
    """A signal the table does not know: a fault of the caller, after which nothing has changed."""


def step(state: State, signal: Signal | str) -> State:
    """The next state; the same one where the table has no cell.

    Raises
    ------
    UnknownSignal
        for a signal that is none. The state stays what it was.

    Examples
    --------
    >>> step(State.EXECUTING, Signal.CONFLICT).name
    'PLANNING'
    >>> step(State.ATTRIBUTING, Signal.ACCEPTED).name
    'ATTRIBUTING'
    >>> step(State.PLANNING, "go on")
    Traceback (most recent call last):
    monitor.acting.policy.UnknownSignal: 'go on' is no signal; the state stays planning
    """
    try:
        known = Signal(signal)
    except ValueError as error:
        raise UnknownSignal(f"{signal!r} is no signal; the state stays {state}") from error
    return TABLE[state].get(known, state)
