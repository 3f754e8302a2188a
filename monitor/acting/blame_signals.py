"""What a verdict and its blame call for, as tables: record -> signal.

Way of an event: step 12. The monitor computes verdict and blame and alone holds counts; here follows only what is done
about them. Pure.
"""

from collections.abc import Callable
from typing import Final

from monitor.acting.hearing import is_in_date
from monitor.acting.policy import Signal
from monitor.acting.records import A_PERSON_MAY_ACT, DATA_FAULTS, HARM_METRICS, StreamRecord


def level_signal(record: StreamRecord | None, now_ms: int) -> Signal:
    """How bad a stream stands. No record, an old one, INCONCLUSIVE and STALE are no data, and never a recovery.

    A degraded metric that harms nobody by itself (the error rate, say) is watched: its parts open the incident.
    """
    if record is None or not is_in_date(record, now_ms):
        return Signal.NO_DATA
    if record.verdict == "DEGRADED":
        return Signal.PAGE if record.metric in HARM_METRICS else Signal.WATCH
    return {"SUSPECT": Signal.WATCH, "HEALTHY": Signal.CLEAR}.get(record.verdict, Signal.NO_DATA)


Row = tuple[str, Callable[[StreamRecord], bool], Signal]

TABLE: Final[tuple[Row, ...]] = (
    (
        "the data cannot carry a decision",
        lambda r: bool(DATA_FAULTS.intersection(r.blocked_by)) or not r.window.exact or not r.data.coverage,
        Signal.NO_DATA,
    ),
    ("no blame came with it", lambda r: r.blame is None, Signal.NO_DATA),
    ("the population, not the revision", lambda r: r.blame == "population", Signal.POPULATION),
    ("the revision and something else", lambda r: r.blame == "mixed", Signal.MIXED),
    ("nobody knows", lambda r: r.blame == "unknown", Signal.UNKNOWN),
    (
        "the revision, yet the monitor forbids even a person's approval",
        lambda r: not A_PERSON_MAY_ACT.issuperset(r.blocked_by) or r.verdict != "DEGRADED",
        Signal.UNKNOWN,
    ),
    ("the revision, seen beside its former one", lambda r: r.blame_by == "concurrent", Signal.REVISION),
    ("the revision, by when it began", lambda r: r.blame_by == "timing", Signal.TIMING),
)
"""What holds, and the signal; read from the top, the first row that holds stands."""


def blame_signal(record: StreamRecord | None, now_ms: int, *, timing_may_act: bool) -> Signal:
    """What the blame of a record calls for.

    Parameters
    ----------
    record
        The newest of its stream; None if there is none.
    timing_may_act
        The operator lets blame by timing act without approval.
    """
    if record is None or not is_in_date(record, now_ms):
        return Signal.NO_DATA
    said = next((signal for _, holds, signal in TABLE if holds(record)), Signal.UNKNOWN)
    return Signal.REVISION if said is Signal.TIMING and timing_may_act else said
