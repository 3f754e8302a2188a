"""The signal of the states that wait for the feed: how bad it stands, and who is to blame.

Way of an event: step 12, every cycle, for `observing`, `suspected`, `attributing`, `undecided`, `population_shift`.
Pure.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from monitor.acting.blame_signals import blame_signal, level_signal
from monitor.acting.policy import Signal, State
from monitor.acting.records import StreamRecord

Stream = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Watched:
    """What the feed says of the revision that serves.

    Parameters
    ----------
    records
        The newest of each of its streams, also those past their time.
    concerned
        Streams the incident was opened for: it clears when all of these are healthy, however blind others are.
    is_attributed
        Whether the leading record speaks of what the cluster runs; None while the cluster cannot be read.
    since_ms
        When the present state was entered.
    serves_another
        The Deployment runs another M than the incident is about.
    is_carried
        Guard G5 would let a plan rest on the leading record; else nobody is condemned on it.
    has_ended_twice
        It was undecided as often as it may be: a person takes over.
    """

    records: Sequence[StreamRecord]
    concerned: Collection[Stream]
    is_attributed: bool | None
    since_ms: int
    now_ms: int
    serves_another: bool = False
    has_ended_twice: bool = False
    is_carried: bool = True


def signal(state: State, watched: Watched, *, timing_may_act: bool, decision_ms: int) -> Signal | None:
    """The signal of this cycle; None where nothing has happened that the state waits for.

    >>> nothing = Watched((), (), None, since_ms=0, now_ms=900_000)
    >>> signal(State.SUSPECTED, nothing, timing_may_act=False, decision_ms=900_000)
    <Signal.NO_DATA: 'no_data'>
    >>> signal(State.ATTRIBUTING, nothing, timing_may_act=False, decision_ms=900_000)
    <Signal.TIMEOUT: 'timeout'>
    """
    level = level_of(watched)
    if state is State.POPULATION_SHIFT and watched.serves_another:
        return Signal.NEW_REVISION
    if state in (State.OBSERVING, State.SUSPECTED, State.POPULATION_SHIFT):
        return level if level in _AWAITED[state] else None
    if state is State.ATTRIBUTING and watched.is_attributed is None:
        return Signal.TIMEOUT if watched.now_ms - watched.since_ms >= decision_ms else None
    said = blame_signal(leading(watched.records, watched.now_ms), watched.now_ms, timing_may_act=timing_may_act)
    if not watched.is_attributed or (said in _BLAMES_REVISION and not watched.is_carried):
        said = Signal.NO_DATA
    if state is State.ATTRIBUTING:
        return said
    if state is State.UNDECIDED:
        if level is Signal.CLEAR:
            return Signal.CLEAR
        if watched.has_ended_twice:
            return Signal.TWICE
        return Signal.EVIDENCE if level is Signal.PAGE and said in _DECIDES else None
    return None


def level_of(watched: Watched) -> Signal:
    """Page or watch if any stream is there; clear only if every concerned stream is healthy, with data.

    >>> level_of(Watched((), (), None, since_ms=0, now_ms=0))
    <Signal.NO_DATA: 'no_data'>
    """
    levels = {record.stream: level_signal(record, watched.now_ms) for record in watched.records}
    for level in (Signal.PAGE, Signal.WATCH):
        if level in levels.values():
            return level
    concerned = [levels.get(stream) for stream in watched.concerned]
    return Signal.CLEAR if concerned and all(level is Signal.CLEAR for level in concerned) else Signal.NO_DATA


def leading(records: Sequence[StreamRecord], now_ms: int) -> StreamRecord | None:
    """The record an incident is named after; None without one.

    All subgroups alarmed by one cause make one incident. Worst level first, then the clearest blame, then the strongest
    evidence.
    """

    def rank(record: StreamRecord) -> tuple[int, int, float, Stream]:
        strongest = max((one.log_e for one in record.evidence if one.log_e is not None), default=0.0)
        level, blame = level_signal(record, now_ms), blame_signal(record, now_ms, timing_may_act=False)
        return _LEVELS.index(level), _BLAMES.index(blame), -strongest, record.stream

    return min(records, key=rank, default=None)


_LEVELS: Final = (Signal.PAGE, Signal.WATCH, Signal.NO_DATA, Signal.CLEAR)
_BLAMES_REVISION: Final = (Signal.REVISION, Signal.TIMING)
_DECIDES: Final = (Signal.REVISION, Signal.TIMING, Signal.POPULATION)
_BLAMES: Final = (*_DECIDES, Signal.MIXED, Signal.UNKNOWN, Signal.NO_DATA)
_AWAITED: Final = {
    State.OBSERVING: (Signal.WATCH, Signal.PAGE),
    State.SUSPECTED: (Signal.PAGE, Signal.CLEAR, Signal.NO_DATA),
    State.POPULATION_SHIFT: (Signal.CLEAR,),
}
